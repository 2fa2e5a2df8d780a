// Libraries of every style work the same with the budget in them.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import vm from "node:vm";
import { parse, type Program } from "acorn";
import { build } from "esbuild";
import { describe, it } from "vitest";
import { compileBudget } from "../../schemas/budget.ts";
import { findUnchecked, shapeOf } from "./erase.ts";
import { NAMES } from "./run.ts";

const require = createRequire(import.meta.url);

/** What a script may do with each library, as the body of a function of it. */
const USES: Record<string, string> = {
  acorn: `return JSON.stringify(lib.parse("{ class A { #a = b => c?.d; static { for (;;) {} } } }".repeat(50), { ecmaVersion: "latest" }));`,
  zod: `const s = lib.z.object({ a: lib.z.array(lib.z.string().min(2)), b: lib.z.union([lib.z.int(), lib.z.null()]).optional() });
    return JSON.stringify([s.safeParse({ a: ["xx"], b: 1 }), s.safeParse({ a: ["x", 1], b: "" }).error.issues, lib.z.toJSONSchema(s)]);`,
  hono: `const app = new lib.Hono(), seen = []; app.use("*", async (c, next) => { seen.push("in"); await next(); seen.push("out"); });
    app.get("/a/:id{[0-9]+}/*", c => c.json({ id: c.req.param("id"), q: c.req.queries("q") })); app.onError((e, c) => c.text(e.message, 500)); app.get("/throw", () => { throw new Error("x"); });
    const texts = []; for (const path of ["/a/12/b?q=1&q=2", "/a/x/b", "/throw"]) { const r = await app.request(path); texts.push(r.status, await r.text()); } return JSON.stringify([texts, seen]);`,
  yaml: `const t = "a: &x [1, 2]\\nb: *x\\nc: |\\n  text\\n  more\\nd: {e: ~, f: 'g'}\\n"; return JSON.stringify([lib.parse(t), lib.stringify({ a: [{ b: "c: d" }], e: null }), lib.parseDocument("a: [").errors.map(e => e.message)]);`,
  semver: `return JSON.stringify([lib.satisfies("1.2.3", "^1.0.0 || >=3 <4.1"), lib.sort(["2.0.0", "1.0.0-rc.1", "1.0.0"]), lib.coerce("v3.4 replaces").version, lib.minVersion(">1.0.0 <2").version]);`,
  "magic-string": `const s = new lib.MagicString("let a = 1;\\nlet b = 2;"); s.overwrite(4, 5, "name").appendLeft(10, " // c").indent(); return s.toString() + s.generateMap({ hires: true }).mappings;`,
  "fast-check": `const seen = []; try { lib.assert(lib.property(lib.array(lib.integer()), a => { seen.push(a.length); return a.length < 5; }), { seed: 1, numRuns: 200 }); } catch (e) { seen.push(e.message.replace(/Stack trace[^]*/, "")); } return JSON.stringify(seen);`,
  "path-to-regexp": `return JSON.stringify([lib.match("/a/:b/:c?")("/a/1/2"), lib.pathToRegexp("/a/(.*)").source, lib.compile("/a/:b")({ b: "x y" })]);`,
  ws: `const { Receiver, Sender } = lib; return JSON.stringify([typeof Receiver, Sender.frame(Buffer.from("hello"), { fin: true, opcode: 1, mask: false, rsv1: false }).map(b => [...b])]);`,
};

describe("what a library answers", () => {
  for (const [library, use] of Object.entries(USES)) {
    it(`is the same from ${library}`, { timeout: 60_000 }, async ({ expect }) => {
      const bundle = await bundleOf(library);
      const plain = await answerOf(bundle, use);
      expect(plain.length).toBeGreaterThan(20);
      expect(await answerOf(budgeted(bundle), use)).toBe(plain);
    });
  }
});

async function bundleOf(library: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `module.exports = require(${JSON.stringify(library)})`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "esnext",
    minify: library.length % 2 === 0,
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

function answerOf(bundle: string, use: string): Promise<string> {
  const { counter, refill, resume } = NAMES;
  const closure = `(function (module, exports, require, ${refill}, ${resume}) { let ${counter} = 0; return async function () {
    (function () {${bundle}\n})(); const lib = module.exports; ${use} }; })`;
  const make: unknown = vm.runInThisContext(closure);
  if (typeof make !== "function") throw new Error("Cannot run the library: it closes its wrapper");
  const module = { exports: {} };
  return make(
    module,
    module.exports,
    require,
    () => 1_000,
    (value: unknown) => value,
  )();
}

const FILES = [
  "swagger-ui-dist/swagger-ui-bundle.js",
  "acorn/dist/acorn.mjs",
  "fast-check/lib/fast-check.js",
  "oxlint/dist/lint.js",
  "vite/dist/node/chunks/node.js",
  "undici/lib/web/fetch/index.js",
];

describe("a large file", () => {
  for (const file of FILES) {
    it(`is checked all through: ${file}`, { timeout: 60_000 }, ({ expect }) => {
      const source = readFileSync(new URL(`../../node_modules/${file}`, import.meta.url), "utf8");
      const program = read(source);
      const { code } = compileBudget(source, program, NAMES);
      const again = parse(code, { ecmaVersion: "latest", sourceType: program.sourceType });
      expect(findUnchecked(again)).toEqual([]);
      expect(JSON.stringify(shapeOf(again)) === JSON.stringify(shapeOf(program))).toBe(true);
      expect(code.split("\n").length).toBe(source.split("\n").length);
    });
  }
});

function budgeted(source: string): string {
  return compileBudget(source, read(source), NAMES).code;
}

function read(source: string): Program {
  const isModule = /^(import|export)\b/m.test(source);
  return parse(source, {
    ecmaVersion: "latest",
    sourceType: isModule ? "module" : "script",
    allowReturnOutsideFunction: !isModule,
  });
}
