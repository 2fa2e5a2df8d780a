import { createServer } from "node:http";
import { pino } from "pino";
import { afterEach, beforeEach, describe, it } from "vitest";
import type { AlertOrder, AlertResult } from "../schemas/alert.ts";
import { Fault } from "../schemas/fault.ts";
import { listen } from "../schemas/listen.ts";
import { assignments } from "../schemas/tables/assignment.ts";
import { scripts } from "../schemas/tables/script.ts";
import { findJob } from "../schemas/job-store.ts";
import type { Job } from "../schemas/job.ts";
import { putTemplate } from "../schemas/template-store.ts";
import { AlertSchedule, isDue, makeAlertAsker, type AlertAsker } from "./alerts.ts";
import { findLastAlert } from "./store/alerts.ts";
import { TestApp } from "./test-app.ts";

const SECRET_KEY = "the secret key of this test";
const NOW = Date.parse("2026-11-24T12:00:00.000Z");
const MINUTE = 60_000;
const account = "default";

let app: TestApp;
let now: number;
let asked: string[];
let logged: string[];
let answer: (order: AlertOrder) => AlertResult | Promise<AlertResult>;

beforeEach(async () => {
  app = await TestApp.open();
  const at = new Date(NOW).toISOString();
  const script = { id: "s", account, name: "s", type: "app", limits: "{}" };
  await app.db.insert(scripts).values({ ...script, createdAt: at, updatedAt: at });
  now = NOW;
  asked = [];
  logged = [];
  answer = () => ({ raised: false });
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
});

async function assign(driver: string, settings: object = {}): Promise<void> {
  const updatedAt = new Date(NOW).toISOString();
  const at = { account, place: "alert-driver", subject: driver, detail: "" };
  const rest = { script: "s", timeoutAction: "", onError: "reject", vars: "", varsJson: "{}" };
  await app.db
    .insert(assignments)
    .values({ ...at, ...rest, settings: JSON.stringify(settings), updatedAt });
}

async function record(order: AlertOrder): Promise<AlertResult> {
  asked.push(order.driver);
  return await answer(order);
}

function schedule(ask: AlertAsker = record): AlertSchedule {
  const log = pino({ level: "info" }, { write: (line: string) => logged.push(line) });
  return new AlertSchedule({
    db: app.db,
    renderer: app.services.renderer,
    mostAnHour: 100,
    ask,
    log,
    now: () => now,
  });
}

async function jobsOf(driver: string): Promise<Job[]> {
  const { jobs = [] } = (await findLastAlert(app.db, { account, driver })) ?? {};
  const found = await Promise.all(jobs.map((id) => findJob(app.db, { account, id })));
  return found.filter((job) => job !== undefined);
}

async function round(of: AlertSchedule): Promise<string[]> {
  asked.length = 0;
  await of.askDue();
  await of.idle();
  return [...asked];
}

describe("a driver", () => {
  it("is due before its first run and once its time has passed", ({ expect }) => {
    const startedAt = new Date(NOW).toISOString();
    const due = (ms: number): boolean => isDue({ everyMinutes: 5, startedAt }, NOW + ms);
    expect(isDue({ everyMinutes: 5, startedAt: null }, NOW)).toBe(true);
    expect([0, 1, 5 * MINUTE - 1].map(due)).toEqual([false, false, false]);
    expect([5 * MINUTE, 6 * MINUTE].map(due)).toEqual([true, true]);
  });

  it("is due where the clock has been set back", ({ expect }) => {
    expect(isDue({ everyMinutes: 5, startedAt: new Date(NOW).toISOString() }, NOW - 1)).toBe(true);
  });
});

