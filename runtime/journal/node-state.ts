// What a process of an edge node tells of itself.

import type { NodeState } from "../../schemas/node.ts";
import type { CellPool } from "../cell/pool.ts";
import type { Quarantined } from "../cell/quarantine.ts";
import type { EdgeStore } from "../store/store.ts";

type ToldQuarantine = NodeState["quarantined"][number];

/** Its cells, and the scripts whose live release it keeps from running. */
export async function stateOf(pool: CellPool, store: EdgeStore): Promise<NodeState> {
  const told = pool.quarantine.quarantined.map((quarantined) => tell(quarantined, store));
  const quarantined = (await Promise.all(told)).filter((script) => script !== undefined);
  return { cells: pool.states, quarantined };
}

/** Undefined where it is in force no more: the script is gone, has a new release, or was pardoned. */
async function tell(
  { key, account, script, since, fault, strikes }: Quarantined,
  store: EdgeStore,
): Promise<ToldQuarantine | undefined> {
  const target = await store.findScript(account, script);
  if (target === undefined || key !== `${target.release}/${target.pardons}`) return undefined;
  const { name, version } = target;
  return {
    account,
    script,
    name,
    version,
    since: new Date(since).toISOString(),
    fault,
    strikes,
  };
}
