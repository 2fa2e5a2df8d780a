// What is this source? Reads a script as its engine would, refuses what cannot run, and says where.

import type { Node, Position, Program } from "acorn";
import { ancestor, full } from "acorn-walk";
import { Fault } from "../../schemas/fault.ts";
import { isFunction } from "./nodes.ts";
import { refusal, refusalAt, refuseDepth } from "./refusal.ts";
import { SourceParser } from "./source-parser.ts";

/** `classic`: sloppy mode, CommonJS, a global `main`. `module`: static imports or exports. */
export type ScriptFormat = "classic" | "module";

/** A source that parses: its text with the byte order mark and the hashbang neutralised, in place. */
export type ParsedScript = { source: string; format: ScriptFormat; program: Program };

/**
 * Parses `source`, decides its format by what it contains, and refuses what no type may use.
 * Throws a Fault `compile_error` with line and column, both counted from 1.
 */
export function parseScript(source: string): ParsedScript {
  return refuseDepth(() => {
    const parsed = parseAsWritten(neutralise(source));
    refuseConstructs(parsed.program);
    if (parsed.format === "module") refuseTopLevelAwait(parsed.program);
    return parsed;
  });
}

/** A BOM would shift columns and a hashbang would not parse inside the wrapper; neither says anything to the engine. */
function neutralise(source: string): string {
  const text = source.startsWith("\uFEFF") ? source.slice(1) : source;
  return text.startsWith("#!") ? `//${text.slice(2)}` : text;
}

/** Most sources parse one way only. Where neither way works, the one that got further has the better message. */
function parseAsWritten(source: string): ParsedScript {
  const classic = tryParse(source, "script");
  if ("program" in classic) return { source, format: "classic", program: classic.program };
  const module = tryParse(source, "module");
  if ("program" in module) {
    if (isModule(module.program)) return { source, format: "module", program: module.program };
    refuseTopLevelAwait(module.program);
    throw classic.refusal;
  }
  throw module.position > classic.position ? module.refusal : classic.refusal;
}

type Attempt = { program: Program } | { position: number; refusal: Fault };

function tryParse(source: string, sourceType: "script" | "module"): Attempt {
  try {
    const program = SourceParser.parse(source, {
      ecmaVersion: "latest",
      sourceType,
      locations: true,
      allowReturnOutsideFunction: sourceType === "script",
      onComment: (...[, , start, , place]) => refuseHtmlComment(source, start, place),
    });
    return { program };
  } catch (error) {
    // No other reading of the source makes up for what we refuse ourselves.
    if (error instanceof Fault) return { position: Infinity, refusal: error };
    if (!isParseError(error)) throw error;
    // acorn ends its message with the place, which the fault carries as numbers.
    const message = error.message.replace(/ \(\d+:\d+\)$/, "");
    return {
      position: error.pos,
      refusal: refusal(message, { line: error.loc.line, column: error.loc.column + 1 }),
    };
  }
}

/** Around `<!--` and `-->` parsers disagree about what is code: what ours skips, the engine might run unchecked. */
function refuseHtmlComment(source: string, start: number, place?: Position): void {
  if (!/^(?:<!--|-->)/.test(source.slice(start, start + 4))) return;
  const { line, column } = place ?? { line: 1, column: 0 };
  throw refusal("HTML-like comments are not available: use //", { line, column: column + 1 });
}

type ParseError = SyntaxError & { pos: number; loc: { line: number; column: number } };

function isParseError(error: unknown): error is ParseError {
  return error instanceof SyntaxError && "pos" in error && "loc" in error;
}

function isModule(program: Program): boolean {
  return program.body.some(
    (node) => node.type === "ImportDeclaration" || node.type.startsWith("Export"),
  );
}

/** What no type may use, with the reason in its message. */
const REFUSED: Partial<Record<Node["type"], string>> = {
  ImportExpression: '"import()" is not available: use require or a static import',
};

function refuseConstructs(program: Program): void {
  full(program, (node) => {
    const reason = REFUSED[node.type];
    if (reason !== undefined) throw refusalAt(node, reason);
  });
}

function refuseTopLevelAwait(program: Program): void {
  ancestor(program, {
    AwaitExpression(node, _state, ancestors) {
      if (!ancestors.some(isFunction)) throw topLevelAwait(node);
    },
    ForOfStatement(node, _state, ancestors) {
      if (node.await && !ancestors.some(isFunction)) throw topLevelAwait(node);
    },
  });
}

function topLevelAwait(node: Node): Fault {
  return refusalAt(node, "await outside of a function is not available: move it into main");
}