describe("the schedule", () => {
  it("asks each driver once in its time, 5 minutes where none is set", async ({ expect }) => {
    await assign("five");
    await assign("one", { everyMinutes: 1 });
    await using alerts = schedule();
    expect((await round(alerts)).toSorted()).toEqual(["five", "one"]);
    expect(await round(alerts)).toEqual([]);
    now += MINUTE;
    expect(await round(alerts)).toEqual(["one"]);
    now += 4 * MINUTE;
    expect(await round(alerts)).toEqual(["five", "one"]);
  });

  it("runs at most four drivers at once, and each once", async ({ expect }) => {
    const drivers = ["a", "b", "c", "d", "e", "f"];
    for (const driver of drivers) await assign(driver);
    const gates: (() => void)[] = [];
    const four = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    answer = async () => {
      running += 1;
      most = Math.max(most, running);
      const { promise, resolve } = Promise.withResolvers<void>();
      gates.push(resolve);
      if (gates.length === 4) four.resolve();
      if (gates.length <= 4) await promise;
      running -= 1;
      return { raised: true };
    };
    await using alerts = schedule();
    const asking = alerts.askDue();
    await four.promise;
    for (const open of gates) open();
    await asking;
    await alerts.idle();
    expect(asked).toEqual(drivers);
    expect(most).toBe(4);
  });

  it("skips a driver that is still running", async ({ expect }) => {
    await assign("slow", { everyMinutes: 1 });
    const gate = Promise.withResolvers<AlertResult>();
    answer = () => gate.promise;
    await using alerts = schedule();
    await alerts.askDue();
    now += 2 * MINUTE;
    await alerts.askDue();
    expect(asked).toEqual(["slow"]);
    gate.resolve({ raised: false });
    await alerts.idle();
    expect(await round(alerts)).toEqual(["slow"]);
  });

  it("shares the drivers with other control planes, and with its own next start", async ({
    expect,
  }) => {
    await assign("one");
    await using first = schedule();
    await using second = schedule();
    await Promise.all([first.askDue(), second.askDue()]);
    await Promise.all([first.idle(), second.idle()]);
    await first[Symbol.asyncDispose]();
    await using third = schedule();
    await third.askDue();
    expect(asked).toEqual(["one"]);
  });

  it("keeps and logs what was raised and what failed, and goes on", async ({ expect }) => {
    const answers: Record<string, () => AlertResult> = {
      broken: () => {
        throw new TypeError("no alert at all");
      },
      late: () => {
        throw new Fault("wall_exceeded", "too late");
      },
      long: () => ({ raised: true, text: "x".repeat(20_000) }),
      loud: () => ({ raised: true, text: "locked", vars: { a: 1 } }),
      quiet: () => ({ raised: false }),
    };
    for (const driver of Object.keys(answers)) await assign(driver);
    answer = ({ driver }) => answers[driver]?.() ?? { raised: false };
    await using alerts = schedule();
    await round(alerts);
    const at = new Date(NOW).toISOString();
    const lastOf = async (driver: string): Promise<unknown> =>
      await findLastAlert(app.db, { account, driver });
    expect(await lastOf("broken")).toMatchObject({ raised: false, fault: { code: "internal" } });
    const fault = { code: "wall_exceeded", message: "too late" };
    expect(await lastOf("late")).toEqual({ at, raised: false, fault });
    expect(await lastOf("long")).toEqual({ at, raised: true, text: "x".repeat(10_000) });
    expect(await lastOf("loud")).toEqual({ at, raised: true, text: "locked" });
    expect(await lastOf("quiet")).toEqual({ at, raised: false });
    const lines = logged.map((line): unknown => JSON.parse(line));
    expect(lines).toHaveLength(4);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ account, driver: "late", fault }),
        expect.objectContaining({ account, driver: "loud", text: "locked" }),
      ]),
    );
  });

  it("forgets the runs of a driver with its assignment", async ({ expect }) => {
    await assign("one");
    await using alerts = schedule();
    await round(alerts);
    await app.db.delete(assignments);
    expect(await findLastAlert(app.db, { account, driver: "one" })).toBeUndefined();
    await assign("one");
    expect(await round(alerts)).toEqual(["one"]);
  });

  it("asks again as soon as there is an edge node, and says once that there is none", async ({
    expect,
  }) => {
    await assign("one");
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end('{"raised":true}');
    });
    const address = { host: "127.0.0.1", port: 0, setting: "" };
    const closed = await listen(createServer(), address);
    await closed[Symbol.asyncDispose]();
    let { url } = closed;
    await using alerts = schedule(makeAlertAsker(() => url, SECRET_KEY));
    await round(alerts);
    await round(alerts);
    expect(await findLastAlert(app.db, { account, driver: "one" })).toBeUndefined();
    expect(logged).toHaveLength(1);

    await using edge = await listen(server, address);
    url = edge.url;
    now += 1;
    await round(alerts);
    const at = new Date(now).toISOString();
    expect(await findLastAlert(app.db, { account, driver: "one" })).toEqual({ at, raised: true });
    url = closed.url;
    now += 5 * MINUTE;
    await round(alerts);
    expect(await findLastAlert(app.db, { account, driver: "one" })).toEqual({ at, raised: true });
    await round(alerts);
    expect(logged).toHaveLength(3);
  });

  it("does not run a driver again whose answer was lost", async ({ expect }) => {
    await assign("one");
    await using edge = await listen(
      createServer((request) => request.socket.destroy()),
      { host: "127.0.0.1", port: 0, setting: "" },
    );
    await using alerts = schedule(makeAlertAsker(() => edge.url, SECRET_KEY));
    await round(alerts);
    expect(await findLastAlert(app.db, { account, driver: "one" })).toMatchObject({
      fault: { code: "overloaded" },
    });
  });

  it("ends at once while a driver runs, which counts as asked", async ({ expect }) => {
    await assign("endless");
    const begun = Promise.withResolvers<void>();
    const endless: AlertAsker = (_order, signal) => {
      begun.resolve();
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Fault("overloaded", "stopped")));
      });
    };
    const alerts = schedule(endless);
    alerts.start();
    await begun.promise;
    await alerts[Symbol.asyncDispose]();
    expect(logged).toEqual([]);
    await using next = schedule();
    expect(await round(next)).toEqual([]);
  });
});

