// A release as the edge node holds it.

import { SourceMap } from "node:module";
import { RELEASE_HEAD } from "../../schemas/release.ts";

/** A place in the author's source, both counted from 1. */
export type SourcePlace = { line: number; column: number };

export class EdgeRelease {
  readonly code: string;
  readonly #sourceMapText: string | null;
  #sourceMap: SourceMap | undefined;

  constructor({ code, sourceMap }: { code: string; sourceMap: string | null }) {
    this.code = code;
    this.#sourceMapText = sourceMap;
  }

  /** Where a place in the running code stands in the author's source. */
  authorPlace({ line, column }: SourcePlace): SourcePlace {
    const place = { line, column: line === 1 ? Math.max(1, column - RELEASE_HEAD.length) : column };
    if (this.#sourceMapText === null) return place;
    this.#sourceMap ??= new SourceMap(JSON.parse(this.#sourceMapText));
    const entry = this.#sourceMap.findEntry(place.line - 1, place.column - 1);
    if (!("originalLine" in entry)) return place;
    return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }
}
