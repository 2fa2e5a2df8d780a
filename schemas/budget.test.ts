import { SourceMap } from "node:module";
import vm from "node:vm";
import { parse, type Program } from "acorn";
import { describe, it } from "vitest";
import { Fault } from "./fault.ts";
import { compileBudget, pickBudgetNames } from "./budget.ts";

const NAMES = { counter: "$c", refill: "$f", resume: "$r" };
const CHECK = "--$c<0&&($c=$f())";

type Goal = "script" | "module" | "async";

function read(source: string, goal: Goal): Program {
  return parse(source, {
    ecmaVersion: "latest",
    sourceType: goal === "module" ? "module" : "script",
    allowReturnOutsideFunction: goal !== "module",
    allowAwaitOutsideFunction: goal === "async",
    allowHashBang: true,
  });
}

/** The budgeted source with `~` for each check, which no test's source contains. */
function budgeted(source: string, goal: Goal = "script"): string {
  return compileBudget(source, read(source, goal), NAMES).code.replaceAll(CHECK, "~");
}

describe("forms", () => {
  const forms: Record<string, [source: string, code: string, goal?: Goal]> = {
    "a loop with a block": ["while (a) { b }", "while (a) {~; b }"],
    "a loop without braces": ["for (;;) a; b", "for (;;) {~;a;} b"],
    "a loop with an empty statement": ["for (;;);", "for (;;){~;;}"],
    "a loop ended by its line": ["while (a) b\nc", "while (a) {~;b;}\nc"],
    "for-in and for-of": [
      "for (a in b) c; for (a of b) {}",
      "for (a in b) {~;c;} for (a of b) {~;}",
    ],
    "do-while": ["do a\nwhile (b) c", "do {~;a;}\nwhile (b) c"],
    "nested loops": ["while (a) do b; while (c)", "while (a) {~;do {~;b;} while (c)}"],
    "a loop before else": ["if (a) while (b) c\nelse d", "if (a) while (b) {~;c;}\nelse d"],
    labels: ["a: b: for (;;) continue a", "a: b: for (;;) {~;continue a}"],
    "let as a loop's body": ["while (a) let\n{ b }", "while (a) {~;let;}\n{ b }"],
    functions: ["function f() { a } (function () {})", "function f() {~; a } (function () {~;})"],
    "methods and accessors": [
      "({ a() {}, get b() {}, set b(c) {} })",
      "({ a() {~;}, get b() {~;}, set b(c) {~;} })",
    ],
    "generators and async functions": [
      "async function f() {} function* g() {} async () => {}",
      "async function f() {~;} function* g() {~;} async () => {~;}",
    ],
    directives: [
      "function f() { 'a'; 'use strict'; b }",
      "function f() { 'a'; 'use strict';~; b }",
    ],
    "a string that is no directive": [
      "function f() { 'use strict'\n+1 }",
      "function f() {~; 'use strict'\n+1 }",
    ],
    "a directive ended by its line": [
      "function f() { 'use strict'\nb }",
      "function f() { 'use strict';~;\nb }",
    ],
    arrows: ["a => b;", "a => (~,b);"],
    "arrows with objects": ["a => ({}) // b", "a => ((~,{})) // b"],
    "arrows with sequences": ["a => (b, c)", "a => ((~,b, c))"],
    "arrows of arrows": ["a => b => c;", "a => (~,b => (~,c));"],
    "arrows before a parenthesis": ["f = a => b => {}\n(c)", "f = a => (~,b => {~;});\n(c)"],
    "arrows in a loop's head": ["for (var f = a => b;;);", "for (var f = a => (~,b);;){~;;}"],
    classes: [
      "class A { constructor() {} b() {} static {} static { c } }",
      "class A { constructor() {~;} b() {~;} static {} static { ~;c } }",
    ],
    fields: [
      "class A { a = b; ['c'] = (d); e; f = () => {} }",
      "class A { a = (~,b); ['c'] = ((~,d)); e; f = () => {~;} }",
    ],
    "fields ended by their lines": [
      "class A { a = b\n c = d }",
      "class A { a = (~,b);\n c = (~,d); }",
    ],
    "fields that name a class": [
      "class A { a = class extends B {}; b = class { [c] = d } }",
      "class A { a = class extends (~,B) {}; b = class { [(~,c)] = (~,d); } }",
    ],
    defaults: [
      "(a = b, c = () => {}, d = function () {}) => {}",
      "(a = (~,b), c = () => {~;}, d = function () {~;}) => {~;}",
    ],
    "computed keys of patterns": ["({ [a]: b }) => {}", "({ [(~,a)]: b }) => {~;}"],
    await: ["await a\n(await b).c;", "$r(await a\n($r(await b)).c);", "async"],
    "await ended by its line": ["await a++\n(b)", "$r(await a++);\n(b)", "async"],
    "await in expressions": [
      "(await a).b; -await c; d = e + await f;",
      "($r(await a)).b; -$r(await c); d = e + $r(await f);",
      "async",
    ],
    "for await": ["for await (a of b) c;", "{for await (a of b) {$r();~;c;}$r();}", "async"],
    "for await with labels": [
      "a: b: for await (c of d) {}",
      "{a: b: for await (c of d) {$r();~;}$r();}",
      "async",
    ],
    "yield in an async generator": [
      "async function* f() { yield; yield* a; }",
      "async function* f() {~; $r(yield); $r(yield* a); }",
    ],
    "yield in a generator": ["function* f() { yield a }", "function* f() {~; yield a }"],
    "handlers in async code": [
      "async () => { try {} catch { a } finally {} }",
      "async () => {~; try {} catch {$r(); a } finally {$r();} }",
    ],
    "handlers in other code": [
      "() => { try {} catch {} finally {} }",
      "() => {~; try {} catch {} finally {} }",
    ],
    exports: [
      "export default a => b => {}\nexport const c = d => e;",
      "export default a => (~,b => {~;});\nexport const c = d => (~,e);",
      "module",
    ],
    "exported functions": [
      "export default function () {}\nexport class A {}",
      "export default function () {~;}\nexport class A {}",
      "module",
    ],
  };

  for (const [name, [source, code, goal]] of Object.entries(forms)) {
    it(`checks ${name}`, ({ expect }) => {
      expect(budgeted(source, goal)).toBe(code);
    });
  }
});

