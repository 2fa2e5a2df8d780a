// Hands mail to the operator's mail server, and tells what it said.

import { createTransport } from "nodemailer";
import type { Mailbox } from "../../schemas/mailbox.ts";
import type { MailResult, QueuedMail } from "../../schemas/send.ts";

/** Where mail goes, and from whom it is: the operator's settings. */
export type MailSettings = { url: string; from: Mailbox };

/** What came of one attempt. `next` is the mail as it is to be tried again. */
export type MailEnd =
  | { is: "sent"; result: MailResult }
  | { is: "refused"; message: string }
  | { is: "deferred"; message: string; next: QueuedMail };

/** Tries to deliver a mail. `id` is the job's, and the same in each attempt. Never rejects. */
export type SendMail = (mail: QueuedMail, id: string) => Promise<MailEnd>;

/** What the server said of each address, and of the whole. */
type Replies = { accepted: string[]; refused: Refusal[]; response: string };
type Refusal = { address: string; response: string; isPermanent: boolean };

/** Longest waits for the server, in milliseconds: to connect, for its greeting, for each answer. */
const WAITS = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
};
/** What is kept of an answer, in characters. */
const MAX_RESPONSE = 500;
/** Nothing in a mail may lead to a file or an address. */
const CLOSED = { disableFileAccess: true, disableUrlAccess: true };

export function makeSendMail({ url, from }: MailSettings): SendMail {
  const transport = createTransport({ url, ...WAITS, ...CLOSED });
  return async (mail, id) => {
    const { to, cc, replyTo, subject, text, html, left } = mail;
    const messageId = `<${id}@${from.address.slice(from.address.indexOf("@") + 1)}>`;
    const content = { subject, ...(text && { text }), ...(html && { html }) };
    const message = { from, to, cc, replyTo, ...content, messageId, ...CLOSED };
    try {
      const sent = await transport.sendMail({
        ...message,
        envelope: { from: from.address, to: left },
      });
      const { accepted, response, rejectedErrors = [] } = sent;
      const replies = { accepted, refused: rejectedErrors.map(refusalOf), response };
      return endOf(mail, replies, messageId);
    } catch (error) {
      return endOf(mail, repliesOf(error, left), messageId);
    }
  };
}

/** What nodemailer tells of an SMTP session that failed, as far as it does. */
type SmtpError = Error & {
  code?: string | undefined;
  response?: string | undefined;
  permanent?: boolean | undefined;
  recipient?: string | undefined;
  rejectedErrors?: SmtpError[] | undefined;
};

function repliesOf(error: unknown, left: readonly string[]): Replies {
  // All that nodemailer rejects with is an Error, with these members or without.
  const smtp: SmtpError = error instanceof Error ? error : new Error(String(error));
  const refused = smtp.rejectedErrors?.map(refusalOf) ?? [];
  if (refused.length > 0) return { accepted: [], refused, response: "" };
  const same = refusalOf(smtp);
  return { accepted: [], refused: left.map((address) => ({ ...same, address })), response: "" };
}

function refusalOf({ code, response, permanent, recipient, message }: SmtpError): Refusal {
  // A wrong password is the operator's to mend: until then the mail waits.
  const isPermanent = permanent === true && code !== "EAUTH";
  return {
    address: recipient ?? "",
    response: (response ?? message).slice(0, MAX_RESPONSE),
    isPermanent,
  };
}

function endOf(mail: QueuedMail, replies: Replies, messageId: string): MailEnd {
  const accepted = [...mail.accepted, ...replies.accepted];
  const rejected = [...mail.rejected];
  const left: string[] = [];
  for (const { address, response, isPermanent } of replies.refused) {
    if (isPermanent) rejected.push({ address, response });
    else left.push(address);
  }
  const response = replies.response.slice(0, MAX_RESPONSE);
  if (left.length > 0) {
    const message = saying(replies.refused.find(({ isPermanent }) => !isPermanent));
    return { is: "deferred", message, next: { ...mail, accepted, rejected, left } };
  }
  if (accepted.length > 0)
    return { is: "sent", result: { accepted, rejected, messageId, response } };
  return { is: "refused", message: saying(rejected.at(-1)) };
}

function saying(refusal: Pick<Refusal, "address" | "response"> | undefined): string {
  return `The mail server did not take the mail for ${refusal?.address}: ${refusal?.response}`;
}
