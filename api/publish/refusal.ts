// How publishing says no: with the place in the author's source, for people in the message and for tools in the facts.

import type { Node } from "acorn";
import { Fault } from "../../schemas/fault.ts";

/** A place in a source. Line and column are counted from 1. */
export type Place = { line: number; column: number };

export type RefusalCode = "compile_error" | "module_not_allowed";

/** Where `node` begins. */
export function placeOf(node: Node): Place {
  const { line, column } = node.loc?.start ?? { line: 1, column: 0 };
  return { line, column: column + 1 };
}

/** The fault that refuses a source because of `node`. */
export function refusalAt(node: Node, message: string, code?: RefusalCode): Fault {
  return refusal(message, placeOf(node), code);
}

/** The fault that refuses a source because of what is at a place of it. */
export function refusal(
  message: string,
  { line, column }: Place,
  code: RefusalCode = "compile_error",
): Fault {
  return new Fault(code, `${message} (line ${line}, column ${column})`, {
    facts: { line, column },
  });
}

/**
 * What `walk` gives. Parser and walkers recurse: the source that exhausts our stack would exhaust the isolate's as well,
 * and is refused.
 */
export function refuseDepth<Found>(walk: () => Found): Found {
  try {
    return walk();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw refusal("The script is nested too deeply", { line: 1, column: 1 });
  }
}

/** What the author wrote, as a message quotes it: never the whole of a name that fills the source. */
export function shortened(text: string): string {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text;
}

const LONGEST_QUOTE = 100;
