// The samples that a script can be run with: its own, and the built-in ones that suit its type.

import { Fault } from "../../schemas/fault.ts";
import type { Sample } from "../../schemas/sample.ts";
import type { Script } from "../../schemas/script.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { findOwnSample, listOwnNames, listOwnSamples } from "../store/samples.ts";
import { builtInSamplesFor } from "./defaults.ts";

/** A script of an account. */
type Owned = { account: string; script: Script };

/** The script's own by name, then the built-in ones; of two with one name only the own. */
export async function listSamplesOf(db: Database, { account, script }: Owned): Promise<Sample[]> {
  const own = await listOwnSamples(db, { account, script: script.id });
  const taken = new Set(own.map(({ name }) => name));
  return [...own, ...builtInSamplesFor(script.type).filter(({ name }) => !taken.has(name))];
}

/** The sample with this name. Throws `not_found`, which lists the names that there are. */
export async function getSampleOf(
  db: Database,
  { account, script }: Owned,
  name: string,
): Promise<Sample> {
  const holder = { account, script: script.id };
  const builtIn = builtInSamplesFor(script.type);
  const own = await findOwnSample(db, { ...holder, name });
  const found = own ?? builtIn.find((sample) => sample.name === name);
  if (found !== undefined) return found;
  const ownNames = await listOwnNames(db, holder);
  const names = new Set([...ownNames, ...builtIn.map((sample) => sample.name)]);
  const listed = Array.from(names, (one) => `"${one}"`).join(", ");
  throw new Fault(
    "not_found",
    `Script "${script.name}" has no sample "${name}". It has: ${listed}`,
  );
}