describe("an alert that is raised", () => {
  const recipients = ["Ann <ann@example.com>", "+44 7700 900123", "nobody"];

  it("is sent to each recipient by a job of the driver's script", async ({ expect }) => {
    await assign("credit", { recipients });
    answer = () => ({ raised: true, text: "acme is out of credit" });
    await using alerts = schedule();
    await round(alerts);
    expect(await jobsOf("credit")).toMatchObject([
      {
        kind: "email",
        script: "s",
        data: {
          to: [{ name: "Ann", address: "ann@example.com" }],
          subject: "Alert: credit",
          text: "acme is out of credit",
          left: ["ann@example.com"],
        },
      },
      { kind: "sms", data: { number: "+447700900123", message: "acme is out of credit" } },
    ]);
    expect(await findLastAlert(app.db, { account, driver: "credit" })).toMatchObject({
      raised: true,
      notSent: ['"nobody" is neither an e-mail address nor a telephone number'],
    });
    expect(logged.join("")).toContain("an alert is not sent to a recipient");
  });

  it("is written by the account's template, where there is one", async ({ expect }) => {
    await assign("credit", { recipients, company: "acme" });
    answer = () => ({ raised: true, vars: { balance: 2 }, template: "alert" });
    await using alerts = schedule();
    await round(alerts);
    expect(await jobsOf("credit")).toMatchObject([
      { data: { text: 'The alert "credit" was raised.\n\n{\n  "balance": 2\n}' } },
      { data: { message: 'The alert "credit" was raised.' } },
    ]);
    const parts = {
      subject: "{{alert.title}} of {{company_id}}",
      text: "Balance: {{balance}}",
      html: "<b>{{balance}}</b>",
      sms: "{{balance}} left",
    };
    await putTemplate(app.db, { account, name: "alert" }, { parts, now });
    await putTemplate(app.db, { account, name: "other" }, { parts: { ...parts, sms: "no" }, now });
    now += 5 * MINUTE;
    await round(alerts);
    expect(await jobsOf("credit")).toMatchObject([
      { data: { subject: "credit of acme", text: "Balance: 2", html: "<b>2</b>" } },
      { data: { message: "2 left" } },
    ]);
  });

  it("is cut to the length of an SMS, and told to nobody where it is not raised", async ({
    expect,
  }) => {
    await assign("long", { recipients: ["447700900123"] });
    answer = () => ({ raised: true, text: "x".repeat(500) });
    await using alerts = schedule();
    await round(alerts);
    expect(await jobsOf("long")).toMatchObject([{ data: { message: "x".repeat(160) } }]);
    answer = () => ({ raised: false });
    now += 5 * MINUTE;
    await round(alerts);
    expect(await jobsOf("long")).toEqual([]);
  });
});