describe("what a script may not slip through", () => {
  const spins: Record<string, string> = {
    loops: "for (;;);",
    "a loop's test": "while ((() => true)());",
    continue: "a: do { continue a } while (1)",
    "catching all": "for (;;) try { for (;;); } catch {} finally { continue }",
    "recursion that doubles": "const f = n => n && (f(n - 1), f(n - 1)); f(60)",
    "recursion at the end of the stack": "function f() { try { f() } finally { f() } } f()",
    getters: "let n = 60; const o = { get x() { return n && (n--, o.x, o.x, n++) } }; o.x",
    conversions: "let n = 60; const o = { valueOf() { return n && (n--, +o, +o, n++) } }; +o",
    proxies: "let n = 60; const p = new Proxy({}, { get: () => n && (n--, p.x, p.x, n++) }); p.x",
    tags: "let n = 60; const t = () => n && (n--, t`a`, t`b`, n++); t`c`",
    iterators:
      "let n = 60; const o = { *[Symbol.iterator]() { n && (n--, [...o], [...o], n++) } }; [...o]",
    "generators that call themselves":
      "function* g(n) { if (n) { yield* g(n - 1); yield* g(n - 1) } } for (const x of g(60));",
    fields: "let n = 60; class A { a = n && (n--, new A, new A, n++) } new A",
    "static blocks": "const f = n => class { static { if (n) { f(n - 1); f(n - 1) } } }; f(60)",
    "static fields": "function f(n) { class A { static a = n && [f(n - 1), f(n - 1)] } } f(60)",
    constructors: "class A { constructor(n) { n && (new A(n - 1), new A(n - 1)) } } new A(60)",
    "callbacks of natives": "const f = n => n && [1, 2].map(() => f(n - 1)); f(60)",
    "defaults of async functions":
      "async function f(n, a = n && [f(n - 1).catch(Object), f(n - 1).catch(Object)], b = null.x) {} f(60).catch(Object)",
    "defaults of async arrows":
      "const f = async (n, a = n && [f(n - 1).catch(Object), f(n - 1).catch(Object)], b = null.x) => {}; f(60).catch(Object)",
    "defaults of generators": "function* g(n, a = n && [g(n - 1), g(n - 1)]) {} g(60)",
    "defaults caught by a native":
      "let n = 60; const f = (r, j, a = n && (n--, new Promise(f).catch(Object), new Promise(f).catch(Object), n++), b = null.x) => {}; new Promise(f).catch(Object)",
    "nested defaults":
      "function* g(n, { a: [b = n && [g(n - 1), g(n - 1)]] } = { a: [] }) {} g(60)",
    "computed keys of parameters":
      "function* g(n, { [n && [g(n - 1), g(n - 1)]]: a } = {}) {} g(60)",
    "a heritage in a default":
      "function* g(n, a = class extends (n && [g(n - 1), g(n - 1)], Object) {}) {} g(60)",
    "a computed key in a default":
      "function* g(n, a = class { [n && [g(n - 1), g(n - 1)]]() {} }) {} g(60)",
    "a field in a default":
      "function* g(n, a = class { static b = n && [g(n - 1), g(n - 1)] }) {} g(60)",
    "a heritage in a field":
      "let n = 60; class A { a = class extends (n && (n--, new A, new A, n++), Object) {} } new A",
    "what follows an HTML-like comment": "var a\n--> b\nfor (;;);",
  };

  for (const [name, source] of Object.entries(spins)) {
    it(`stops ${name}`, ({ expect }) => {
      expect(refillsOf(source)).toBeGreaterThanOrEqual(LAST_REFILL);
    });
  }

  it("refuses with, whose object could answer for the counter", ({ expect }) => {
    const source = "let a\n  with (a) for (;;);";
    const attempt = (): unknown => compileBudget(source, read(source, "script"), NAMES);
    expect(attempt).toThrow(Fault);
    expect(attempt).toThrow(
      expect.objectContaining({ code: "compile_error", facts: { line: 2, column: 3 } }),
    );
  });
});

