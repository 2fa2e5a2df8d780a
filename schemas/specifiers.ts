// What names in require and import mean, besides the npm modules. No imports: every isolate carries this file.

/** Those that scripts may require. They work within the isolate; files are the run's own, in memory. */
export const SCRIPT_BUILT_INS: readonly string[] = [
  "assert",
  "buffer",
  "crypto",
  "events",
  "fs",
  "fs/promises",
  "http",
  "https",
  "path",
  "querystring",
  "stream",
  "stream/promises",
  "string_decoder",
  "timers",
  "url",
  "util",
  "zlib",
];

/** Those that allow-listed modules require besides. */
export const MODULE_BUILT_INS: readonly string[] = [
  "constants",
  "domain",
  "http2",
  "net",
  "os",
  "punycode",
  "tls",
  "tty",
];

/** The built-in that a specifier names, without `node:`; undefined for every other. */
export function builtInOf(specifier: string): string | undefined {
  const name = specifier.startsWith("node:") ? specifier.slice("node:".length) : specifier;
  return SCRIPT_BUILT_INS.includes(name) ? name : undefined;
}

/** Built-ins that run behind a stand-in of ours, which mends what workerd's own lack. */
export const STAND_INS: readonly string[] = ["http", "https"];

/** The names under which a script may be stored that is required as `specifier`, the likelier one first. */
export function scriptNamesOf(specifier: string): string[] {
  const name = specifier.startsWith("./") ? specifier.slice("./".length) : specifier;
  return name.endsWith(".js") ? [name, name.slice(0, -".js".length)] : [name];
}
