// What the scripts of an account may require.

import { eq } from "drizzle-orm";
import { findLiveRelease, readNarrowed } from "../../schemas/read-program.ts";
import { MODULE_NAMES } from "../../schemas/requires.ts";
import { accounts } from "../../schemas/tables/account.ts";
import type { Database } from "../../schemas/tables/open.ts";
import type { Library } from "../publish/resolve.ts";

/** The account's modules, and its scripts as they are live. */
export async function readLibrary(db: Database, account: string): Promise<Library> {
  const narrowed = await readNarrowed(db, account);
  return {
    modules: MODULE_NAMES.filter((name) => narrowed?.includes(name) ?? true),
    async findScript(name) {
      const live = await findLiveRelease(db, account, name);
      return live && { id: live.script, requires: live.requires.scripts };
    },
  };
}

/** Narrows what the account's scripts may require to `modules`; null for the whole list. */
export async function narrowModules(
  db: Database,
  account: string,
  modules: readonly string[] | null,
): Promise<void> {
  const text = modules && JSON.stringify(modules);
  await db.update(accounts).set({ modules: text }).where(eq(accounts.id, account));
}
