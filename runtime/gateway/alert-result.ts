// What an alert driver is given and what its value means. Pure.

import type { AlertResult } from "../../schemas/alert.ts";
import { CallData, varsIn, type RunOutcome } from "../../schemas/call.ts";
import type { CallTarget } from "../store/store.ts";

/** The template of an alert that brings no text of its own. */
const DEFAULT_TEMPLATE = "alert";

/** The argument of an alert driver: the alert, and the assignment's variables beside and under it. */
export function alertArgument(
  driver: string,
  { settings, vars }: Pick<CallTarget, "settings" | "vars">,
): CallData {
  const under = varsIn(vars);
  const company_id = settings.company ?? null;
  const recipients = settings.recipients ?? [];
  return { ...under, alert: { id: driver, title: driver, company_id, recipients }, company_id };
}

/** How a run of an alert driver counts: one that returned did so with an `AlertResult`. */
export function alertOutcome(outcome: RunOutcome): RunOutcome {
  if (outcome.is !== "returned") return outcome;
  const value = alertOf(outcome.value);
  if (value !== undefined) return { is: "returned", value };
  const message =
    "Driver returned neither nothing, true, a text nor an object of variables for the alert's template";
  return { is: "fault", code: "script_error", message };
}

function alertOf(value: unknown): AlertResult | undefined {
  if (!value) return { raised: false };
  if (value === true) return { raised: true, template: DEFAULT_TEMPLATE };
  if (typeof value === "string") return { raised: true, text: value };
  const vars = CallData.safeParse(value).data;
  return vars && { raised: true, vars, template: DEFAULT_TEMPLATE };
}
