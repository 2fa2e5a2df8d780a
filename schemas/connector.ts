// Connectors: HTTP services of the operator by which libraries reach systems that the platform does not have.

import { z } from "zod";
import { SystemUrl } from "./system-url.ts";

/** Which there may be, and the libraries that ask them. */
export const CONNECTORS = {
  "call-control": "cxCallControl",
  llm: "cxLLM",
  lookup: "api.lookup",
  originate: "cxOriginate",
} as const;

export type ConnectorName = keyof typeof CONNECTORS;

/** Longest time that a connector may take, in milliseconds, and the default. */
export const MAX_CONNECTOR_MS = 60_000;
const DEFAULT_CONNECTOR_MS = 10_000;
/** Headers of a connector, at most. */
const MAX_HEADERS = 20;

/** These are the connection's own, or say what the platform sends. */
const OWN_HEADERS =
  /^(?:accept|connection|content-(?:length|type|encoding)|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*|x-scriptforge-.*)$/i;

export const ConnectorName = z
  .enum(["call-control", "llm", "lookup", "originate"], {
    error: `A connector is one of ${Object.keys(CONNECTORS).join(", ")}`,
  })
  .meta({ description: "What asks it: cxCallControl, cxLLM, api.lookup, cxOriginate" });

const HeaderName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, "A header's name has letters, digits and hyphens")
  .refine((name) => !OWN_HEADERS.test(name), "This header is the platform's own");

const HeaderValue = z
  .string()
  .max(8_192, "A header's value has at most 8,192 characters")
  .regex(/^[\t\x20-\x7e]*$/, "A header's value has printable characters of ASCII");

export const PutConnector = z
  .strictObject({
    url: SystemUrl.meta({
      description: "Asked by POST; may be on a private network",
      example: "http://10.1.0.5:9000/originate",
    }),
    headers: z
      .record(HeaderName, HeaderValue)
      .refine(
        (headers) => Object.keys(headers).length <= MAX_HEADERS,
        `A connector has at most ${MAX_HEADERS} headers`,
      )
      .default({})
      .meta({ description: "Sent with each question. Kept sealed: no answer has their values" }),
    timeoutMs: z.int().min(1).max(MAX_CONNECTOR_MS).default(DEFAULT_CONNECTOR_MS),
  })
  .meta({ id: "PutConnector" });
export type PutConnector = z.infer<typeof PutConnector>;

export const Connector = z
  .strictObject({
    name: ConnectorName,
    url: z.string(),
    headers: z.array(z.string()).meta({ description: "Names of the headers" }),
    timeoutMs: z.int(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "Connector", description: "A service of the operator that a library asks" });
export type Connector = z.infer<typeof Connector>;
