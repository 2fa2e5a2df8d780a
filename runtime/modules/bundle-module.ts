// Puts all that a module consists of into one text, with the changes that it needs in an isolate.

import { readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import type { Plugin } from "esbuild";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SHIMS = fileURLToPath(new URL("./shims/", import.meta.url));

/** Modules that others share, so that they mean the same classes. */
const SHARED = ["axios", "tough-cookie"];

/** CommonJS text, and the names that it requires: those of shared modules, and of built-in ones without `node:`. */
export type Bundle = { code: string; requires: string[] };

/** Bundles `entry`, a line of CommonJS, for the module `name`. */
export async function bundleModule(name: string, entry: string): Promise<Bundle> {
  const { outputFiles, metafile } = await esbuild.build({
    stdin: { contents: entry, resolveDir: ROOT },
    // Paths from here name the parts of a bundle.
    absWorkingDir: `${ROOT}node_modules`,
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "cjs",
    target: "esnext",
    // What Node's `require` resolves to: by default esbuild would look for ES modules.
    conditions: [],
    mainFields: ["main"],
    external: SHARED.filter((shared) => shared !== name),
    // Names of classes and functions are values: tough-cookie stores them, and people read them in logs.
    keepNames: true,
    legalComments: "none",
    define: {
      global: "globalThis",
      process: "nodeProcess",
      "process.env.NODE_ENV": '"production"',
    },
    inject: [`${SHIMS}process.ts`],
    plugins: [bareBuiltins, replacements, mediaTypes, changes],
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`Cannot bundle "${name}": esbuild wrote no file`);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const requires = [...new Set(imports.map(({ path }) => path))];
  for (const path of requires) refuseUnknown(name, path);
  return { code: file.text, requires };
}

function refuseUnknown(name: string, path: string): void {
  if (isBuiltin(path) || SHARED.includes(path)) return;
  throw new Error(`Cannot bundle "${name}": it requires "${path}", which isolates have not`);
}

/** The loader of an isolate knows built-in modules by their bare names. */
const bareBuiltins: Plugin = {
  name: "bare-builtins",
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({
      path: path.slice("node:".length),
      external: true,
    }));
  },
};

/** Modules that something else takes the place of, as lines of CommonJS. */
const REPLACEMENTS: Record<string, string> = {
  // workerd's has the flags of another system.
  constants: 'module.exports = require("fs").constants;',
  // It only tries again when files are too many; its `open` passes a mode that workerd refuses.
  "graceful-fs": 'module.exports = require("fs");',
  request: 'module.exports = require("./request.ts").request;',
  // Whether it is installed depends on others. There is no terminal.
  "supports-color": "module.exports = { stdout: false, stderr: false };",
};

const replacements: Plugin = {
  name: "replacements",
  setup(build) {
    const namespace = "replacement";
    const filter = new RegExp(`^(?:${Object.keys(REPLACEMENTS).join("|")})$`);
    build.onResolve({ filter }, ({ path }) => ({ path, namespace }));
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: REPLACEMENTS[path] ?? "",
      resolveDir: SHIMS,
    }));
  },
};

/** Leaves out the media types that nobody can ask for by a file's ending or a charset: most of a large table. */
const mediaTypes: Plugin = {
  name: "media-types",
  setup(build) {
    build.onLoad({ filter: /[\\/]mime-db[\\/]db\.json$/ }, async ({ path }) => {
      const all: Record<string, object> = JSON.parse(await readFile(path, "utf8"));
      const used = Object.entries(all).filter(
        ([, type]) => "extensions" in type || "charset" in type,
      );
      const text = JSON.stringify(JSON.stringify(Object.fromEntries(used)));
      // V8 reads JSON faster than code.
      return { contents: `module.exports = JSON.parse(${text});` };
    });
  },
};

/** Lines of packages that say something else in an isolate. Each must be there. */
const CHANGES: { file: RegExp; lines: Record<string, string> }[] = [
  {
    // Its locales are required by a name that bundlers are not to see.
    file: /[\\/]moment[\\/]moment\.js$/,
    lines: {
      "aliasedRequire = require;": "",
      "aliasedRequire('./locale/' + normalizedName);":
        "require('./locale/' + normalizedName + '.js');",
    },
  },
  {
    // It takes `URL` for broken where errors have no code, and makes do with the parser that came before.
    file: /[\\/]follow-redirects[\\/]index\.js$/,
    lines: { 'useNativeURL = error.code === "ERR_INVALID_URL";': "useNativeURL = true;" },
  },
];

const changes: Plugin = {
  name: "changes",
  setup(build) {
    for (const { file, lines } of CHANGES) {
      build.onLoad({ filter: file }, async ({ path }) => {
        let contents = await readFile(path, "utf8");
        for (const [line, other] of Object.entries(lines)) {
          if (!contents.includes(line)) throw new Error(`Cannot change "${line}": it is gone`);
          contents = contents.replace(line, other);
        }
        return { contents };
      });
    }
  },
};
