// DID drivers: an operator looks for numbers at a provider, buys them, gives them back.

import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import { Fault, type FaultCode } from "../../schemas/fault.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import { runReply, type Reply } from "../../schemas/run-reply.ts";
import { claimRequest, dropRequest, settleRequest, type Claim } from "../store/driver-requests.ts";
import type { CallTarget } from "../store/store.ts";
import { runAssigned, type Ended } from "./assigned-run.ts";
import type { GatewayServices } from "./call.ts";
import { DID_QUESTIONS, didOutcome, type DidFunction } from "./did-result.ts";
import { getDriver, type DriverMode } from "./driver-target.ts";
import { parseJson } from "./http.ts";

/** `mode` undefined means the assignment's. `key` is the idempotency key, undefined for none. */
export type DidRequest = {
  account: string;
  driver: string;
  function: DidFunction;
  mode: DriverMode | undefined;
  key: string | undefined;
  body: string;
};

type Question = Record<string, string>;

/** Functions that cost money or lose a number when they run twice. */
const ONCE: ReadonlySet<DidFunction> = new Set<DidFunction>(["allocate", "release"]);

const Answer = z.strictObject({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

/**
 * Runs a driver's function once, whatever comes of it, and answers with its value or a problem. Throws faults of the caller:
 * `bad_request`, `not_found`, and for a key `conflict` and `invalid`.
 */
export async function answerDidDriver(
  services: GatewayServices,
  request: DidRequest,
): Promise<Reply> {
  const { account, driver, function: name, key } = request;
  const place = "did-driver" as const;
  const target = await getDriver(services.store, { account, place, driver }, request.mode);
  const question = readQuestion(name, request.body);
  const ask = (): Promise<Ended> => run(services, { target, name, question });
  if (key === undefined || !ONCE.has(name)) {
    const { outcome, invocation } = await ask();
    return runReply(outcome, invocation);
  }
  const asked = { at: { account, driver, function: name, key }, mode: target.mode, question };
  return await askOnce(services, asked, ask);
}

/** The `Idempotency-Key` of a request, undefined where there is none. Throws `bad_request`. */
export function idempotencyKeyOf(headers: IncomingHttpHeaders): string | undefined {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key === "string" && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Fault(
    "bad_request",
    "Idempotency-Key: 1 to 255 visible ASCII characters, without spaces",
  );
}

function readQuestion(name: DidFunction, body: string): Question {
  const parsed = DID_QUESTIONS[name].safeParse(parseJson(body, {}));
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  const members = Object.keys(DID_QUESTIONS[name].shape);
  const example = JSON.stringify(Object.fromEntries(members.map((key) => [key, "442070000000"])));
  throw new Fault("bad_request", `${reasons.join("; ")}. ${name} is asked with ${example}`);
}

async function run(
  services: GatewayServices,
  { target, name, question }: { target: CallTarget; name: DidFunction; question: Question },
): Promise<Ended> {
  const payload = JSON.stringify(question);
  const deadlineMs = target.timeoutMs;
  return await runAssigned(services, {
    target,
    place: `driver/did ${target.subject}/${name}`,
    function: name,
    payload,
    deadlineMs,
    meaning: (outcome) => didOutcome(name, question, outcome),
  });
}

type Keyed = { at: Omit<Claim, "claim">; mode: DriverMode; question: Question };

/** Runs `ask` for the first request with the key. Every other gets its answer, or is refused. */
async function askOnce(
  services: GatewayServices,
  { at, mode, question }: Keyed,
  ask: () => Promise<Ended>,
): Promise<Reply> {
  const { db } = services.store.forLibraries;
  // What was tried in test mode is no answer to a request that means it.
  const claimed = await claimRequest(db, at, JSON.stringify({ mode, ...question }));
  switch (claimed.is) {
    case "done":
      return Answer.parse(parseOrUndefined(claimed.answer));
    case "pending":
      throw new Fault(
        "conflict",
        `${at.function} under this Idempotency-Key is still running or its outcome is not known: ask list() what the provider has before trying with another key`,
      );
    case "other":
      throw new Fault(
        "invalid",
        "Something else was asked under this Idempotency-Key: use a new one",
      );
    case "claimed":
      return await askAndKeep(services, claimed.claim, ask);
  }
}

/** Before the function itself runs. Whoever has mended it may ask again with the same key. */
const NOTHING_RAN: ReadonlySet<FaultCode> = new Set<FaultCode>([
  "function_not_found",
  "compile_error",
  "quarantined",
]);

async function askAndKeep(
  services: GatewayServices,
  claim: Claim,
  ask: () => Promise<Ended>,
): Promise<Reply> {
  const { db } = services.store.forLibraries;
  const { outcome, invocation } = await ask();
  const reply = runReply(outcome, invocation);
  const code = outcome.is === "fault" ? outcome.code : undefined;
  // Overloaded before it began, or while it ran: that is not known, and stays so.
  if (code === "overloaded") return reply;
  try {
    if (code !== undefined && NOTHING_RAN.has(code)) await dropRequest(db, claim);
    else await settleRequest(db, claim, JSON.stringify(reply));
  } catch (error) {
    // The number is bought all the same, and its buyer gets to know that. Asking again is refused.
    services.log.error({ err: error, invocation }, "cannot keep what came of a driver's request");
  }
  return reply;
}
