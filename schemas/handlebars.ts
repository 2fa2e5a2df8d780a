// The Handlebars of this platform: variables, `if`, `unless`, `each`, `with` and `lookup`, and nothing else. No template reaches
// another one, a file or a prototype.

import Handlebars from "handlebars";
import { TEMPLATE_PARTS, type TemplatePart, type TemplateParts } from "./template.ts";

const language = Handlebars.create();
// What a template writes into the log of this process tells nobody anything.
language.unregisterHelper("log");
Handlebars.log = () => undefined;

const OPTIONS = { knownHelpersOnly: true, knownHelpers: { log: false } } as const;
/** Defaults, but not to be changed by accident. */
const RUNTIME = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false };

/** What makes a part from variables. Compiled when it is first called. */
export type Renderer = (vars: object) => string;

/** Only HTML has characters escaped: in a text or an SMS a `&amp;` is just wrong. */
export function makeRenderer(source: string, part: TemplatePart): Renderer {
  const render = language.compile(source, { ...OPTIONS, noEscape: part !== "html" });
  return (vars) => render(vars, RUNTIME);
}

/** What is wrong with a template, and where in which part. */
export type TemplateError = { part: TemplatePart; message: string; line?: number; column?: number };

/** Undefined for a template that compiles. */
export function findTemplateError(parts: TemplateParts): TemplateError | undefined {
  for (const part of TEMPLATE_PARTS) {
    try {
      new Refusals().accept(language.parse(parts[part]));
      language.precompile(parts[part], OPTIONS);
    } catch (error) {
      return { part, ...placeOf(error) };
    }
  }
  return undefined;
}

/** Refuses what leads to other templates. */
class Refusals extends Handlebars.Visitor {
  override PartialStatement(node: hbs.AST.PartialStatement): void {
    refuse("Partials ({{> name}})", node);
  }

  override PartialBlockStatement(node: hbs.AST.PartialBlockStatement): void {
    refuse("Partials ({{#> name}})", node);
  }

  override Decorator(node: hbs.AST.Decorator): void {
    refuse("Decorators ({{* name}})", node);
  }

  override DecoratorBlock(node: hbs.AST.DecoratorBlock): void {
    refuse("Decorators ({{#* name}})", node);
  }
}

function refuse(what: string, { loc }: hbs.AST.Node): never {
  throw new Refused(`${what} are not available`, loc.start);
}

class Refused extends Error {
  readonly place: { line: number; column: number };

  constructor(message: string, place: { line: number; column: number }) {
    super(message);
    this.place = place;
  }
}

function placeOf(error: unknown): Omit<TemplateError, "part"> {
  if (error instanceof Refused) {
    const { line, column } = error.place;
    return { message: error.message, line, column: column + 1 };
  }
  if (error instanceof RangeError) return { message: "It is nested too deeply" };
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /used the unknown helper (.+?) - (\d+):(\d+)$/.exec(message);
  if (unknown !== null) {
    const [, name, line, column] = unknown;
    const there = "there are if, unless, each, with and lookup";
    return {
      message: `There is no helper "${name}": ${there}`,
      line: Number(line),
      column: Number(column) + 1,
    };
  }
  const line = /^(?:Parse|Lexical) error on line (\d+)/.exec(message)?.[1];
  if (line !== undefined) return { message: wordsOf(message), line: Number(line) };
  const end = / - (\d+):(\d+)$/.exec(message);
  if (end === null) return { message };
  const [words, endLine, column] = end;
  return {
    message: message.slice(0, -words.length),
    line: Number(endLine),
    column: Number(column) + 1,
  };
}

/** The text in which the parser lost its way, without the table of what it hoped for. */
function wordsOf(message: string): string {
  const [, near = ""] = message.split("\n");
  return `It cannot be read near "${near.slice(-60)}": check its braces, quotes and blocks`;
}
