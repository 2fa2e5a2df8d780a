// What scripts ask of connectors: services of the operator's, at an address that no script has a say in.

import { z } from "zod";
import type { Owner } from "../../schemas/call.ts";
import { CONNECTORS, ConnectorName, type PutConnector } from "../../schemas/connector.ts";
import { findConnector, type ConnectorServices } from "../../schemas/connector-store.ts";
import {
  MAX_CONNECTOR_ANSWER_BYTES,
  MAX_CONNECTOR_ARGUMENTS,
} from "../../schemas/connector-limits.ts";
import { Fault } from "../../schemas/fault.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import { exchange } from "./exchange.ts";
import type { Library } from "./host-server.ts";
import { Payload } from "./payload.ts";
import { readInput } from "./read-input.ts";

const Question = z.object({
  function: z.string().max(100),
  arguments: z
    .string()
    .max(MAX_CONNECTOR_ARGUMENTS, `Arguments have at most ${MAX_CONNECTOR_ARGUMENTS} characters`)
    .transform(parseOrUndefined)
    .pipe(z.record(z.string(), z.unknown())),
});
type Question = z.infer<typeof Question>;

/** A method for each connector, by its name. Each returns the answer, which is to be JSON or empty, as a payload. */
export function connectorLibrary(services: ConnectorServices): Library {
  const methods = ConnectorName.options.map((name): [string, Library[string]] => [
    name,
    async (owner, input, signal) => {
      const library = CONNECTORS[name];
      const question = readInput(Question, input, `use ${library}`);
      const connector = await findConnector(services, { account: owner.account, name });
      if (connector === undefined) {
        throw new Fault(
          "not_found",
          `Cannot use ${library}: the connector "${name}" is not configured; an operator sets it by PUT /v1/connectors/${name}`,
        );
      }
      return await askConnector({ name, connector, signal }, owner, question);
    },
  ]);
  return Object.fromEntries(methods);
}

async function askConnector(
  to: { name: ConnectorName; connector: PutConnector; signal: AbortSignal },
  { account, script }: Owner,
  question: Question,
): Promise<Payload> {
  const { name, connector, signal } = to;
  const { url, headers, timeoutMs } = connector;
  const { bytes } = await exchange({
    action: `use ${CONNECTORS[name]}`,
    system: `the connector "${name}"`,
    url,
    method: "POST",
    headers: { ...headers, "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ ...question, account, script }),
    timeoutMs,
    maxBytes: MAX_CONNECTOR_ANSWER_BYTES,
    signal,
  });
  return new Payload({}, bytes);
}