const LAST_REFILL = 20;

/** How often a script asks for ticks until it ends. From LAST_REFILL on it gets an exception: that it may catch, unlike the end of its isolate. */
function refillsOf(source: string): number {
  let refills = 0;
  const refill = (): number => {
    if (++refills >= LAST_REFILL) throw new Error("The budget is used up");
    return 200;
  };
  const { code } = compileBudget(source, read(source, "script"), NAMES);
  const closure = `(function ($f, $r) { let $c = 0; return function () {${code}\n}; })(refill, resume)()`;
  try {
    vm.runInNewContext(closure, { refill, resume: (value: unknown) => value }, { timeout: 10_000 });
  } catch (error) {
    if (isTimeout(error)) throw error;
  }
  return refills;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}

function linesOf(text: string): number {
  return text.split(/\r\n|[\n\r\u2028\u2029]/).length;
}

describe("places", () => {
  it("keeps every line where it was", ({ expect }) => {
    const source = "a => b\r\nfor (;;)\n c\u2028class A { x = 1\n}\r`\n${() => d}`";
    expect(linesOf(budgeted(source))).toBe(linesOf(source));
  });

  it("maps columns back to the author's", ({ expect }) => {
    const source = "a;\nfor (;;) alpha(x => beta);\n";
    const { code, map } = compileBudget(source, read(source, "script"), NAMES);
    const sourceMap = new SourceMap({
      version: map.version,
      names: map.names,
      mappings: map.mappings,
      file: "",
      sourceRoot: "",
      sources: [""],
      sourcesContent: [],
    });
    for (const word of ["alpha", "beta"]) {
      const column = (text: string): number => text.split("\n")[1]?.indexOf(word) ?? -1;
      const entry = sourceMap.findEntry(1, column(code));
      expect(entry).toMatchObject({ originalLine: 1, originalColumn: column(source) });
    }
  });
});

