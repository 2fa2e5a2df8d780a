// A release as the edge node holds it.

import { SourceMap } from "node:module";
import type { CompiledRelease } from "../../schemas/release.ts";
import { RELEASE_HEAD_END } from "../../schemas/release-head.ts";
import type { Requires } from "../../schemas/requires.ts";

/** A place in the author's source, both counted from 1. */
export type SourcePlace = { line: number; column: number };

export class EdgeRelease {
  readonly id: string;
  readonly code: string;
  readonly requires: Requires;
  readonly #sourceMapText: string;
  #sourceMap: SourceMap | undefined;

  constructor({ id, code, sourceMap, requires }: Omit<CompiledRelease, "altersBuiltIns">) {
    this.id = id;
    this.code = code;
    this.requires = requires;
    this.#sourceMapText = sourceMap;
  }

  /** Where a place in the running code stands in the author's source. */
  authorPlace({ line, column }: SourcePlace): SourcePlace {
    this.#sourceMap ??= new SourceMap(JSON.parse(this.#sourceMapText));
    const entry = this.#sourceMap.findEntry(line - 1, column - 1 - this.#headLength(line));
    if (!("originalLine" in entry)) return { line, column };
    return { line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  }

  #headLength(line: number): number {
    if (line > 1) return 0;
    return this.code.indexOf(RELEASE_HEAD_END) + RELEASE_HEAD_END.length;
  }
}
