// Bundles what runs inside workerd: the dispatcher, with the prelude in it as text.

import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import type { Plugin } from "esbuild";

const ISOLATE = fileURLToPath(new URL("../isolate/", import.meta.url));

/** The dispatcher of a cell as one ES module. */
export function bundleDispatcher(): Promise<string> {
  return bundle("dispatcher.ts");
}

/** One entry of `runtime/isolate` as one ES module, with everything it imports. */
export async function bundle(entry: string, { minify = false } = {}): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [`${ISOLATE}${entry}`],
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    minify,
    external: ["cloudflare:*", "script.js", "settings.json"],
    plugins: [preludeAsText],
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`Cannot bundle "${entry}": esbuild wrote no file`);
  return file.text;
}

const preludeAsText: Plugin = {
  name: "prelude-as-text",
  setup(build) {
    build.onResolve({ filter: /^virtual:prelude$/ }, ({ path }) => ({
      path,
      namespace: "prelude",
    }));
    build.onLoad({ filter: /.*/, namespace: "prelude" }, async () => ({
      // Every isolate parses it.
      contents: await bundle("prelude/main.ts", { minify: true }),
      loader: "text",
    }));
  },
};
