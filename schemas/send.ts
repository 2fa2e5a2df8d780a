// Mail and SMS: what scripts and alerts send, and what is kept of that as a job until it has been delivered.

import { z } from "zod";
import { countText } from "./count-text.ts";
import { Mailbox, parseMailbox } from "./mailbox.ts";
import { MAX_MAIL_BYTES, MAX_RECIPIENTS, MAX_SMS, MAX_SUBJECT } from "./send-limits.ts";
import { isStorable } from "./storable.ts";

const Mailboxes = z.string().transform((text, context): Mailbox[] =>
  text.split(",").flatMap((part) => {
    const mailbox = parseMailbox(part);
    if (mailbox !== undefined) return [mailbox];
    const shown = part.trim().slice(0, 100);
    context.addIssue(
      `"${shown}" is no e-mail address: give "ann@example.com" or "Ann <ann@example.com>"`,
    );
    return [];
  }),
);

/** One address, several with commas between, or a list of either. */
export const Recipients = z
  .union(
    [z.string().transform((text) => [text]), z.array(z.string())],
    "It has to be an address or a list of addresses",
  )
  .pipe(z.array(Mailboxes))
  .transform((lists) => lists.flat())
  .refine((all) => all.length > 0, "It has no address in it");

export const Subject = z
  .string()
  .max(MAX_SUBJECT, `A subject has at most ${MAX_SUBJECT} characters`)
  .refine(
    (text) => !/[\p{Cc}\p{Cs}]/u.test(text),
    "A subject has no line breaks and no control characters",
  );

/** The subject that a template has made: one line, whatever was put in. */
export function subjectOf({ subject }: { subject: string }): string {
  const line = subject.replaceAll(/[\s\p{Cc}\p{Cs}]+/gu, " ").trim();
  return line.slice(0, MAX_SUBJECT);
}

export const MailText = z.string().refine(isStorable, "A text has neither half characters nor NUL");

const Refused = z.object({ address: z.string(), response: z.string() });

/**
 * A mail as a job keeps it. `left` are the addresses that it has still to reach; `accepted` and `rejected` are those that the mail
 * server has taken, or refused for good.
 */
export const QueuedMail = z.strictObject({
  to: z.array(Mailbox),
  cc: z.array(Mailbox),
  replyTo: z.array(Mailbox),
  subject: z.string(),
  text: z.string().optional(),
  html: z.string().optional(),
  left: z.array(z.string()),
  accepted: z.array(z.string()),
  rejected: z.array(Refused),
});
export type QueuedMail = z.infer<typeof QueuedMail>;

/** What goes into a mail. Addresses are checked. */
export type MailContent = {
  to: Mailbox[];
  cc?: Mailbox[] | undefined;
  bcc?: Mailbox[] | undefined;
  replyTo?: Mailbox[] | undefined;
  subject: string;
  text?: string | undefined;
  html?: string | undefined;
};

/** Why a mail cannot be sent, undefined where it can. */
export function refuseMail(mail: MailContent): string | undefined {
  const count = addressesOf(mail).length;
  if (count > MAX_RECIPIENTS)
    return `A mail has at most ${MAX_RECIPIENTS} recipients, not ${count}`;
  const { subject, text = "", html = "" } = mail;
  if (text === "" && html === "") return "A mail has a text, an html or both";
  const bytes = Buffer.byteLength(subject + text + html);
  if (bytes <= MAX_MAIL_BYTES) return undefined;
  return `Subject, text and html of a mail have at most ${countText(MAX_MAIL_BYTES)} bytes together, not ${bytes}`;
}

/** The mail as a job begins with it. */
export function queuedMail(mail: MailContent): QueuedMail {
  const { to, cc = [], replyTo = [], subject, text, html } = mail;
  const content = { ...(text && { text }), ...(html && { html }) };
  const left = addressesOf(mail);
  return { to, cc, replyTo, subject, ...content, left, accepted: [], rejected: [] };
}

/** Each once, in any field. */
function addressesOf({ to, cc = [], bcc = [] }: MailContent): string[] {
  return [...new Set([...to, ...cc, ...bcc].map(({ address }) => address))];
}

/** What came of a mail: the job's result. */
export const MailResult = QueuedMail.pick({ accepted: true, rejected: true }).extend({
  messageId: z.string(),
  response: z.string(),
});
export type MailResult = z.infer<typeof MailResult>;

/** A telephone number as people write it, with a plus in front or without. */
export const SmsNumber = z
  .string()
  .transform((text) => text.replaceAll(/[\s().-]/g, ""))
  .pipe(z.string().regex(/^\+?\d{3,20}$/, "The number has to have 3 to 20 digits"));

export const SmsText = MailText.min(1, "The message has at least 1 character").refine(
  (text) => Array.from(text).length <= MAX_SMS,
  `A message has at most ${MAX_SMS} characters: send several, or shorten it`,
);

/** An SMS as a job keeps it. */
export const QueuedSms = z.strictObject({ number: z.string(), message: z.string() });
export type QueuedSms = z.infer<typeof QueuedSms>;

/** What came of an SMS: the job's result. `response` is the beginning of what the gateway answered. */
export type SmsResult = { accepted: string[]; response: string };
