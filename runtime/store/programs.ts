// The programs that this node has linked, and the texts that isolates of them are built from.

import type { ModuleShelf } from "../../schemas/module-shelf.ts";
import { linkProgram, partsOf, type Program } from "../../schemas/program.ts";
import type { ProgramSource } from "../host/host-server.ts";
import type { Drafts } from "./drafts.ts";
import type { EdgeStore } from "./store.ts";

/** More than any node has targets in its caches. */
const MOST = 50_000;

/** Programs by id. One that nothing was linked to has the id of its release, and need not be in here. */
export class Programs {
  readonly #programs = new Map<string, Program>();

  add(program: Program): void {
    this.#programs.delete(program.id);
    this.#programs.set(program.id, program);
    const [oldest] = this.#programs.keys();
    if (this.#programs.size > MOST && oldest !== undefined) this.#programs.delete(oldest);
  }

  find(id: string): Program | undefined {
    return this.#programs.get(id);
  }
}

/** What the dispatchers of this node ask for. */
export function programSource({
  store,
  drafts,
  modules,
}: {
  store: EdgeStore;
  drafts: Drafts;
  modules: ModuleShelf;
}): ProgramSource {
  return {
    async findProgram(id) {
      const draft = drafts.find(id);
      const program = draft?.program ?? store.findProgram(id) ?? (await bareProgram(id, store));
      const code = async (wanted: string): Promise<string | undefined> =>
        (wanted === draft?.release.id ? draft.release : await store.findRelease(wanted))?.code;
      return program && (await partsOf(program, { code, modules }));
    },
    findModule: (name) => modules.read(name),
  };
}

async function findNone(): Promise<undefined> {}

/** The program of a release alone: nothing else has its id. */
async function bareProgram(id: string, store: EdgeStore): Promise<Program | undefined> {
  const release = await store.findRelease(id);
  return release && (await linkProgram(release, { findLive: findNone, narrowed: null }));
}
