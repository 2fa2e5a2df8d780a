// What the editor's page works with: loading a script with what belongs to it, saving and publishing.

import { z } from "zod";
import { Assignment } from "../schemas/assignment.ts";
import { Draft } from "../schemas/draft.ts";
import { Checked, Published, Release, ReleaseWithCode } from "../schemas/release.ts";
import { Sample } from "../schemas/sample.ts";
import { Script } from "../schemas/script.ts";
import { find, get, Problem, send, tell } from "./api.ts";
import { part } from "./path-part.ts";
import { shortTime } from "./format.ts";
import type { Buffer, Mark } from "./buffers.ts";
import { STARTERS } from "./starters.ts";

/** A script as the editor opens it. `published` is the live version, or the newest one where none is live. */
export type Opened = {
  script: Script;
  draft: Draft | null;
  published: ReleaseWithCode | null;
  samples: Sample[];
  /** Where it is assigned. */
  assignments: Assignment[];
  /** The sample that looks most like what the script will get. */
  likely: string;
};

export async function openScript(idOrName: string, signal: AbortSignal): Promise<Opened> {
  const script = await get(`/scripts/${part(idOrName)}`, Script, signal);
  const path = `/scripts/${script.id}`;
  const [draft, published, samples, assignments] = await Promise.all([
    find(`${path}/draft`, Draft, signal),
    findPublished(script, signal),
    get(`${path}/samples`, z.array(Sample), signal),
    get("/assignments", z.array(Assignment), signal),
  ]);
  return {
    script,
    draft: draft ?? null,
    published: published ?? null,
    samples,
    assignments: assignments.filter((one) => one.script === script.id),
    likely: likelySample(script, samples, assignments),
  };
}

/** The text that the editor begins with. */
export function firstText({ script, draft, published }: Opened): string {
  return draft?.code ?? published?.code ?? STARTERS[script.type];
}

async function findPublished(
  script: Script,
  signal: AbortSignal,
): Promise<ReleaseWithCode | undefined> {
  const path = `/scripts/${script.id}/releases`;
  const version = script.live ?? (await get(path, z.array(Release), signal)).at(0)?.version;
  return version === undefined
    ? undefined
    : await get(`${path}/${version}`, ReleaseWithCode, signal);
}

function likelySample(script: Script, samples: Sample[], assignments: Assignment[]): string {
  const place = assignments.find((one) => one.script === script.id)?.place;
  const fallback = script.type === "driver" ? "did-driver" : "termination";
  const fits = (wanted: string): Sample | undefined =>
    samples.find((sample) => sample.place === wanted);
  return (fits(place ?? fallback) ?? fits(fallback) ?? samples[0])?.name ?? "";
}

/** The code of the problem that somebody else has saved another draft since this one was read. */
export const DRAFT_CHANGED = "draft_changed";

/**
 * Keeps the text on the control plane, unpublished. Rejects with the code `DRAFT_CHANGED` where there is another draft than this
 * text began with, unless `theirs` is to be replaced.
 */
export async function saveDraft(
  script: Script,
  buffer: Buffer,
  theirs: "keep" | "replace" = "keep",
): Promise<void> {
  const code = buffer.text.value;
  const path = `/scripts/${script.id}/draft`;
  const there = await find(path, Draft);
  const isOthers = there !== undefined && ![code, buffer.saved.value].includes(there.code);
  if (isOthers && theirs === "keep") {
    const detail = `"${there.by}" has saved another draft at ${shortTime(there.updatedAt)}: saving replaces it`;
    throw new Problem({ status: 0, code: DRAFT_CHANGED, detail });
  }
  await tell({ method: "PUT", path, body: { code } });
  buffer.saved.value = code;
}

export type Publication = { note: string; live: boolean };

/** Makes a version of the text. */
export async function publish(
  script: Script,
  buffer: Buffer,
  { note, live }: Publication,
): Promise<Published> {
  const code = buffer.text.value;
  const body = { code, live, ...(note.trim() === "" ? {} : { note: note.trim() }) };
  const question = { method: "POST", path: `/scripts/${script.id}/releases`, body } as const;
  // So that no older draft stays behind: a version of the same text ends its draft.
  await saveDraft(script, buffer);
  return await send(question, Published);
}

/** What publishing the text would say of it. Rejects as `send` does where that cannot be told. */
export async function check(script: Script, code: string, signal: AbortSignal): Promise<Mark[]> {
  const path = `/scripts/${script.id}/check`;
  try {
    const { lints } = await send({ method: "POST", path, body: { code }, signal }, Checked);
    return lints.map(({ message, line, column }) => ({
      message,
      line,
      column,
      severity: "warning",
    }));
  } catch (error) {
    if (error instanceof Problem && REFUSALS.has(error.code)) return marksOfProblem(error);
    throw error;
  }
}

const REFUSALS: ReadonlySet<string> = new Set(["compile_error", "module_not_allowed"]);

/** The place in the text that is at fault, where the problem has one. */
export function marksOfProblem(error: unknown): Mark[] {
  if (!(error instanceof Problem) || error.line === undefined) return [];
  const { message, line, column = 1 } = error;
  return [{ message, line, column, severity: "error" }];
}
