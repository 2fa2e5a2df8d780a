import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "acorn";
import { simple } from "acorn-walk";
import type * as axios from "axios";
import type * as csv from "csv-parse/sync";
import type moment from "moment";
import type * as tough from "tough-cookie";
import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { ALLOWED_MODULES } from "../../schemas/allowed-modules.ts";
import { findModuleIndex, getModuleIndex, MODULE_INDEX_FILE } from "../../schemas/module-index.ts";
import { prepareModules } from "./build.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ADDRESSES = /"resolved": "(https?:\/\/[^/"]+)/g;

/** What Node gives. */
const nodeRequire = createRequire(import.meta.url);

let folder: string;
beforeAll(async () => {
  folder = join(mkdtempSync(join(tmpdir(), "scriptforge-modules-")), "built");
  await prepareModules(folder);
});
afterAll(() => {
  rmSync(join(folder, ".."), { recursive: true });
});

/** The part of a module's text that a release has as well. */
type Refill = () => number;
type Made = [drain: () => void, body: (...scope: unknown[]) => void];
const Factory = z.custom<(refill: Refill, resume: (value: unknown) => unknown) => Made>(
  (value) => typeof value === "function",
);

function textOf(name: string): string {
  const found = getModuleIndex(folder).modules.find((module) => module.name === name);
  return readFileSync(join(folder, found?.file ?? name), "utf8");
}

function makeUnit(name: string, refill: Refill): Made {
  // The isolate does the same.
  // oxlint-disable-next-line no-eval -- it is the form in which modules are built
  const factory = Factory.parse((0, eval)(textOf(name)));
  return factory(refill, (value) => value);
}

/** The rule of an isolate's loader, with Node's built-in modules and without the two that are made for workerd. */
function makeRequire(refill: Refill = () => 50_000): (name: string) => unknown {
  const loaded = new Map<string, { exports: unknown }>();
  const require = (name: string): unknown => {
    if (isBuiltin(name)) return nodeRequire(name);
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    makeUnit(name, refill)[1].call(module.exports, module.exports, require, module, "", "");
    return module.exports;
  };
  return require;
}

/** What is known of a few modules. */
const Axios = z.custom<typeof axios>();
const Csv = z.custom<typeof csv>();
const Csv4 = z.custom<(text: string, options: object) => unknown>();
const Moment = z.custom<typeof moment>();
const Toml = z.custom<{ parse: (text: string) => unknown }>();
const Tough = z.custom<typeof tough>();

/** Where Node finds what scripts know under another name. */
const NODE_NAMES = new Map([["csv-parse/lib/sync", "csv-parse-4/lib/sync"]]);

function fromNode(name: string): unknown {
  return nodeRequire(NODE_NAMES.get(name) ?? name);
}

function shapeOf(value: unknown): unknown {
  const members = Object.entries(Object(value)).map(([name, member]) => [name, kindOf(member)]);
  return [kindOf(value), Object.fromEntries(members)];
}

function kindOf(value: unknown): string {
  return typeof value === "function" ? `function ${value.name}/${value.length}` : typeof value;
}

describe("the index", () => {
  it("names every allowed module and the two that stand in for built-in ones", ({ expect }) => {
    const { modules } = getModuleIndex(folder);
    const names = ALLOWED_MODULES.map(({ name }) => name);
    expect(modules.map(({ name }) => name)).toEqual(["http", "https", ...names]);
  });

  it("has the versions that package.json asks for", ({ expect }) => {
    const { dependencies } = z
      .object({ dependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));
    const wanted = ALLOWED_MODULES.map((module) => dependencies[module.package]?.split("@").at(-1));
    const { modules } = getModuleIndex(folder);
    expect(modules.map(({ version }) => version)).toEqual([null, null, ...wanted]);
  });

  it("says what else a module requires, also through others", ({ expect }) => {
    const { modules } = getModuleIndex(folder);
    const requires = Object.fromEntries(modules.map(({ name, requires }) => [name, requires]));
    expect(requires).toMatchObject({
      http: [],
      https: ["http"],
      moment: [],
      "axios-cookiejar-support": ["http", "https", "tough-cookie"],
      soap: ["axios", "http", "https"],
    });
  });

  it("has the size of each file", ({ expect }) => {
    const { modules } = getModuleIndex(folder);
    const sizes = modules.map(({ file }) => statSync(join(folder, file)).size);
    expect(modules.map(({ bytes }) => bytes)).toEqual(sizes);
  });
});

describe("a module", () => {
  for (const { name } of ALLOWED_MODULES) {
    it(`has the shape that Node gives: ${name}`, ({ expect }) => {
      expect(shapeOf(makeRequire()(name))).toEqual(shapeOf(fromNode(name)));
    });
  }

  it("keeps the names of its classes, which are values", ({ expect }) => {
    const { CookieJar } = Tough.parse(makeRequire()("tough-cookie"));
    expect(new CookieJar().toJSON()).toMatchObject({ storeType: "MemoryCookieStore" });
    const { AxiosError } = Axios.parse(makeRequire()("axios"));
    expect(new AxiosError("text").constructor.name).toBe("AxiosError");
  });

  it("computes what it computes in Node", ({ expect }) => {
    const csv = 'a,b\n1,"x, y"\n';
    const { parse } = Csv.parse(makeRequire()("csv-parse/sync"));
    expect(parse(csv, { columns: true })).toEqual([{ a: "1", b: "x, y" }]);
    const parse4 = Csv4.parse(makeRequire()("csv-parse/lib/sync"));
    expect(parse4(csv, { relax: true })).toEqual([
      ["a", "b"],
      ["1", "x, y"],
    ]);
    const toml = Toml.parse(makeRequire()("fast-toml"));
    expect(toml.parse("a = 1")).toEqual({ a: 1 });
  });

  it("has every locale: moment", ({ expect }) => {
    const moment = Moment.parse(makeRequire()("moment"));
    const locales = readdirSync(join(ROOT, "node_modules/moment/locale")).map((file) =>
      file.slice(0, -".js".length),
    );
    expect(locales.length).toBeGreaterThan(100);
    for (const locale of locales) expect(moment.locale(locale)).toBe(locale);
    expect(moment.locale("nonsense")).toBe(locales.at(-1));
    expect(moment.utc(0).locale("fr").format("dddd")).toBe("jeudi");
  });

  it("names neither this machine nor where its packages came from", ({ expect }) => {
    const lock = readFileSync(join(ROOT, "package-lock.json"), "utf8");
    const hosts = new Set(Array.from(lock.matchAll(ADDRESSES), ([, host = ""]) => host));
    for (const file of readdirSync(folder)) {
      const text = readFileSync(join(folder, file), "utf8");
      for (const place of [ROOT, homedir(), folder, ...hosts]) {
        expect([file, place, text.includes(place)]).toEqual([file, place, false]);
      }
    }
  });
});

describe("the budget of a module", () => {
  it("is asked again and again while it works", ({ expect }) => {
    let refills = 0;
    const require = makeRequire(() => {
      refills += 1;
      return 10;
    });
    const { parse } = Csv.parse(require("csv-parse/sync"));
    const before = refills;
    expect(parse("1,2\n".repeat(1_000))).toHaveLength(1_000);
    expect(refills - before).toBeGreaterThan(400);
  });

  it("ends it", ({ expect }) => {
    let isOver = false;
    const require = makeRequire(() => {
      if (isOver) throw new Error("The budget is used up");
      return 10;
    });
    const { parse } = Csv.parse(require("csv-parse/sync"));
    isOver = true;
    expect(() => parse("1,2\n".repeat(1_000))).toThrow("The budget is used up");
  });

  it("is drained at once", ({ expect }) => {
    let refills = 0;
    const [drain, body] = makeUnit("fast-toml", () => {
      refills += 1;
      return Infinity;
    });
    const module = { exports: {} };
    body.call(module.exports, module.exports, nodeRequire, module, "", "");
    const { parse } = Toml.parse(module.exports);
    parse("a = 1");
    expect(refills).toBe(1);
    drain();
    parse("a = 1");
    expect(refills).toBe(2);
  });

  const names = ["http", "https", ...ALLOWED_MODULES.map(({ name }) => name)];
  for (const name of names) {
    it(`stands in every function and loop: ${name}`, ({ expect }) => {
      expect(placesWithoutCheck(textOf(name))).toEqual([]);
    });
  }

  it("is missed where it is not", ({ expect }) => {
    const check = "--c<0&&(c=r())";
    const withAll = `for(${check};x;)${check},y();function f(){for(${check};x;)if(${check},y)z()}`;
    expect(placesWithoutCheck(unitOf(withAll))).toEqual([]);
    const withFew = `for(${check};x;)y();const f=()=>{for(;;)${check}};while(x){for(;;)${check}}`;
    expect(placesWithoutCheck(unitOf(withFew))).toHaveLength(3);
  });
});

describe("prepared modules", () => {
  it("are left as they are when nothing has changed", async ({ expect }) => {
    const before = statesOf(folder);
    await prepareModules(folder);
    expect(statesOf(folder)).toEqual(before);
  });

  it("replace those of another key, and what a build that was killed has left", async ({
    expect,
  }) => {
    const index = getModuleIndex(folder);
    const path = join(folder, MODULE_INDEX_FILE);
    writeFileSync(path, JSON.stringify({ ...index, key: "other" }));
    writeFileSync(join(folder, "axios.left.js"), "(function");
    await Promise.all([prepareModules(folder), prepareModules(folder)]);
    expect(getModuleIndex(folder)).toEqual(index);
    const files = index.modules.map(({ file }) => file);
    expect(readdirSync(folder).toSorted()).toEqual([...files, MODULE_INDEX_FILE].toSorted());
    expect(readdirSync(join(folder, ".."))).toEqual(["built"]);
  });

  it("are none where the index is broken or missing", ({ expect }) => {
    const other = mkdtempSync(join(tmpdir(), "scriptforge-modules-"));
    expect(findModuleIndex(other)).toBeUndefined();
    writeFileSync(join(other, MODULE_INDEX_FILE), '{"key":');
    expect(findModuleIndex(other)).toBeUndefined();
    expect(() => getModuleIndex(other)).toThrow("Cannot read the index of modules");
    rmSync(other, { recursive: true });
  });
});

function statesOf(path: string): unknown[] {
  return readdirSync(path).map((file) => [file, statSync(join(path, file)).mtimeMs]);
}

type Region = { start: number; end: number };

/** The text of each function, and of what each loop repeats, that has no check of the counter outside of others in it. */
function placesWithoutCheck(text: string): string[] {
  const head = /^\(function\((\w+),\w+\)\{let (\w+)=0;return\[\(\)=>\{\2=0\},function\(/;
  const [, refill = "", counter = ""] = head.exec(text) ?? [];
  const check = `--${counter}<0&&(${counter}=${refill}())`;
  // The first three are the unit, what drains it, and its body.
  const regions = repeatedRegions(text).slice(3);
  const texts = regions.map((region) => ownText(region, regions, text));
  return texts.filter((own) => !own.includes(check));
}

function unitOf(code: string): string {
  return `(function(r,w){let c=0;return[()=>{c=0},function(){${code}}]})`;
}

function repeatedRegions(text: string): Region[] {
  const regions: Region[] = [];
  const add = ({ start, end }: Region): void => void regions.push({ start, end });
  simple(parse(text, { ecmaVersion: "latest" }), {
    Function: add,
    WhileStatement: add,
    DoWhileStatement: add,
    ForStatement: ({ start, init, end }) => add({ start: init?.end ?? start, end }),
    ForInStatement: ({ body }) => add(body),
    ForOfStatement: ({ body }) => add(body),
  });
  return regions.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

/** The text of `region` without that of others inside. `regions` are in order. */
function ownText(region: Region, regions: readonly Region[], text: string): string {
  let own = "";
  let at = region.start;
  for (const { start, end } of regions.slice(regions.indexOf(region) + 1)) {
    if (start >= region.end) break;
    if (start < at) continue;
    own += text.slice(at, start);
    at = end;
  }
  return own + text.slice(at, region.end);
}
