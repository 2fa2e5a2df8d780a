// The texts that an isolate is built from. No imports: the dispatcher carries this file.

/**
 * `code` is the release's, `scripts` those of other scripts by name and `modules` those of npm modules by name: each one
 * function expression. `preload` are modules to evaluate before the script runs, `allowed` the names to tell of where one
 * is not found.
 */
export type ProgramCode = {
  code: string;
  scripts: Record<string, string>;
  modules: Record<string, string>;
  preload: string[];
  allowed: string[];
};

/** As the edge node hands it out: modules by name, since many programs share them. */
export type ProgramParts = Omit<ProgramCode, "modules"> & { modules: string[] };
