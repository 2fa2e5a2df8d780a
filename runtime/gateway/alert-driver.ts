// Alert drivers: a script says whether an alert is to be raised. Asked by the control plane's scheduler, or by hand.

import { AlertOrder } from "../../schemas/alert.ts";
import { Fault } from "../../schemas/fault.ts";
import { runReply, type Reply } from "../../schemas/run-reply.ts";
import { alertArgument, alertOutcome } from "./alert-result.ts";
import { runAssigned, type Ended } from "./assigned-run.ts";
import type { GatewayServices } from "./call.ts";
import { deadlineIn, msLeft } from "./deadline.ts";
import { getDriver, type DriverMode } from "./driver-target.ts";
import { parseJson } from "./http.ts";

/** `mode` undefined means the assignment's. */
export type AlertRequest = { account: string; driver: string; mode: DriverMode | undefined };

/** Runs a driver and answers with an `AlertResult`, or a problem. Throws `not_found`. */
export async function answerAlertDriver(
  services: GatewayServices,
  { account, driver, mode }: AlertRequest,
): Promise<Reply> {
  const place = "alert-driver" as const;
  const target = await getDriver(services.store, { account, place, driver }, mode);
  const payload = JSON.stringify(alertArgument(driver, target));
  const deadline = deadlineIn(target.timeoutMs);
  const ask = (name: "alert" | null): Promise<Ended> =>
    runAssigned(services, {
      target,
      place: `driver/alert ${driver}`,
      function: name,
      payload,
      deadlineMs: Math.ceil(msLeft(deadline)),
      meaning: alertOutcome,
    });
  const asked = await ask("alert");
  const { outcome, invocation } = isMissing(asked) ? await ask(null) : asked;
  return runReply(outcome, invocation);
}

/** The same for an order of the control plane. */
export async function answerAlertOrder(services: GatewayServices, body: string): Promise<Reply> {
  const { account, driver } = AlertOrder.parse(parseJson(body, {}));
  return await answerAlertDriver(services, { account, driver, mode: undefined });
}

/** Throws `bad_request` for a body that asks for something: all that a driver is given is its assignment's. */
export function refuseAlertBody(body: string): void {
  if (body.trim() === "" || /^\s*\{\s*\}\s*$/.test(body)) return;
  throw new Fault("bad_request", "An alert driver is asked without a body, or with {}");
}

function isMissing({ outcome }: Ended): boolean {
  return outcome.is === "fault" && outcome.code === "function_not_found";
}
