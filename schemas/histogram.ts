// How long things took, in so many classes that a percentile is right to some 12 %: counts, which add up over processes and time.

import { z } from "zod";

/** Classes for each doubling of time. */
const CLASSES_PER_DOUBLING = 3;
/** Times of up to this many milliseconds are in the first class. */
const FIRST_MS = 0.05;
/** The last class begins at some 55 s, longer than anything runs but jobs. */
const CLASSES = 62;

/** Class and count, in pairs, for the classes in which there is something. */
export const Histogram = z.array(z.tuple([z.int().min(0), z.int().min(1)]));
export type Histogram = z.infer<typeof Histogram>;

/** The class of a time. Cheap: each call asks twice. */
export function classOf(ms: number): number {
  if (!(ms > FIRST_MS)) return 0;
  return Math.min(CLASSES - 1, Math.ceil(Math.log2(ms / FIRST_MS) * CLASSES_PER_DOUBLING));
}

/** The longest time of a class, in milliseconds. */
export function upperMs(at: number): number {
  return FIRST_MS * 2 ** (at / CLASSES_PER_DOUBLING);
}

export class Counts {
  readonly #counts = new Float64Array(CLASSES);

  add(ms: number): void {
    const at = classOf(ms);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  addAll(histogram: Histogram): void {
    for (const [at, count] of histogram) {
      const known = Math.min(at, CLASSES - 1);
      this.#counts[known] = (this.#counts[known] ?? 0) + count;
    }
  }

  toHistogram(): Histogram {
    const pairs: Histogram = [];
    for (const [at, count] of this.#counts.entries()) if (count > 0) pairs.push([at, count]);
    return pairs;
  }

  /** The time that `share` of all stay within, as the middle of its class; 0 where there is nothing. */
  percentile(share: number): number {
    let total = 0;
    for (const count of this.#counts) total += count;
    let left = Math.max(1, Math.ceil(total * share));
    for (const [at, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return round(at === 0 ? FIRST_MS : Math.sqrt(upperMs(at - 1) * upperMs(at)));
    }
    return 0;
  }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
