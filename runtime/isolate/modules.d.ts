// Modules that the bundler and the dispatcher make.

declare module "virtual:prelude/warm" {
  /** The bundled prelude of isolates that stay, as the text of an ES module. */
  const source: string;
  export default source;
}

declare module "virtual:prelude/single" {
  /** That of isolates that serve one run. */
  const source: string;
  export default source;
}

declare module "virtual:prelude/lean" {
  /** The same for code that requires nothing. */
  const source: string;
  export default source;
}

declare module "virtual:libraries" {
  /** The platform's libraries, bundled likewise. */
  const source: string;
  export default source;
}

declare namespace CloudflareWorkersModule {
  /** Ends this isolate at once: nothing behind the call runs. In a worker that was not loaded it ends the process. */
  export function abortIsolate(reason: string): never;
}

declare module "script.js" {
  /** The code of the release that this isolate runs. */
  const code: string;
  export default code;
}

// By import() types: in an ambient module an import of a relative name resolves to nothing, and says nothing of it.
/* oxlint-disable typescript/consistent-type-imports */

declare module "libraries.js" {
  type Libraries = typeof import("./libraries/main.ts");

  /** Of the bundle, or of an empty one that has none. */
  export const libraryMakers: Libraries["libraryMakers"];
  export const makeLookup: Libraries["makeLookup"];
}

declare module "settings.json" {
  /** What kind of isolate this is, and what its script requires. */
  const settings: import("./worker-code.ts").Settings;
  export default settings;
}
