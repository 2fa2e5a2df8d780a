// An assignment as a form has it: texts, until they are sent.

import {
  DEFAULT_TIMEOUT_ACTION,
  parseTimeoutAction,
  PLACES,
  type Assignment,
  type OnError,
  type Place,
} from "../schemas/assignment.ts";
import { MAX_CALL_MS, MAX_WALL_MS } from "../schemas/limits.ts";
import { keysOf } from "./places.ts";

export type AssignmentDraft = {
  place: Place;
  keys: string[];
  script: string;
  timeout: string;
  timeoutAction: string;
  onError: OnError;
  vars: string;
  mode: "live" | "test";
  company: string;
  recipients: string;
  everyMinutes: string;
};

const EMPTY: AssignmentDraft = {
  place: "termination",
  keys: ["", ""],
  script: "",
  timeout: "",
  timeoutAction: "",
  onError: "reject",
  vars: "",
  mode: "live",
  company: "",
  recipients: "",
  everyMinutes: "5",
};

/** `script` is the id of the one that is chosen at first, where nothing is assigned yet. */
export function draftOf(found: Assignment | undefined, script = ""): AssignmentDraft {
  if (found === undefined) return { ...EMPTY, script };
  return {
    place: found.place,
    keys: keysOf(found),
    script: found.script,
    timeout: found.timeout === null ? "" : String(found.timeout),
    timeoutAction: found.timeoutAction === DEFAULT_TIMEOUT_ACTION ? "" : found.timeoutAction,
    onError: found.onError,
    vars: found.vars,
    mode: found.mode ?? EMPTY.mode,
    company: found.company ?? "",
    recipients: found.recipients?.join(", ") ?? "",
    everyMinutes: String(found.everyMinutes ?? EMPTY.everyMinutes),
  };
}

/** What the control plane is asked for. */
export function requestOf(draft: AssignmentDraft): Record<string, unknown> {
  const { script, timeout, timeoutAction, onError, vars, place } = draft;
  const { mode, company, recipients, everyMinutes } = draft;
  const isDriver = place === "did-driver" || place === "alert-driver";
  return {
    script,
    timeout: timeout.trim() === "" ? null : Number(timeout),
    timeoutAction: timeoutAction.trim(),
    onError,
    vars,
    ...(isDriver ? { mode } : {}),
    ...(isDriver && company.trim() !== "" ? { company: company.trim() } : {}),
    ...(place === "alert-driver"
      ? {
          everyMinutes: Number(everyMinutes),
          recipients: recipients.split(/[\s,;]+/).filter(Boolean),
        }
      : {}),
  };
}

/** What is wrong, by the name of the field, as far as it shows before it is sent. */
export function wrongIn(draft: AssignmentDraft): Map<"timeout" | "timeoutAction", string> {
  const wrong = new Map<"timeout" | "timeoutAction", string>();
  const action = draft.timeoutAction.trim();
  if (action !== "" && parseTimeoutAction(action) === undefined) {
    wrong.set("timeoutAction", "A SIP code from 200 to 699, a space and a message: 503 Try Later");
  }
  const most = mostSeconds(draft.place);
  const seconds = Number(draft.timeout);
  if (draft.timeout.trim() !== "" && !(seconds >= 0.01 && seconds <= most)) {
    wrong.set("timeout", `Seconds, from 0.01 to ${most}`);
  }
  return wrong;
}

export function mostSeconds(place: Place): number {
  return (PLACES[place].decidesCalls ? MAX_CALL_MS : MAX_WALL_MS) / 1_000;
}
