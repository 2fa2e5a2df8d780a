// Random small programs that say what they do: nested loops, labels, functions of every kind, classes, try, yield and await.
// They end: every loop asks tick(), which throws after some steps. Most semicolons are left to the line's end.

import { array, nat, type Arbitrary } from "fast-check";

/** What may stand where the program is being written. */
type Scope = { loops: number; labels: string[]; sleeps: boolean; yields: boolean; depth: number };

/** Choices, read one after the other; when they are used up, the shortest way is taken. */
class Choices {
  readonly #numbers: number[];
  #next = 0;
  #names = 0;

  constructor(numbers: number[]) {
    this.#numbers = numbers;
  }

  below(limit: number): number {
    return (this.#numbers[this.#next++] ?? 0) % limit;
  }

  of<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0];
  }

  get isUsedUp(): boolean {
    return this.#next >= this.#numbers.length;
  }

  name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }
}

/** Programs of kind `async`, about as long as the list of choices behind them. */
export const programs: Arbitrary<string> = array(nat({ max: 9_999 }), {
  minLength: 60,
  maxLength: 300,
  size: "max",
}).map((numbers) => writeProgram(new Choices(numbers)));

function writeProgram(choices: Choices): string {
  const scope: Scope = { loops: 0, labels: [], sleeps: true, yields: false, depth: 0 };
  const statements: string[] = [];
  while (!choices.isUsedUp) statements.push(statement(choices, scope));
  return `${PRELUDE}\n${statements.join("\n")}\nlog("end")`;
}

const PRELUDE = `let steps = 0, seed = 7
function tick() { log(steps); if (steps++ > 150) throw "enough"; return true }
function coin() { seed = (seed * 48271) % 2147483647; return seed % 3 !== 0 }
const sleep = v => Promise.resolve(v)
const said = e => e instanceof Error ? e.name : e;`;

type Writer = (choices: Choices, scope: Scope) => string;

function statement(choices: Choices, scope: Scope): string {
  if (choices.isUsedUp || scope.depth > 6) return `log("leaf")${end(choices)}`;
  return choices.of(STATEMENTS)(choices, { ...scope, depth: scope.depth + 1 });
}

function end(choices: Choices): string {
  return choices.of([";", "\n", "\n"]);
}

function block(choices: Choices, scope: Scope): string {
  const count = choices.below(3);
  return `{${Array.from({ length: count }, () => statement(choices, scope)).join("")}}`;
}

/** A body, with or without braces. Declarations need them. */
function body(choices: Choices, scope: Scope): string {
  if (choices.below(2)) return block(choices, scope);
  const text = statement(choices, scope);
  return /^\s*(let|const|class|function|async function)\b/.test(text) ? `{${text}}` : text;
}

function inLoop(scope: Scope): Scope {
  return { ...scope, loops: scope.loops + 1 };
}

const loop: Writer = (choices, scope) => {
  const inside = body(choices, inLoop(scope));
  const item = choices.of([
    choices.name("i"),
    `{ a: ${choices.name("i")} = ${expression(choices, scope)} }`,
  ]);
  const forms: [string, ...string[]] = [
    `while (tick() && coin()) ${inside}`,
    `do ${inside}\nwhile (tick() && coin())\n`,
    `for (let i = 0, f = () => i; tick() && i < 3; i++) ${inside}`,
    `for (; tick() && coin();) ${inside}`,
    `for (const ${item} of [{}, { a: 1 }]) ${inside}`,
    `for (var ${choices.name("k")} in { x: 1, y: 2 }) ${inside}`,
    ...(scope.sleeps ? [`for await (const ${item} of [{}, sleep({ a: 2 })]) ${inside}`] : []),
  ];
  return choices.of(forms);
};

const labelled: Writer = (choices, scope) => {
  const label = choices.name("l");
  return `${label}: ${loop(choices, { ...scope, labels: [...scope.labels, label] })}`;
};

const jump: Writer = (choices, { loops, labels }) => {
  if (!loops) return `log("no jump")${end(choices)}`;
  const label = choices.of(["", ...labels]);
  return `if (coin()) ${choices.of(["break", "continue"])} ${label}${end(choices)}`;
};

const conditional: Writer = (choices, scope) => {
  const otherwise = choices.below(2) ? `\nelse ${body(choices, scope)}` : "";
  return `if (coin()) ${block(choices, scope)}${otherwise}`;
};

const attempt: Writer = (choices, scope) => {
  const handler = choices.of([
    `catch (e) { log("caught", said(e)) }`,
    `catch ${block(choices, scope)}`,
    "",
  ]);
  const finalizer = choices.below(2) || !handler ? `finally ${block(choices, scope)}` : "";
  return `try ${block(choices, scope)} ${handler} ${finalizer}`;
};

