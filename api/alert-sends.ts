// Sends an alert that was raised to the recipients of its driver's assignment: mail to addresses, SMS to telephone numbers.

import type { AlertResult } from "../schemas/alert.ts";
import { Fault } from "../schemas/fault.ts";
import { parseMailbox } from "../schemas/mailbox.ts";
import { MAX_SMS, MAX_SUBJECT } from "../schemas/send-limits.ts";
import { queueSend, type NewSend } from "../schemas/send-store.ts";
import { queuedMail, refuseMail, SmsNumber, SmsText, subjectOf } from "../schemas/send.ts";
import type { Database } from "../schemas/tables/open.ts";
import type { TemplateRenderer } from "../schemas/template-renderer.ts";
import { findTemplate } from "../schemas/template-store.ts";
import type { TemplateParts } from "../schemas/template.ts";
import type { AlertDriver } from "./store/alerts.ts";

/** What sending needs. `mostAnHour` is how many mails, and SMS, the account may send within an hour. */
export type AlertSender = { db: Database; renderer: TemplateRenderer; mostAnHour: number };

/** The ids of the jobs that deliver it, and why it is not sent to some. */
export type AlertSends = { jobs: string[]; failures: string[] };

type Send = Pick<NewSend, "kind" | "data">;

/** Each recipient gets one of their own, and sees no others. `now` is in milliseconds since 1970. */
export async function sendAlert(
  sender: AlertSender,
  { driver, answer }: { driver: AlertDriver; answer: AlertResult },
  now: number,
): Promise<AlertSends> {
  const sends: AlertSends = { jobs: [], failures: [] };
  if (!answer.raised || driver.recipients.length === 0) return sends;
  const { account, script } = driver;
  try {
    const written = await writeAlert(sender, driver, answer);
    for (const recipient of driver.recipients) {
      try {
        const send = { script, ...sendTo(recipient, written) };
        const { db, mostAnHour } = sender;
        sends.jobs.push(await queueSend(db, { account }, { send, mostAnHour, now }));
      } catch (error) {
        sends.failures.push(reasonOf(error));
      }
    }
  } catch (error) {
    sends.failures.push(reasonOf(error));
  }
  return sends;
}

/** The text of the script; else the alert's template; where the account has none, what there is to tell. */
async function writeAlert(
  { db, renderer }: AlertSender,
  { account, driver, company, recipients }: AlertDriver,
  { text, template: name, vars = {} }: AlertResult,
): Promise<TemplateParts> {
  const subject = `Alert: ${driver}`;
  if (text !== undefined) return { subject, text, html: "", sms: text };
  const template = name === undefined ? undefined : await findTemplate(db, { account, name });
  if (template === undefined) {
    const told = `The alert "${driver}" was raised.`;
    const facts = Object.keys(vars).length === 0 ? "" : `\n\n${JSON.stringify(vars, undefined, 2)}`;
    return { subject, text: `${told}${facts}`, html: "", sms: told };
  }
  const alert = { id: driver, title: driver, company_id: company, recipients };
  const all = JSON.stringify({ company_id: company, ...vars, alert });
  const rendered = await renderer.render(account, { parts: template, vars: all });
  return { ...rendered, subject: subjectOf(rendered) || subject };
}

/** Throws `invalid` for a recipient that is neither an address nor a number, and for an alert that says nothing there. */
function sendTo(recipient: string, { subject, text, html, sms }: TemplateParts): Send {
  const mailbox = parseMailbox(recipient);
  if (mailbox !== undefined) {
    const mail = { to: [mailbox], subject: subject.slice(0, MAX_SUBJECT), text, html };
    const refusal = refuseMail(mail);
    if (refusal !== undefined) throw new Fault("invalid", refusal);
    return { kind: "email", data: JSON.stringify(queuedMail(mail)) };
  }
  const number = SmsNumber.safeParse(recipient).data;
  if (number === undefined) {
    throw new Fault(
      "invalid",
      `"${recipient}" is neither an e-mail address nor a telephone number`,
    );
  }
  // An alert that is cut off tells more than none.
  const short = Array.from((sms || text).trim())
    .slice(0, MAX_SMS)
    .join("");
  const message = SmsText.safeParse(short);
  if (!message.success) throw new Fault("invalid", "The alert has neither an sms nor a text");
  return { kind: "sms", data: JSON.stringify({ number, message: message.data }) };
}

function reasonOf(error: unknown): string {
  if (error instanceof Fault) return error.message;
  throw error;
}
