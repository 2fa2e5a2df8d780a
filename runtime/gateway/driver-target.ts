// The driver that is assigned to a place, with what its assignment says.

import { z } from "zod";
import { PLACES } from "../../schemas/assignment.ts";
import { Fault } from "../../schemas/fault.ts";
import type { CallTarget, EdgeStore } from "../store/store.ts";

const DriverMode = z.enum(["test", "live"]);
/** What a driver reads as `process.env.DRIVER_MODE`. */
export type DriverMode = z.infer<typeof DriverMode>;

export type DriverKey = { account: string; place: "did-driver" | "alert-driver"; driver: string };

/** The mode that a query asks for, undefined for the assignment's own. Throws `bad_request`. */
export function driverModeOf(query: URLSearchParams): DriverMode | undefined {
  const mode = DriverMode.optional().safeParse(query.get("mode") ?? undefined);
  if (mode.success) return mode.data;
  throw new Fault("bad_request", 'mode: "test" or "live"');
}

/** The driver with its mode in its environment, `mode` where that is given. Throws `not_found` where none is assigned. */
export async function getDriver(
  store: EdgeStore,
  { account, place, driver }: DriverKey,
  mode: DriverMode | undefined,
): Promise<CallTarget & { mode: DriverMode }> {
  const target = await store.findCallTarget(account, { place, subject: driver, detail: "" });
  if (target === undefined) {
    const how = `PUT /v1/assignments/${PLACES[place].path}/${driver} assigns a script`;
    throw new Fault(
      "not_found",
      `The driver "${driver}" has no script with a live release: ${how}`,
    );
  }
  const effective = mode ?? target.settings.mode ?? "live";
  const env: object = JSON.parse(target.env);
  return {
    ...target,
    mode: effective,
    env: JSON.stringify({ ...env, DRIVER_MODE: effective }),
  };
}
