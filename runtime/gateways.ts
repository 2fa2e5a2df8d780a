// An edge node of several processes: gateways behind one port, each with a store and cells of its own. They share nothing
// but the port, which the kernel divides among them, so one that dies takes only its own calls along.

import { fork } from "node:child_process";
import type { Logger } from "pino";
import { z } from "zod";
import { endAll, KeptProcess } from "../schemas/kept-process.ts";
import type { Listening } from "../schemas/listen.ts";

/** The argument by which a process of the program knows that it is one of several gateways. */
export const GATEWAY = "gateway";

/** What a gateway says once it serves. */
const Announcement = z.object({ edge: z.string() });

/** How many, what program they run, and the port if it is to be a certain one. */
export type GatewayPlan = { count: number; program: string; port: number; log: Logger };

/** Runs gateways until disposed. Throws when one does not start. */
export async function startGateways(plan: GatewayPlan): Promise<Listening> {
  await using stack = new AsyncDisposableStack();
  const kept: KeptProcess[] = [];
  stack.defer(() => endAll(kept));
  let url = "";
  const startOne = async (port: number): Promise<void> => {
    const env = { ...process.env, SCRIPTFORGE_EDGE_PORT: String(port) };
    const gateway = new KeptProcess({
      fork: () => fork(plan.program, [GATEWAY], { env }),
      onReady: (message) => (url = Announcement.parse(message).edge),
      onEnd: () => plan.log.error("a gateway ended: starting it again"),
    });
    kept.push(gateway);
    await gateway.start();
  };
  // The first one settles the port, where any will do.
  await startOne(plan.port);
  const port = Number(new URL(url).port);
  await Promise.all(Array.from({ length: plan.count - 1 }, () => startOne(port)));
  const owned = stack.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
