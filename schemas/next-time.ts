// When a schedule comes round.

import { Cron } from "croner";

/** Five fields: minute, hour, day of the month, month, day of the week. */
const FIVE_FIELDS = /^\s*(?:[\w*?,/#-]+\s+){4}[\w*?,/#-]+\s*$/;

/** `cron` has five fields; where both kinds of days are narrowed, either one matches. `timeZone` is an IANA name. */
export type Recurrence = { cron: string; timeZone: string };

/**
 * The first time after `after`, both in milliseconds since 1970; undefined where there is none. Throws an Error that says
 * what is wrong with the expression or the time zone.
 */
export function nextTime({ cron, timeZone }: Recurrence, after: number): number | undefined {
  // What has other fields would be a date, or every second.
  if (!FIVE_FIELDS.test(cron)) throw new Error(`"${cron}" does not have five fields`);
  const pattern = new Cron(cron, { mode: "5-part", timezone: timeZone, paused: true });
  return pattern.nextRun(new Date(after))?.getTime();
}
