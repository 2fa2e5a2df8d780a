// Forms: what was entered goes to the form's script, whose value is the answer. Callers with a token send any form of their
// account; whoever has a form's public URL sends that one.

import type { IncomingMessage } from "node:http";
import { RoutingKey } from "../../schemas/customer.ts";
import { FAULTS, Fault, problemOf } from "../../schemas/fault.ts";
import { MAX_BODY_BYTES } from "../../schemas/limits.ts";
import { varsIn } from "../../schemas/call.ts";
import { problemReply, runReply, type Reply } from "../../schemas/run-reply.ts";
import { readSignedForm } from "../../schemas/signed-form.ts";
import type { CallTarget } from "../store/store.ts";
import { runAssigned, type Ended } from "./assigned-run.ts";
import type { GatewayServices } from "./call.ts";
import { readForm, type Fields } from "./form-body.ts";

/** A form that is sent, and the customer in whose name, null for none. */
export type Form = { account: string; form: string; company: string | null };

/** How much of a body that is too large is read on, and for how long, so that its sender gets to read the answer. */
const MAX_DISCARDED_BYTES = 16_000_000;
const DISCARD_MS = 1_000;

/** Runs the form's script and answers with its value, or a problem. Throws `not_found` where none is assigned. */
export async function answerForm(
  services: GatewayServices,
  form: Form,
  request: IncomingMessage,
): Promise<Reply> {
  const target = await findForm(services, form);
  if (target === undefined) {
    const how = `PUT /v1/assignments/form/${form.form} assigns a script`;
    throw new Fault(
      "not_found",
      `The form "${form.form}" has no script with a live release: ${how}`,
    );
  }
  const { outcome, invocation } = await submit(services, { target, form, request });
  return runReply(outcome, invocation);
}

/**
 * The same for the form that `token` opens. Throws one `not_found` whatever is wrong with the token, and tells of the script no
 * more than it says itself.
 */
export async function answerPublicForm(
  services: GatewayServices & { secretKey: string },
  token: string,
  request: IncomingMessage,
): Promise<Reply> {
  const form = readSignedForm(services.secretKey, token);
  const target = form && (await findForm(services, form));
  if (form === undefined || target === undefined) {
    throw new Fault("not_found", "There is no such form");
  }
  const { outcome, invocation } = await submit(services, { target, form, request });
  if (outcome.is !== "fault") return runReply(outcome, invocation);
  const { title } = FAULTS[outcome.code];
  return runReply({ is: "fault", code: outcome.code, message: title }, invocation);
}

/** Lets pages of every origin read an answer. */
export function forEveryOrigin(reply: Reply): Reply {
  return { ...reply, headers: { ...reply.headers, "access-control-allow-origin": "*" } };
}

/** What a browser that asks first is told: pages of every origin may send the form. */
export function answerPreflight(): Reply {
  const headers = {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "content-type",
    "access-control-max-age": "600",
  };
  return { status: 200, headers, body: "" };
}

/** A public form is sent and not read. */
export function refuseMethod(method: string): Reply {
  const fault = new Fault("bad_request", `A form is sent with POST: there is no ${method} of it`);
  const { headers } = problemReply(fault);
  const title = "The method is not allowed here";
  const problem = { ...problemOf(fault), title, status: 405 };
  const body = JSON.stringify(problem);
  return { status: 405, headers: { ...headers, allow: "POST, OPTIONS" }, body };
}

/** The customer that the query names, null for none. Throws `bad_request`. */
export function companyOf(query: URLSearchParams): string | null {
  const [company, ...others] = query.getAll("company");
  if (company === undefined) return null;
  if (others.length === 0 && RoutingKey.safeParse(company).success) return company;
  throw new Fault(
    "bad_request",
    "company: one customer of at most 128 characters, without a slash",
  );
}

async function findForm(
  { store }: GatewayServices,
  { account, form }: Form,
): Promise<CallTarget | undefined> {
  return await store.findCallTarget(account, { place: "form", subject: form, detail: "" });
}

async function submit(
  services: GatewayServices,
  { target, form, request }: { target: CallTarget; form: Form; request: IncomingMessage },
): Promise<Ended> {
  const fields = await readForm(request.headers["content-type"], await readBytes(request));
  const payload = JSON.stringify(argumentOf(fields, target.vars, form.company));
  return await runAssigned(services, {
    target,
    place: `form ${form.form}`,
    function: null,
    payload,
    deadlineMs: target.timeoutMs,
  });
}

/**
 * What the script is given: the fields, the variables of the assignment beside and under them, and in `_company` in whose name
 * the form was sent. The sender has no say in that, in no notation that somebody may read as a member of it.
 */
export function argumentOf(fields: Fields, vars: string, company: string | null): Fields {
  const under = varsIn(vars);
  const own = Object.entries(fields).filter(([name]) => !/^_company(?:$|[.[])/.test(name));
  const injected = company === null ? {} : { _company: { company_id: company } };
  return { ...under, ...Object.fromEntries(own), ...injected };
}

/** The body's bytes. Throws `body_too_large` past the limit, of which no more than the limit is kept. */
export function readBytes(request: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  let patience: NodeJS.Timeout | undefined;
  const refuse = (): void => {
    clearTimeout(patience);
    request.pause();
    reject(
      new Fault("body_too_large", `A form has at most ${MAX_BODY_BYTES} bytes, files included`),
    );
  };
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) return void chunks.push(chunk);
    chunks.length = 0;
    patience ??= setTimeout(refuse, DISCARD_MS);
    if (bytes > MAX_DISCARDED_BYTES) refuse();
  });
  request.on("end", () => (patience === undefined ? resolve(Buffer.concat(chunks)) : refuse()));
  request.on("error", (cause) => {
    clearTimeout(patience);
    reject(new Fault("bad_request", "The connection ended within the body", { cause }));
  });
  return promise;
}
