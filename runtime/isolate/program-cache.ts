import type { ProgramCode, ProgramParts } from "../../schemas/program-code.ts";

/** Characters of code that a dispatcher keeps, whatever the number of programs; modules of the allow-list not counted. */
const MAX_CHARACTERS = 32_000_000;

/** Where what is not kept comes from. Both fail where there is no such thing. */
export type CodeSource = {
  fetchProgram: (id: string) => Promise<ProgramParts>;
  fetchModule: (name: string) => Promise<string>;
};

/** The programs used last, by id. A program never changes, so nothing here goes stale. */
export class ProgramCache {
  readonly #programs = new Map<string, ProgramCode>();
  /** Each is there once, however many programs require it. */
  readonly #modules = new Map<string, Promise<string>>();
  #characters = 0;

  /** Program `id`, by `source` where it is not kept. Fails as `source` does, and then keeps nothing. */
  get(id: string, source: CodeSource): ProgramCode | Promise<ProgramCode> {
    const kept = this.#programs.get(id);
    if (kept === undefined) return this.#fetch(id, source);
    this.#programs.delete(id);
    this.#programs.set(id, kept);
    return kept;
  }

  async #fetch(id: string, source: CodeSource): Promise<ProgramCode> {
    const { modules: names, ...parts } = await source.fetchProgram(id);
    const named = names.map(async (name) => [name, await this.#module(name, source)] as const);
    const program = { ...parts, modules: Object.fromEntries(await Promise.all(named)) };
    if (!this.#programs.has(id)) this.#characters += sizeOf(program);
    this.#programs.set(id, program);
    this.#evict();
    return program;
  }

  #module(name: string, source: CodeSource): Promise<string> {
    const kept = this.#modules.get(name);
    if (kept !== undefined) return kept;
    const fetched = source.fetchModule(name);
    this.#modules.set(name, fetched);
    fetched.catch(() => this.#modules.delete(name));
    return fetched;
  }

  #evict(): void {
    for (const [id, program] of this.#programs) {
      if (this.#characters <= MAX_CHARACTERS) return;
      this.#programs.delete(id);
      this.#characters -= sizeOf(program);
    }
  }
}

function sizeOf({ code, scripts }: ProgramCode): number {
  return Object.values(scripts).reduce((sum, text) => sum + text.length, code.length);
}
