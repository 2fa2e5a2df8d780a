// What is sent waits as a job, in the queue of the script that sends it.

import { sql } from "drizzle-orm";
import { countText } from "./count-text.ts";
import { HOUR_MS } from "./durations.ts";
import { Fault } from "./fault.ts";
import { JobOptions, type JobKind } from "./job.ts";
import { insertJob, makeRoomOrThrow, type JobHolder } from "./job-store.ts";
import { jobs } from "./tables/job.ts";
import type { Database } from "./tables/open.ts";

/** Tried for some two hours, at ever longer intervals. */
const OPTIONS = JobOptions.parse({
  attempts: 12,
  backoff: { type: "exponential", delay: 2_000 },
});

/** `data` is the JSON of a `QueuedMail` or a `QueuedSms`, `script` the id of who sends, `jobId` an idempotency key. */
export type NewSend = {
  kind: Exclude<JobKind, "script">;
  script: string;
  data: string;
  jobId?: string | undefined;
};

/**
 * Adds the job that sends it; resolves to the job's id. `mostAnHour` is how many of its kind the account may send within an
 * hour. Throws `conflict` where it may send or add no more. `now` is in milliseconds since 1970.
 */
export async function queueSend(
  db: Database,
  holder: JobHolder,
  { send, mostAnHour, now }: { send: NewSend; mostAnHour: number; now: number },
): Promise<string> {
  const { jobId, ...sent } = send;
  const job = { ...sent, function: null, opts: { ...OPTIONS, jobId } };
  const isOf = sql`${jobs.account} = ${holder.account} and ${jobs.kind} = ${send.kind} and ${jobs.kind} <> 'script'`;
  const lately = sql`select 1 from ${jobs} where ${isOf} and ${jobs.createdAt} > ${now - HOUR_MS} limit ${mostAnHour}`;
  const sum = sql`(select count(*) from (${lately}))`;
  for (;;) {
    const id = await insertJob(db, holder, { job, now, condition: sql`${sum} < ${mostAnHour}` });
    if (id !== undefined) return id;
    const [row] = await db.all<{ sent: number }>(sql`select ${sum} as sent`);
    if (row !== undefined && row.sent >= mostAnHour) throw quotaFault(send.kind, mostAnHour);
    await makeRoomOrThrow(db, holder, now);
  }
}

function quotaFault(kind: NewSend["kind"], mostAnHour: number): Fault {
  const [what, most] = [kind === "email" ? "mail" : "SMS", countText(mostAnHour)];
  const message = `Cannot send the ${what}: an account sends at most ${most} of them within an hour, by SCRIPTFORGE_SENDS_PER_HOUR. Try again later`;
  return new Fault("conflict", message);
}