function inTurn(...values: string[]): () => string {
  return () => values.shift() ?? "used0up0";
}

describe("names", () => {
  it("picks three different names", ({ expect }) => {
    const names = pickBudgetNames("let a", inTurn("aaaaaaaa", "aaaaaaaa", "bbbbbbbb", "cccccccc"));
    expect(names).toEqual({
      counter: "$aaaaaaaa",
      refill: "$bbbbbbbb",
      resume: "$awaitedcccccccc",
    });
  });

  it.for([
    "$aaaaaaaa = 9e9",
    "$\\u0061aaaaaaa = 9e9",
    "$aaaaaaa\\u{00061} = 9e9",
    "\\u0024aaaaaaaa = 9e9",
  ])("does not pick a name that is in %s", (source, { expect }) => {
    const names = pickBudgetNames(source, inTurn("aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd"));
    expect(names.counter).toBe("$bbbbbbbb");
  });

  it("gives up on what is not random or no name", ({ expect }) => {
    expect(() => pickBudgetNames("$aaaaaaaa", () => "aaaaaaaa")).toThrow("are taken");
    expect(() => pickBudgetNames("", () => "a b")).toThrow("Cannot name");
  });

  it("reads escapes that are no characters", ({ expect }) => {
    const names = pickBudgetNames(
      "\\u{ffffffffff} \\u{} \\u12",
      inTurn("aaaaaaaa", "bbbbbbbb", "cccccccc"),
    );
    expect(names.counter).toBe("$aaaaaaaa");
  });
});

describe("size", () => {
  const sources: Record<string, string> = {
    "arrows on one line": `${"a=>b,".repeat(200_000)}0`,
    "loops on one line": "while(0);".repeat(110_000),
    "statements without semicolons": "a\n".repeat(500_000),
    "a chain of members": `a${".b".repeat(500_000)}`,
    "a list of numbers": `[${"1,".repeat(500_000)}]`,
    defaults: `({${"a=1,".repeat(250_000)}}=0)`,
    "marks of comments": `${"'<!--';".repeat(70_000)}${"/*-->*/".repeat(70_000)}`,
    directives: `() => {${"'a';".repeat(250_000)}}`,
  };

  for (const [name, source] of Object.entries(sources)) {
    it(`compiles a megabyte of ${name}`, ({ expect }) => {
      const program = read(source, "script");
      const start = performance.now();
      compileBudget(source, program, NAMES);
      // At most 1.3 s on a quiet machine. What is quadratic takes minutes.
      expect(performance.now() - start).toBeLessThan(10_000);
    });
  }

  it.for([
    ["(", ")"],
    ["[", "]"],
    ["a=>", ""],
    ["()=>{", "}"],
    ["{", "}"],
    ["!", ""],
    ["if(a);else ", ""],
    ["while(0)", ""],
    ["(class{a=", "})"],
    ["(a=", ")=>0"],
    ["({a:", "})"],
  ] as const)("compiles %s%s however deep the parser takes it", ([open, close], { expect }) => {
    const compiled = [30, 100, 300, 1_000, 3_000, 10_000].filter((depth) => {
      const source = `${open.repeat(depth)}0${close.repeat(depth)}`;
      const program = tryRead(source);
      if (program) compileBudget(source, program, NAMES);
      return program !== undefined;
    });
    expect(compiled.length).toBeGreaterThanOrEqual(1);
  });
});

/** What is nested too deeply is the parser's to refuse. */
function tryRead(source: string): Program | undefined {
  try {
    return read(source, "script");
  } catch {
    return undefined;
  }
}
