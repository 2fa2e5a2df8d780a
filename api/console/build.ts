// Builds the web console into files that browsers load. `npm ci` runs it; a start does where the sources have changed since.

import { createHash } from "node:crypto";
import { globSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Where the product builds its console. */
export const CONSOLE_FOLDER = join(ROOT, "api/generated/console");

/** What the console is made from. */
const SOURCES = ["package-lock.json", "api/console/build.ts", "console/**/*", "schemas/*.ts"];

const KEY_FILE = "key.txt";
const COMPRESSED = /\.(?:js|css|html|svg|ttf)$/;
const compress = promisify(brotliCompress);

/**
 * Builds the console into `folder`, unless it was built from the same before. Rejects where a source is wrong. Who looks into the
 * folder meanwhile finds the console of before.
 */
export async function prepareConsole(folder: string): Promise<void> {
  const key = makeKey();
  if ((await readKey(folder)) === key) return;
  await mkdir(dirname(folder), { recursive: true });
  const building = await mkdtemp(`${folder}-`);
  try {
    await bundle(join(building, "new"));
    await compressFiles(join(building, "new"));
    await writeFile(join(building, "new", KEY_FILE), key);
    // A folder is replaced only by moving the one before away.
    await rename(folder, join(building, "old")).catch(() => undefined);
    await rename(join(building, "new"), folder);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

async function readKey(folder: string): Promise<string | undefined> {
  return await readFile(join(folder, KEY_FILE), "utf8").catch(() => undefined);
}

function makeKey(): string {
  const hash = createHash("sha256");
  const paths = globSync(SOURCES, { cwd: ROOT }).filter((path) => !path.endsWith(".test.ts"));
  for (const path of paths.toSorted()) {
    if (!statSync(join(ROOT, path)).isFile()) continue;
    const text = readFileSync(join(ROOT, path));
    hash.update(`${path}\n${text.length}\n`).update(text);
  }
  return hash.digest("hex");
}

async function bundle(outDir: string): Promise<void> {
  const { build } = await import("vite");
  await build({
    root: join(ROOT, "console"),
    configFile: false,
    logLevel: "error",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    worker: { format: "es" },
    build: {
      outDir,
      target: "es2023",
      // Files of their own, as the content security policy wants fonts.
      assetsInlineLimit: 0,
      // The TypeScript service is what it is, and is loaded with the editor only.
      chunkSizeWarningLimit: 10_000,
    },
  });
}

/** Puts a `.br` beside each file that is worth it, which browsers are sent in its place. */
async function compressFiles(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => COMPRESSED.test(name));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 6 };
  await Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(folder, name));
      await writeFile(join(folder, `${name}.br`), await compress(text, { params }));
    }),
  );
}

if (import.meta.main) await prepareConsole(CONSOLE_FOLDER);
