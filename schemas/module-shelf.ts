// The built modules, as whoever hands them out finds them.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { getModuleIndex, type BuiltModule } from "./module-index.ts";

/** Where the product builds its modules. */
export const MODULES_FOLDER = fileURLToPath(
  new URL("../runtime/generated/modules", import.meta.url),
);

export class ModuleShelf {
  readonly #folder: string;
  readonly #modules: Map<string, BuiltModule>;

  /** Opens the modules built in `folder`. Throws where there are none. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#modules = new Map(getModuleIndex(folder).modules.map((module) => [module.name, module]));
  }

  find(name: string): BuiltModule | undefined {
    return this.#modules.get(name);
  }

  /** `names` and everything that those require, each once. */
  closure(names: readonly string[]): string[] {
    const all = names.flatMap((name) => [name, ...(this.find(name)?.requires ?? [])]);
    return [...new Set(all)].toSorted();
  }

  /** The text of a module, undefined where there is no such module. */
  async read(name: string): Promise<string | undefined> {
    const file = this.find(name)?.file;
    return file === undefined ? undefined : await readFile(join(this.#folder, file), "utf8");
  }
}
