// What scripts get by `require('cxJob')`: runs of scripts of their account that are kept until they are done. Every isolate
// carries this file.
// Trust: all arguments are the script's. Which job a run is, the platform knows.

import { MAX_JOB_BYTES } from "../../../schemas/job-limits.ts";
import type { Ask } from "./ask.ts";
import { asModule } from "./as-module.ts";
import { told } from "./told.ts";

/** What a script gets of a job that it has added: `result` is a promise of what the job returns. */
type AddedJob = { id: string; readonly result?: Promise<unknown> };

// Taken before the script can change them.
const { stringify } = JSON;
const { isFinite } = Number;
const { assign } = Object;
const { defineProperty } = Reflect;
const NativeError = Error;
const NativeString = String;
const NativeTypeError = TypeError;

/**
 * The library, for one run. `add(script, functionName, data, opts)` and `scriptForge(script, data, opts)`, which calls main,
 * resolve to the job; within a job `setProgress` and `setData` tell how far it is and what its next attempt is given.
 */
export function makeCxJob(ask: Ask): object {
  async function add(...[script, functionName, data, opts]: unknown[]): Promise<AddedJob> {
    const input = {
      script: scriptText(script),
      function: functionText(functionName),
      data: jsonText(data, "add the job"),
      opts: optionsOf(opts),
    };
    return makeJob(idOf(await ask("add", input)));
  }

  function makeJob(id: string): AddedJob {
    let result: Promise<unknown> | undefined;
    const job = { id };
    // Who does not look at it waits for nothing. Not enumerable, so that a job can be returned and shown.
    defineProperty(job, "result", { get: () => (result ??= resultOf(id)), configurable: true });
    return job;
  }

  async function resultOf(id: string): Promise<unknown> {
    const end = await ask("wait", { id });
    if (isCompleted(end)) return end.result;
    if (isFailed(end)) throw assign(new NativeError(end.error.message), { code: end.error.code });
    throw new NativeError("The platform did not answer with the end of the job");
  }

  return asModule({
    add,
    scriptForge: async (script: unknown, data: unknown, opts: unknown) =>
      await add(script, null, data, opts),
    async setProgress(progress: unknown): Promise<void> {
      await ask("progress", { progress: jsonText(progress ?? null, "set the progress") });
    },
    async setData(data: unknown): Promise<void> {
      await ask("data", { data: jsonText(data, "set the data") });
    },
  });
}

function scriptText(script: unknown): string {
  const text = typeof script === "number" && isFinite(script) ? NativeString(script) : script;
  if (typeof text === "string" && text !== "") return text;
  throw new NativeTypeError(
    `Cannot add the job: the script has to be an id or a name, not ${told(script)}`,
  );
}

/** null for main. */
function functionText(name: unknown): string | null {
  if (name === undefined || name === null || name === "") return null;
  if (typeof name === "string") return name;
  throw new NativeTypeError(
    `Cannot add the job: the function's name has to be a string, not ${told(name)}`,
  );
}

/** Of all that other queues know, what there is here. */
function optionsOf(opts: unknown): object {
  if (opts === undefined || opts === null) return {};
  if (typeof opts === "object") {
    const { attempts, delay, priority, backoff, jobId }: Record<string, unknown> = { ...opts };
    return { attempts, delay, priority, backoff, jobId };
  }
  throw new NativeTypeError(
    `Cannot add the job: its options have to be an object, not ${told(opts)}`,
  );
}

/** No data are an empty object, as for every other run. */
function jsonText(value: unknown, what: string): string {
  const text: unknown = stringify(value ?? {});
  if (typeof text !== "string") {
    throw new NativeTypeError(`Cannot ${what}: the value is ${told(value)}, which is not JSON`);
  }
  // The edge node counts the bytes: each character has one at least.
  if (text.length <= MAX_JOB_BYTES) return text;
  throw new NativeTypeError(
    `Cannot ${what}: the value has ${text.length} characters of JSON, more than ${MAX_JOB_BYTES}`,
  );
}

function idOf(answer: unknown): string {
  if (typeof answer === "object" && answer !== null && "id" in answer) {
    const { id } = answer;
    if (typeof id === "string") return id;
  }
  throw new NativeError("The platform did not answer with a job");
}

function isCompleted(end: unknown): end is { result: unknown } {
  return typeof end === "object" && end !== null && "is" in end && end.is === "completed";
}

function isFailed(end: unknown): end is { error: { code: string; message: string } } {
  return typeof end === "object" && end !== null && "is" in end && end.is === "failed";
}
