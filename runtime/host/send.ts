// What scripts send: mail and SMS. Both wait as jobs until they have been delivered.

import { z } from "zod";
import { CallData, type Owner } from "../../schemas/call.ts";
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
  subjectOf,
  type MailContent,
} from "../../schemas/send.ts";
import { queueSend, type NewSend } from "../../schemas/send-store.ts";
import type { Settings } from "../../schemas/settings.ts";
import { TemplateVars } from "../../schemas/template.ts";
import { missingSetting } from "../jobs/deliver.ts";
import type { Library } from "./host-server.ts";
import { readInput } from "./read-input.ts";
import { renderTemplate, type Templates } from "./template.ts";

const Email = z.strictObject(
  {
    to: Recipients,
    cc: Recipients.nullish(),
    bcc: Recipients.nullish(),
    replyTo: Recipients.nullish(),
    subject: Subject.nullish(),
    text: MailText.nullish(),
    html: MailText.nullish(),
    template: z.string().max(1_000).nullish(),
    vars: CallData.nullish(),
    jobId: JobOptions.shape.jobId,
  },
  { error: ({ code, keys }) => (code === "unrecognized_keys" ? refusalOf(keys) : undefined) },
);
type Email = Omit<z.infer<typeof Email>, "jobId">;
const Mail = z.object({
  mail: z
    .string()
    .transform((text) => parseOrUndefined(text))
    .pipe(Email),
});
const Sms = z.object({ number: SmsNumber, message: SmsText });

/** `now` is the time in milliseconds since 1970. */
export function sendLibrary(
  { settings, ...templates }: Templates & { settings: Settings },
  now: () => number = Date.now,
): Library {
  const queue = async (
    { account, script }: Owner,
    send: Omit<NewSend, "script">,
  ): Promise<string> => {
    const mostAnHour = settings.SCRIPTFORGE_SENDS_PER_HOUR;
    return await queueSend(
      templates.db,
      { account },
      { send: { ...send, script }, mostAnHour, now: now() },
    );
  };
  return {
    async email(owner, input) {
      const what = "send the mail";
      const { jobId, ...email } = readInput(Mail, input, what).mail;
      checkSetting(settings, "email", what);
      const { to, cc, bcc, replyTo } = email;
      const others = { cc: cc ?? [], bcc: bcc ?? [], replyTo: replyTo ?? [] };
      const mail = { to, ...others, ...(await contentOf(templates, owner.account, email)) };
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

/** Subject, text and HTML of a mail: its own, or those of its template. */
async function contentOf(
  templates: Templates,
  account: string,
  { subject, text, html, template, vars }: Email,
): Promise<Pick<MailContent, "subject" | "text" | "html">> {
  if (template === undefined || template === null) {
    return { subject: subject ?? "", text: text ?? undefined, html: html ?? undefined };
  }
  if (subject ?? text ?? html) {
    const message = "A mail has a template, or subject, text and html of its own, and not both";
    throw new Fault("invalid", `Cannot send the mail: ${message}`);
  }
  const varsText = readInput(TemplateVars, JSON.stringify(vars ?? {}), "send the mail");
  const rendered = await renderTemplate(templates, account, { name: template, vars: varsText });
  return { subject: subjectOf(rendered), text: rendered.text, html: rendered.html };
}

function checkSetting(settings: Settings, kind: NewSend["kind"], what: string): void {
  const missing = missingSetting(settings, kind);
  if (missing !== undefined) throw new Fault("conflict", `Cannot ${what}: ${missing}`);
}

function refusalOf(keys: unknown): string {
  const names = Array.isArray(keys) ? keys.map((key) => `"${String(key)}"`).join(", ") : "more";
  return `A mail has no ${names}: it has ${Object.keys(Email.shape).join(", ")}. From whom it comes, the operator decides`;
}
