// Modules that the bundler and the dispatcher make.

declare module "virtual:prelude" {
  /** The bundled prelude, as the text of an ES module. */
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

declare module "settings.json" {
  import type { Isolation } from "../../schemas/isolation.ts";
  import type { ProgramCode } from "../../schemas/program-code.ts";
  import type { ScriptType } from "../../schemas/script-type.ts";

  /** What kind of isolate this is, and what its script requires. */
  const settings: { type: ScriptType; isolation: Isolation } & Omit<ProgramCode, "code">;
  export default settings;
}
