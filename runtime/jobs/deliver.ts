// Attempts of jobs that send: mail by the operator's mail server, SMS by the operator's gateway.

import type { Logger } from "pino";
import type { JobKind } from "../../schemas/job.ts";
import { setJobData, type ClaimedJob } from "../../schemas/job-leases.ts";
import { QueuedMail, QueuedSms } from "../../schemas/send.ts";
import type { Settings } from "../../schemas/settings.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { makeSendMail, type SendMail } from "./mail.ts";
import type { AttemptEnd } from "./run-job.ts";
import { makeSendSms, type SendSms } from "./sms.ts";

/** What jobs send: all kinds but runs of scripts. */
export type SendKind = Exclude<JobKind, "script">;

/** What is missing where this edge cannot send a kind, and what its operator does about it; undefined where it can. */
export function missingSetting(settings: Settings, kind: SendKind): string | undefined {
  const needed = {
    email: ["SCRIPTFORGE_SMTP_URL", "SCRIPTFORGE_MAIL_FROM"],
    sms: ["SCRIPTFORGE_SMS_URL"],
  } as const;
  const missing = needed[kind].filter((name) => settings[name] === undefined);
  if (missing.length === 0) return undefined;
  return `this edge has no ${missing.join(" and no ")}, which its operator sets`;
}

/** Delivers mail and SMS. */
export class Deliveries {
  readonly #db: Database;
  readonly #log: Logger;
  readonly #settings: Settings;
  readonly #sendMail: SendMail | undefined;
  readonly #sendSms: SendSms | undefined;
  #underWay = 0;

  constructor({ db, log, settings }: { db: Database; log: Logger; settings: Settings }) {
    this.#db = db;
    this.#log = log;
    this.#settings = settings;
    const { SCRIPTFORGE_SMTP_URL: smtp, SCRIPTFORGE_MAIL_FROM: from } = settings;
    if (smtp !== undefined && from !== undefined) {
      this.#sendMail = makeSendMail({ url: smtp, from });
    }
    const { SCRIPTFORGE_SMS_URL: url, SCRIPTFORGE_SMS_TOKEN: token } = settings;
    if (url !== undefined) this.#sendSms = makeSendSms({ url, token });
  }

  /** How many jobs only wait for a server here. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Makes the attempt that `job` was claimed for. Every failure is an end; throws nothing. */
  async deliver(job: ClaimedJob, kind: SendKind): Promise<AttemptEnd> {
    this.#underWay += 1;
    try {
      return kind === "email" ? await this.#deliverMail(job) : await this.#deliverSms(job);
    } catch (error) {
      this.#log.error({ err: error, job: job.lease.id }, "a job could not be sent");
      return failed("Something went wrong here");
    } finally {
      this.#underWay -= 1;
    }
  }

  async #deliverMail({ lease, data }: ClaimedJob): Promise<AttemptEnd> {
    if (this.#sendMail === undefined) return this.#cannot("email");
    const mail = QueuedMail.parse(JSON.parse(data));
    const end = await this.#sendMail(mail, lease.id);
    switch (end.is) {
      case "sent":
        return completed(end.result);
      case "refused":
        return { ...failed(end.message), isFinal: true };
      case "deferred": {
        // Whom it has reached is not to get it again.
        if (end.next.left.length < mail.left.length) {
          await setJobData(this.#db, lease, JSON.stringify(end.next));
        }
        return failed(end.message);
      }
    }
  }

  async #deliverSms({ lease: { id }, account, data }: ClaimedJob): Promise<AttemptEnd> {
    if (this.#sendSms === undefined) return this.#cannot("sms");
    const end = await this.#sendSms(QueuedSms.parse(JSON.parse(data)), { id, account });
    if (end.is === "sent") return completed(end.result);
    return { ...failed(end.message), isFinal: end.isFinal };
  }

  /** Once the setting is there, people let the job begin again. */
  #cannot(kind: SendKind): AttemptEnd {
    return { ...failed(`Not sent: ${missingSetting(this.#settings, kind)}`), isFinal: true };
  }
}

function completed(result: object): AttemptEnd {
  return { is: "completed", result: JSON.stringify(result) };
}

function failed(message: string): Extract<AttemptEnd, { is: "failed" }> {
  return { is: "failed", error: { code: "not_sent", message } };
}
