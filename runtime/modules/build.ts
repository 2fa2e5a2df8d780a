// Builds what isolates may require. Run when an edge node starts: the first time takes seconds, the next ones nothing.

import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ALLOWED_MODULES, type AllowedModule } from "../../schemas/allowed-modules.ts";
import {
  findModuleIndex,
  MODULE_INDEX_FILE,
  type BuiltModule,
  type ModuleIndex,
} from "../../schemas/module-index.ts";
import { bundleModule } from "./bundle-module.ts";
import { makeUnit } from "./unit.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What the modules are made from, besides packages. */
const SOURCES = [
  "package-lock.json",
  "schemas/allowed-modules.ts",
  "schemas/budget.ts",
  "schemas/module-index.ts",
  "runtime/modules/*.ts",
  "runtime/modules/shims/*.ts",
];

/** Modules of ours that isolates get in the place of the built-in ones of these names. */
const STAND_INS = ["http", "https"] as const;

/** What a unit is made of: a line of CommonJS that sets `module.exports`. */
type Source = { name: string; version: string | null; entry: string };

/** A built module, its text, and what it requires by itself. */
type Unit = Omit<BuiltModule, "requires"> & { text: string; direct: string[] };

/**
 * Builds every module into `folder`, unless they were built from the same before. Rejects where a package is missing or
 * has changed so that it does not fit. Whatever ends it, and whoever builds at the same time, what the folder's index
 * names is there and whole.
 */
export async function prepareModules(folder: string): Promise<void> {
  const key = makeKey();
  if (findModuleIndex(folder)?.key === key) return;
  await mkdir(folder, { recursive: true });
  const units = await Promise.all(sources().map(buildUnit));
  const building = await mkdtemp(`${folder}-`);
  try {
    await writeUnits({ key, modules: units.map((unit) => describe(unit, units)) }, units, building);
    await moveUnits(building, folder);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

function makeKey(): string {
  const hash = createHash("sha256");
  const paths = globSync(SOURCES, { cwd: ROOT }).filter((path) => !path.endsWith(".test.ts"));
  for (const path of paths.toSorted()) {
    const text = readFileSync(join(ROOT, path));
    hash.update(`${path}\n${text.length}\n`).update(text);
  }
  return hash.digest("hex");
}

function sources(): Source[] {
  const standIns = STAND_INS.map((name) => ({
    name,
    version: null,
    entry: `module.exports = require("./runtime/modules/shims/${name}.ts").${name};`,
  }));
  return [...standIns, ...ALLOWED_MODULES.map(sourceOf)];
}

function sourceOf({ name, package: folder }: AllowedModule): Source {
  // The package may have another name here than scripts know; what follows in the path is the same.
  const path = [folder, ...name.split("/").slice(1)].join("/");
  return {
    name,
    version: versionOf(folder),
    entry: `module.exports = require(${JSON.stringify(path)});${selfName(name)}`,
  };
}

/** A package that Node finds as an ES module may name itself there, and not in what `require` gives. */
function selfName(name: string): string {
  if (name !== "stripe") return "";
  return 'Object.defineProperty(module.exports, "Stripe", { value: module.exports });';
}

const Manifest = z.object({ version: z.string() });

function versionOf(folder: string): string {
  const text = readFileSync(join(ROOT, "node_modules", folder, "package.json"), "utf8");
  return Manifest.parse(JSON.parse(text)).version;
}

async function buildUnit({ name, version, entry }: Source): Promise<Unit> {
  const { code, requires: direct } = await bundleModule(name, entry);
  const text = await makeUnit(name, code);
  // A file of a name never changes, so that nobody reads half of one that another process is writing.
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const file = `${name.replaceAll("/", "__")}.${hash}.js`;
  return { name, version, bytes: Buffer.byteLength(text), file, text, direct };
}

function describe({ name, version, bytes, file }: Unit, units: readonly Unit[]): BuiltModule {
  return { name, version, bytes, file, requires: requiredBy(name, units) };
}

/** Every other unit that `name` may require, by itself or through others. */
function requiredBy(name: string, units: readonly Unit[]): string[] {
  // A set yields what is added while it is walked.
  const found = new Set([name]);
  for (const one of found) {
    const direct = units.find((unit) => unit.name === one)?.direct ?? [];
    for (const other of direct) if (units.some((unit) => unit.name === other)) found.add(other);
  }
  found.delete(name);
  return [...found].toSorted();
}

async function writeUnits(
  index: ModuleIndex,
  units: readonly Unit[],
  building: string,
): Promise<void> {
  await Promise.all(units.map((unit) => writeFile(join(building, unit.file), unit.text)));
  await writeFile(join(building, MODULE_INDEX_FILE), `${JSON.stringify(index, null, 1)}\n`);
}

/** Moves the files into `folder`, the index last, and removes what it does not name. */
async function moveUnits(building: string, folder: string): Promise<void> {
  const names = await readdir(building);
  const files = names.filter((name) => name !== MODULE_INDEX_FILE);
  for (const name of [...files, MODULE_INDEX_FILE]) {
    await rename(join(building, name), join(folder, name));
  }
  for (const name of await readdir(folder)) {
    if (!names.includes(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
