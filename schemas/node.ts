// The processes of edge nodes, their cells, and what they keep from running.

import { z } from "zod";

/** A process that has not been heard of for so long is gone, in milliseconds. */
export const NODE_GONE_MS = 10_000;

export const CellState = z
  .strictObject({
    kind: z.enum(["script", "app", "spare", "alone", "leaving"]).meta({
      description:
        '"alone": where suspects run, one at a time; "leaving": it takes no more runs and ends',
    }),
    pid: z.int(),
    rssBytes: z.int(),
    inFlight: z.int().meta({ description: "Runs inside at the moment" }),
    startedAt: z.iso.datetime(),
    runs: z.int().meta({ description: "Runs since its start" }),
  })
  .meta({ id: "CellState" });
export type CellState = z.infer<typeof CellState>;

export const Cells = z
  .strictObject({
    nodes: z.array(z.strictObject({ node: z.string(), cells: z.array(CellState) })),
  })
  .meta({ id: "Cells" });
export type Cells = z.infer<typeof Cells>;

/** A script that answers its fault at once, because it ended its process again and again. */
export const QuarantinedScript = z
  .strictObject({
    script: z.string(),
    name: z.string(),
    version: z.int(),
    since: z.iso.datetime(),
    fault: z.string().meta({ description: "How it ended its process the last time" }),
    strikes: z.int().meta({ description: "How often, within a minute" }),
  })
  .meta({ id: "QuarantinedScript" });
export type QuarantinedScript = z.infer<typeof QuarantinedScript>;

/** What a process of an edge node tells of itself, for all accounts. */
export const NodeState = z.strictObject({
  cells: z.array(CellState),
  quarantined: z.array(QuarantinedScript.extend({ account: z.string() })),
});
export type NodeState = z.infer<typeof NodeState>;
