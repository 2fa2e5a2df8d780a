// The module "libraries.js" of isolates whose code names one of the platform's libraries; the others have one that is empty.

import type { CxLibrary } from "../../../schemas/cx-libraries.ts";
import type { AskConnector } from "./connectors.ts";
import { makeCxCallControl } from "./cx-call-control.ts";
import { makeCxHelper, type Hmac } from "./cx-helper.ts";
import { makeCxJob } from "./cx-job.ts";
import { makeCxKv } from "./cx-kv.ts";
import { makeCxLlm } from "./cx-llm.ts";
import { makeCxOriginate } from "./cx-originate.ts";
import { makeCxPubSub, type MessageWay } from "./cx-pub-sub.ts";
import { makeCxRest } from "./cx-rest.ts";
import { makeCxSend } from "./cx-send.ts";
import { makeCxTemplate } from "./cx-template.ts";
import { makeCxUserspace } from "./cx-userspace.ts";

export { makeLookup } from "./lookup.ts";

/** Asks `method` of a library of the platform, for the run that is on. */
export type Ask = (library: string, method: string, input: unknown) => Promise<unknown>;

/** What some libraries have besides, each of the run that is on: its messages, its account's key for cxHelper, and how to sign. */
export type Ways = { messages: () => MessageWay; pbxKey: () => string; hmac: () => Hmac };

/** Makes each library, for one run. */
export function libraryMakers(
  ask: Ask,
  askConnector: AskConnector,
  { messages, pbxKey, hmac }: Ways,
): Partial<Record<CxLibrary, () => object>> {
  const asking =
    (library: string) =>
    (method: string, input: unknown): Promise<unknown> =>
      ask(library, method, input);
  return {
    cxCallControl: () => makeCxCallControl(askConnector),
    cxHelper: () => makeCxHelper(pbxKey(), hmac()),
    cxJob: () => makeCxJob(asking("job")),
    cxKV: () => makeCxKv(asking("kv")),
    cxLLM: () => makeCxLlm(askConnector),
    cxOriginate: () => makeCxOriginate(askConnector),
    cxPubSub: () => makeCxPubSub(messages()),
    cxRest: () => makeCxRest(asking("rest")),
    cxSend: () => makeCxSend(asking("send")),
    cxTemplate: () => makeCxTemplate(asking("template")),
    cxUserspace: () => makeCxUserspace(asking("userspace")),
  } satisfies Record<CxLibrary, () => object>;
}
