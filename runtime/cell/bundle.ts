// Bundles what runs inside workerd: the dispatcher, with the prelude in it as text.

import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import type { Plugin } from "esbuild";

const ISOLATE = fileURLToPath(new URL("../isolate/", import.meta.url));

/** The dispatcher of a cell as one ES module. */
export function bundleDispatcher(): Promise<string> {
  return bundle("dispatcher.ts");
}

/** One entry of `runtime/isolate` as one ES module, with everything it imports. `plugins` come before our own. */
export async function bundle(
  entry: string,
  { minify = false, plugins = [] }: { minify?: boolean; plugins?: Plugin[] } = {},
): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [`${ISOLATE}${entry}`],
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    minify,
    external: ["cloudflare:*", "libraries.js", "script.js", "settings.json"],
    plugins: [...plugins, textsOfIsolates],
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`Cannot bundle "${entry}": esbuild wrote no file`);
  return file.text;
}

/** Isolates that serve one run are not locked down, nor do they put a call's data right; and do not parse what does that. */
const forOneRun = [without("lockdown"), without("put-right")];
/** Those whose code needs none of these, by `needs.ts`, do not parse them. */
const lean = ["library", "legacy", "listeners", "platform", "timers"].map(without);

/** Puts `no-{name}.ts` of the prelude in the place of `{name}.ts`. */
function without(name: string): Plugin {
  return {
    name: `without-${name}`,
    setup(build) {
      const path = `${ISOLATE}prelude/no-${name}.ts`;
      build.onResolve({ filter: new RegExp(`^\\./${name}\\.ts$`) }, () => ({ path }));
    },
  };
}

/** What isolates are made of, by the name under which the dispatcher imports it. Minified, since every isolate parses it. */
const TEXTS: Record<string, () => Promise<string>> = {
  "virtual:libraries": () => bundle("libraries/main.ts", { minify: true }),
  "virtual:prelude/lean": () =>
    bundle("prelude/main.ts", { minify: true, plugins: [...forOneRun, ...lean] }),
  "virtual:prelude/single": () => bundle("prelude/main.ts", { minify: true, plugins: forOneRun }),
  "virtual:prelude/warm": () => bundle("prelude/main.ts", { minify: true }),
};

const textsOfIsolates: Plugin = {
  name: "texts-of-isolates",
  setup(build) {
    build.onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: "text" }));
    build.onLoad({ filter: /.*/, namespace: "text" }, async ({ path }) => ({
      contents: (await TEXTS[path]?.()) ?? "",
      loader: "text",
    }));
  },
};
