// The processes of edge nodes, as they told of themselves a moment ago.

import { gte } from "drizzle-orm";
import { NODE_GONE_MS, NodeState } from "../../schemas/node.ts";
import { edgeNodes } from "../../schemas/tables/invocation.ts";
import type { Database } from "../../schemas/tables/open.ts";

/** Those that were heard of lately at `now`, in milliseconds since 1970, by name. */
export async function listNodes(
  db: Database,
  now: number,
): Promise<{ node: string; state: NodeState }[]> {
  const rows = await db
    .select()
    .from(edgeNodes)
    .where(gte(edgeNodes.seenAt, now - NODE_GONE_MS))
    .orderBy(edgeNodes.node);
  return rows.map(({ node, state }) => ({ node, state: NodeState.parse(JSON.parse(state)) }));
}