const choice: Writer = (choices, scope) => {
  const inside = { ...scope, loops: scope.loops };
  return `switch (coin()) { case true: ${statement(choices, inside)}\ndefault: ${statement(choices, inside)}}`;
};

/** A function of any kind, and a call of it whose outcome is logged. */
const callable: Writer = (choices, scope) => {
  const name = choices.name("f");
  const isAsync = choices.below(2) === 1;
  const isGenerator = choices.below(3) === 1;
  const own: Scope = {
    loops: 0,
    labels: [],
    sleeps: isAsync,
    yields: isGenerator,
    depth: scope.depth,
  };
  const params = choices.of([
    "",
    "a",
    `a = ${expression(choices, { ...own, sleeps: false, yields: false })}`,
    "{ [`k`]: a = () => 1 } = {}",
  ]);
  const head = `${isAsync ? "async " : ""}function${isGenerator ? "*" : ""} ${name}(${params})`;
  const code = `${head} ${block(choices, own)}`;
  return `${code}\n${call(choices, scope, { name, isAsync, isGenerator })}`;
};

type Callee = { name: string; isAsync: boolean; isGenerator: boolean };

function call(choices: Choices, scope: Scope, { name, isAsync, isGenerator }: Callee): string {
  const wait = scope.sleeps ? "await " : "";
  const outcome = `then(v => log("then", v), e => log(said(e)))${end(choices)}`;
  if (isAsync && isGenerator)
    return `${wait}(async () => { for await (const v of ${name}()) log(v) })().${outcome}`;
  if (isAsync) return `${wait}${name}().${outcome}`;
  if (isGenerator) return `for (const v of ${name}()) { tick(); log(v) }\n`;
  return `log(${name}())${end(choices)}`;
}

const classed: Writer = (choices, scope) => {
  const own: Scope = { loops: 0, labels: [], sleeps: false, yields: false, depth: scope.depth };
  const name = choices.name("C");
  return `class ${name} { a = ${expression(choices, own)}\n b = () => ${expression(choices, own)}\n static c = ${expression(choices, own)}
  static { for (const x of [1, 2]) log(${expression(choices, own)}) } get g() ${block(choices, own)} m(x = ${expression(choices, own)}) ${block(choices, own)} }
  log(typeof new ${name}().b(), new ${name}().g, new ${name}().m(), ${name}.c)${end(choices)}`;
};

const expressed: Writer = (choices, scope) => `log(${expression(choices, scope)})${end(choices)}`;

const declared: Writer = (choices, scope) =>
  `${choices.of(["var", "let", "const"])} ${choices.name("v")} = ${expression(choices, scope)}${end(choices)}`;

const bare: Writer = (choices, scope) => `${expression(choices, scope)}${end(choices)}`;

const left: Writer = (choices, scope) =>
  choices.of([
    `if (!coin()) throw ${expression(choices, scope)}${end(choices)}`,
    `if (!coin()) return ${expression(choices, scope)}${end(choices)}`,
  ]);

const STATEMENTS: readonly [Writer, ...Writer[]] = [
  expressed,
  loop,
  labelled,
  jump,
  conditional,
  attempt,
  choice,
  callable,
  classed,
  declared,
  bare,
  left,
  jump,
  loop,
  attempt,
];

function expression(choices: Choices, scope: Scope): string {
  if (choices.isUsedUp || scope.depth > 6) return "steps";
  const inner: Scope = { ...scope, depth: scope.depth + 1 };
  const arrow: Scope = { ...inner, loops: 0, labels: [], yields: false, sleeps: false };
  const value = (): string => expression(choices, inner);
  const forms: [() => string, ...(() => string)[]] = [
    () => `${choices.below(9)}`,
    () => `(() => ${expression(choices, arrow)})()`,
    () => `(x => y => ${expression(choices, arrow)})(1)(2)`,
    () => `(coin() ? ${value()} : ${value()})`,
    () => `\`\${${value()}}\``,
    () => `[${value()}, ${value()}].map(x => x)`,
    () => `((a = ${expression(choices, arrow)}, { [\`k\`]: b = a } = {}) => { return [a, b] })()`,
    () => `({ get g() ${block(choices, arrow)}, k: ${value()} }).g`,
    () => `steps++`,
    () => `(() => { ${statement(choices, arrow)} })()`,
    () => `typeof (x => { return x })`,
    ...(scope.sleeps ? [() => `(await sleep(${value()}))`, () => `(await ${value()}, 1)`] : []),
    ...(scope.yields ? [() => `(yield ${value()})`, () => `(yield)`] : []),
  ];
  return choices.of(forms)();
}
