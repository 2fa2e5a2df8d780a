// What scripts send: mail and SMS. Both wait as jobs until they have been delivered.

import { z } from "zod";
import type { Owner } from "../../schemas/call.ts";
import { Fault } from "../../schemas/fault.ts";
import { JobOptions } from "../../schemas/job.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import {
  MailText,
  queuedMail,
  Recipients,
  refuseMail,
  SmsNumber,
  SmsText,
  Subject,
} from "../../schemas/send.ts";
import { queueSend, type NewSend } from "../../schemas/send-store.ts";
import type { Settings } from "../../schemas/settings.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { missingSetting } from "../jobs/deliver.ts";
import type { Library } from "./host-server.ts";
import { readInput } from "./read-input.ts";

const Email = z.strictObject(
  {
    to: Recipients,
    cc: Recipients.nullish(),
    bcc: Recipients.nullish(),
    replyTo: Recipients.nullish(),
    subject: Subject.nullish(),
    text: MailText.nullish(),
    html: MailText.nullish(),
    jobId: JobOptions.shape.jobId,
  },
  { error: ({ code, keys }) => (code === "unrecognized_keys" ? refusalOf(keys) : undefined) },
);
const Mail = z.object({
  mail: z
    .string()
    .transform((text) => parseOrUndefined(text))
    .pipe(Email),
});
const Sms = z.object({ number: SmsNumber, message: SmsText });

/** `now` is the time in milliseconds since 1970. */
export function sendLibrary(
  { db, settings }: { db: Database; settings: Settings },
  now: () => number = Date.now,
): Library {
  const queue = async (
    { account, script }: Owner,
    send: Omit<NewSend, "script">,
  ): Promise<string> => {
    const mostAnHour = settings.SCRIPTFORGE_SENDS_PER_HOUR;
    return await queueSend(db, { account }, { send: { ...send, script }, mostAnHour, now: now() });
  };
  return {
    async email(owner, input) {
      const what = "send the mail";
      const { jobId, cc, bcc, replyTo, subject, text, html, to } = readInput(
        Mail,
        input,
        what,
      ).mail;
      checkSetting(settings, "email", what);
      const content = { text: text ?? undefined, html: html ?? undefined };
      const others = { cc: cc ?? [], bcc: bcc ?? [], replyTo: replyTo ?? [] };
      const mail = { to, ...others, subject: subject ?? "", ...content };
      const refusal = refuseMail(mail);
      if (refusal !== undefined) throw new Fault("invalid", `Cannot ${what}: ${refusal}`);
      const queued = queuedMail(mail);
      const id = await queue(owner, { kind: "email", data: JSON.stringify(queued), jobId });
      return { id, accepted: queued.left };
    },
    async sms(owner, input) {
      const what = "send the SMS";
      const sms = readInput(Sms, input, what);
      checkSetting(settings, "sms", what);
      const id = await queue(owner, { kind: "sms", data: JSON.stringify(sms) });
      return { id, accepted: [sms.number] };
    },
  };
}

function checkSetting(settings: Settings, kind: NewSend["kind"], what: string): void {
  const missing = missingSetting(settings, kind);
  if (missing !== undefined) throw new Fault("conflict", `Cannot ${what}: ${missing}`);
}

function refusalOf(keys: unknown): string {
  const names = Array.isArray(keys) ? keys.map((key) => `"${String(key)}"`).join(", ") : "more";
  return `A mail has no ${names}: it has ${Object.keys(Email.shape).join(", ")}. From whom it comes, the operator decides`;
}
