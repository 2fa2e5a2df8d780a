import { describe, it } from "vitest";
import { nextTime } from "./next-time.ts";
import { cronOf, PutSchedule, ScheduleLists } from "./schedule.ts";

function next(cron: string, after: string, timeZone = "UTC"): string | undefined {
  const time = nextTime({ cron, timeZone }, Date.parse(after));
  return time === undefined ? undefined : new Date(time).toISOString();
}

function whyNot(schedule: unknown): string | undefined {
  const { error } = PutSchedule.safeParse(schedule);
  return error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}

describe("the next time of a schedule", () => {
  it("is the first one after a time, in its time zone", ({ expect }) => {
    for (const [cron, after, timeZone, time] of [
      ["* * * * *", "2026-11-23T06:00:00.000Z", "UTC", "2026-11-23T06:01:00.000Z"],
      ["* * * * *", "2026-11-23T06:00:59.999Z", "UTC", "2026-11-23T06:01:00.000Z"],
      ["0 6 * * *", "2026-11-23T05:59:59.999Z", "UTC", "2026-11-23T06:00:00.000Z"],
      ["0 6 * * *", "2026-11-23T06:00:00.000Z", "UTC", "2026-11-24T06:00:00.000Z"],
      ["0 9 * * *", "2026-07-01T00:00:00.000Z", "Europe/London", "2026-07-01T08:00:00.000Z"],
      ["*/15 9-17 * * 1-5", "2026-11-20T17:50:00Z", "UTC", "2026-11-23T09:00:00.000Z"],
      ["0 0 29 2 *", "2026-11-23T00:00:00Z", "UTC", "2028-02-29T00:00:00.000Z"],
      ["0 0 * * 7", "2026-11-23T00:00:00Z", "UTC", "2026-11-29T00:00:00.000Z"],
    ] as const) {
      expect([cron, next(cron, after, timeZone)]).toEqual([cron, time]);
    }
  });

  it("is one of either kind of days, where both are narrowed", ({ expect }) => {
    const cron = "0 9 13 * 5";
    const first = next(cron, "2026-11-23T00:00:00Z");
    expect(first).toBe("2026-11-27T09:00:00.000Z");
    expect(next(cron, "2026-12-11T09:00:00Z")).toBe("2026-12-13T09:00:00.000Z");
  });

  it("that clocks skip comes after the gap, and that they repeat comes once", ({ expect }) => {
    expect(next("30 1 * * *", "2026-03-29T00:00:00Z", "Europe/London")).toBe(
      "2026-03-29T01:00:00.000Z",
    );
    const first = next("30 1 * * *", "2026-10-24T12:00:00Z", "Europe/London") ?? "";
    expect(next("30 1 * * *", first, "Europe/London")).toBe("2026-10-26T01:30:00.000Z");
  });

  it("may not be, and has to be written with five fields", ({ expect }) => {
    expect(next("0 0 30 2 *", "2026-11-23T00:00:00Z")).toBeUndefined();
    for (const cron of ["* * * * * *", "2026-12-01T00:00:00", "@daily", "", "* * * *", "a"]) {
      expect(() => next(cron, "2026-11-23T00:00:00Z")).toThrow("does not have five fields");
    }
    for (const cron of ["61 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"]) {
      expect(() => next(cron, "2026-11-23T00:00:00Z")).toThrow("CronPattern");
    }
  });
});

describe("a schedule", () => {
  it("by lists says what its cron expression does, where an empty list means every one", ({
    expect,
  }) => {
    for (const [lists, cron] of [
      [{}, "* * * * *"],
      [{ minutes: [30, 0], hours: [9] }, "0,30 9 * * *"],
      [{ minutes: [0], hours: [0], daysOfMonth: [1, 15], daysOfWeek: [6, 0] }, "0 0 1,15 * 0,6"],
    ] as const) {
      expect(cronOf(ScheduleLists.parse(lists))).toBe(cron);
      expect(PutSchedule.parse({ lists }).expression).toBe(cron);
    }
  });

  it("is in UTC, skips while its job runs, and makes up for lost time once", ({ expect }) => {
    expect(PutSchedule.parse({ cron: "0 9 * * *" })).toEqual({
      cron: "0 9 * * *",
      lists: null,
      expression: "0 9 * * *",
      timeZone: "UTC",
      overlap: "skip",
      misfire: "once",
      enabled: true,
      input: "{}",
    });
  });

  it("is refused where it makes no sense", ({ expect }) => {
    for (const [schedule, why] of [
      [{}, ": Send either cron or lists"],
      [{ cron: "* * * * *", lists: {} }, ": Send either cron or lists"],
      [{ cron: "0 0 30 2 *" }, "cron: That time never comes"],
      [{ lists: { daysOfMonth: [32] } }, "lists.daysOfMonth.0: integers from 1 to 31"],
      [{ lists: { hours: [1.5] } }, "lists.hours.0: integers from 0 to 23"],
      [
        { cron: "* * * * *", timeZone: "Mars/Base" },
        'timeZone: There is no such time zone: write it as "Europe/London" or "UTC"',
      ],
      [
        { cron: "* * * * *", input: "x".repeat(100_000) },
        expect.stringContaining("at most 100,000 bytes"),
      ],
      [{ cron: "* * * * * *" }, expect.stringContaining("does not have five fields")],
      [{ cron: "* 25 * * *" }, expect.stringContaining("Cannot read the cron expression")],
      [{ cron: "* * * * *", overlap: "always" }, expect.stringContaining("overlap")],
    ] as const) {
      expect([schedule, whyNot(schedule)]).toEqual([schedule, why]);
    }
  });
});
