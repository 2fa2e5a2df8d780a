// What is measured: whoever answers the payload over HTTP.

import { setTimeout as sleep } from "node:timers/promises";
import { call } from "./call.ts";
import { isRight } from "./payload.ts";
import { putLoad, type LoadPlan, type LoadReport, type Target } from "./wrk.ts";

/** In the order in which they are measured. The program of a peer is `peers/{id}.ts`. */
const SUBJECTS = [
  { id: "script", is: "product", name: "ScriptForge Edge, Script" },
  { id: "app", is: "product", name: "ScriptForge Edge, App" },
  { id: "app-warm", is: "product", name: "ScriptForge Edge, App, isolation scope" },
  { id: "app-one-cell", is: "product", name: "ScriptForge Edge, App, one cell" },
  { id: "plain-node", is: "peer", name: "plain Node, no sandbox" },
  { id: "workerd-static", is: "peer", name: "workerd, static worker" },
  { id: "workerd-loader-warm", is: "peer", name: "workerd loader, warm worker" },
  { id: "workerd-loader-new", is: "peer", name: "workerd loader, new isolate" },
  { id: "miniflare-loader-warm", is: "peer", name: "Miniflare loader, warm worker" },
  { id: "isolated-vm-warm", is: "peer", name: "isolated-vm, warm context" },
  { id: "isolated-vm-warm-sync", is: "peer", name: "isolated-vm, warm context, sync" },
  { id: "isolated-vm-new-context", is: "peer", name: "isolated-vm, new context" },
  { id: "isolated-vm-new-isolate", is: "peer", name: "isolated-vm, new isolate" },
  { id: "quickjs-warm", is: "peer", name: "quickjs, warm context" },
  { id: "quickjs-new-runtime", is: "peer", name: "quickjs, new runtime" },
  { id: "node-vm", is: "peer", name: "node:vm, new context" },
] as const;

type Known = (typeof SUBJECTS)[number];
export type SubjectId = Known["id"];
export type PeerId = Extract<Known, { is: "peer" }>["id"];
export type ProductId = Exclude<SubjectId, PeerId>;

export const SUBJECT_IDS: readonly SubjectId[] = SUBJECTS.map(({ id }) => id);

export type Subject = {
  id: SubjectId;
  target: Target;
  /** How many calls have failed behind an answer with status 200 so far. */
  countFaults: () => number;
};

/** Log lines follow their answers. */
const LOG_LAG_MS = 20;

export function nameOf(id: SubjectId): string {
  return SUBJECTS.find((known) => known.id === id)?.name ?? id;
}

export function isPeer(id: SubjectId): id is PeerId {
  return SUBJECTS.some((known) => known.id === id && known.is === "peer");
}

/** Puts load on a subject, and waits until it is at rest again. Calls that failed inside count as wrong answers. */
export async function measure(subject: Subject, plan: LoadPlan): Promise<LoadReport> {
  const before = subject.countFaults();
  const report = await putLoad(subject.target, plan);
  // wrk goes without the answers that are still due. Work on them would be in the way of whoever is next.
  // A subject that has died has shown it in the report.
  await call(subject.target, plan).catch(() => undefined);
  await sleep(LOG_LAG_MS, undefined, { signal: plan.signal });
  const wrong = Math.max(report.errors.wrong, subject.countFaults() - before);
  return { ...report, errors: { ...report.errors, wrong } };
}

/**
 * Makes the subject ready for `plan`, and looks at every answer meanwhile.
 * Throws when it does not even answer a single call as it should.
 */
export async function warmUp(subject: Subject, plan: LoadPlan): Promise<LoadReport> {
  const { status, text } = await call(subject.target, plan);
  if (status !== 200 || !isRight(text, subject.target.body)) {
    const name = nameOf(subject.id);
    throw new Error(`Cannot measure "${name}": it answers ${status} ${text.slice(0, 300)}`);
  }
  return await measure(subject, { ...plan, isChecked: true });
}
