// The dispatcher without an edge node: under `wrangler dev`, and on Cloudflare. Runs scripts of a control plane.
// Called by anybody who reaches it. Trust: the control plane judges the caller's token; this worker holds a token of
// its own, a secret, with which it reads releases.

import { readBatchAnswer } from "../../schemas/batch-answer.ts";
import { readBatchHead, writeBatch } from "../../schemas/batch.ts";
import { payloadOf, RunOutcome, type Invocation } from "../../schemas/call.ts";
import { Fault } from "../../schemas/fault.ts";
import { LiveProgram, LiveRelease } from "../../schemas/release.ts";
import { problemReply, runReply, type Reply } from "../../schemas/run-reply.ts";
import { runSingle } from "./single-isolates.ts";

export { Outbound } from "./outbound.ts";

type Env = {
  LOADER: WorkerLoader;
  /** URL of the control plane. */
  CONTROL_PLANE: string;
  /** A token with the scope `admin`, of the same account as the callers'. */
  CONTROL_PLANE_TOKEN: string;
};

/** Programs that are kept, the oldest going first. */
const MOST_PROGRAMS = 100;

/** By release and revision: variables change with the revision. */
const programs = new Map<string, Promise<LiveProgram>>();

export default {
  /** `POST /run/{script}[/{function}]` with the payload as JSON, as an edge node answers it. */
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    try {
      const { pathname } = new URL(request.url);
      const [, script, name] = /^\/run\/([^/]+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
      if (request.method !== "POST" || script === undefined) {
        throw new Fault("not_found", `There is no ${request.method} ${pathname} here`);
      }
      const live = await ask(
        env,
        `/v1/scripts/${script}/live`,
        request.headers.get("authorization"),
      );
      // The control plane has said what is wrong with the script or the token.
      if (!live.ok) return live;
      const target = LiveRelease.parse(await live.json());
      const entry = name === undefined ? null : decodeURIComponent(name);
      const order = { target, entry, body: await request.text() };
      return respond(await run(env, ctx.exports, order));
    } catch (error) {
      return respond(problemReply(faultOf(error)));
    }
  },
};

async function run(
  env: Env,
  exports: Cloudflare.Exports,
  { target, entry, body }: { target: LiveRelease; entry: string | null; body: string },
): Promise<Reply> {
  const { release, type, limits, egressHosts, expose } = target;
  const { program, env: variables } = await findProgram(env, target);
  const id = crypto.randomUUID();
  const invocation: Invocation = {
    id,
    owner: { account: "", script: target.script },
    release,
    type,
    // Always a new isolate: here nobody ends a warm one.
    isolation: "call",
    function: entry,
    anyFunction: entry !== null && expose.includes(entry),
    env: JSON.stringify(variables),
    payload: checkJson(body),
    vars: "",
    isCall: false,
    limits,
    egressHosts,
  };
  const text = writeBatch([invocation], null);
  const head = readBatchHead(text);
  const answer = await Promise.race([
    runSingle(
      { loader: env.LOADER, host: undefined, exports: () => exports },
      { head, text },
      program,
    ),
    scheduler.wait(limits.wallMs),
  ]);
  if (answer === undefined) {
    throw new Fault("wall_exceeded", `The script did not finish within ${limits.wallMs} ms`);
  }
  return runReply(outcomeOf(answer), id);
}

function outcomeOf(text: string): RunOutcome {
  const answer = readBatchAnswer(text);
  if (answer?.is === "ran" && answer.answers[0] !== undefined) {
    return RunOutcome.parse(JSON.parse(answer.answers[0].text));
  }
  throw new Fault("cpu_exceeded", "The script used up its CPU time");
}

function checkJson(body: string): string {
  const payload = payloadOf(body);
  try {
    JSON.parse(payload);
    return payload;
  } catch (error) {
    throw new Fault("bad_request", "The body is not JSON", { cause: error });
  }
}

async function findProgram(env: Env, target: LiveRelease): Promise<LiveProgram> {
  const key = `${target.release}@${target.revision}`;
  const known = programs.get(key);
  if (known !== undefined) return await known;
  const fetched = fetchProgram(env, target.script);
  programs.set(key, fetched);
  const [oldest] = programs.keys();
  if (programs.size > MOST_PROGRAMS && oldest !== undefined) programs.delete(oldest);
  try {
    return await fetched;
  } catch (error) {
    programs.delete(key);
    throw error;
  }
}

async function fetchProgram(env: Env, script: string): Promise<LiveProgram> {
  const path = `/v1/scripts/${script}/program`;
  const response = await ask(env, path, `Bearer ${env.CONTROL_PLANE_TOKEN}`);
  if (!response.ok) throw new Error(`Cannot get the program of "${script}": ${response.status}`);
  return LiveProgram.parse(await response.json());
}

function ask(env: Env, path: string, authorization: string | null): Promise<Response> {
  return fetch(new URL(path, env.CONTROL_PLANE), {
    headers: { authorization: authorization ?? "" },
  });
}

function respond({ status, headers, body }: Reply): Response {
  return new Response(body, { status, headers });
}

function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  console.error(error);
  return new Fault("internal", "Something went wrong here; the log of this worker has the details");
}
