// Asks alert drivers, each as often as its assignment says. An edge node runs them; what they raise is logged, kept and sent.

import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { AlertResult, type AlertOrder, type LastAlert } from "../schemas/alert.ts";
import { MINUTE_MS } from "../schemas/durations.ts";
import { Fault } from "../schemas/fault.ts";
import { MAX_WALL_MS } from "../schemas/limits.ts";
import type { Database } from "../schemas/tables/open.ts";
import { sendAlert, type AlertSender } from "./alert-sends.ts";
import { askEdge } from "./runner.ts";
import {
  claimAlertRun,
  keepLastAlert,
  listAlertDrivers,
  releaseAlertRun,
  type AlertDriver,
} from "./store/alerts.ts";

/** Runs a driver and tells what it decided. Throws a Fault where that fails. */
export type AlertAsker = (order: AlertOrder, signal: AbortSignal) => Promise<AlertResult>;

/** How often it is looked who is due, in milliseconds. */
const TICK_MS = 1_000;
const MAX_AT_ONCE = 4;
/** How long an edge node may take, in milliseconds: its own deadline for any run, and some. */
const PATIENCE_MS = MAX_WALL_MS + 10_000;
const MAX_KEPT_CHARACTERS = 10_000;

/** An asker of the edge node at the URL that `edgeUrl` returns, which may change while we run. */
export function makeAlertAsker(edgeUrl: () => string, secretKey: string): AlertAsker {
  return async (order, stopped) => {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(PATIENCE_MS)]);
    return AlertResult.parse(
      await askEdge({ edgeUrl, secretKey, path: "/internal/alert", signal }, order),
    );
  };
}

/** True once `everyMinutes` have passed since `startedAt`, before the first run, and where the clock has been set back. */
export function isDue(
  { everyMinutes, startedAt }: Pick<AlertDriver, "everyMinutes" | "startedAt">,
  now: number,
): boolean {
  if (startedAt === null) return true;
  const passedMs = now - Date.parse(startedAt);
  return passedMs >= everyMinutes * MINUTE_MS || passedMs < 0;
}

/** Asks alert drivers from `start` until disposed. `now` is the clock, in milliseconds. */
export class AlertSchedule implements AsyncDisposable {
  readonly #db: Database;
  readonly #sender: AlertSender;
  readonly #ask: AlertAsker;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #stop = new AbortController();
  readonly #running = new Map<string, Promise<void>>();
  /** It has been said that no edge node can be asked. */
  #isEdgeAway = false;
  #looking: Promise<void> | undefined;

  constructor(options: AlertSender & { ask: AlertAsker; log: Logger; now: () => number }) {
    const { db, renderer, mostAnHour } = options;
    this.#db = db;
    this.#sender = { db, renderer, mostAnHour };
    this.#ask = options.ask;
    this.#log = options.log;
    this.#now = options.now;
  }

  start(): void {
    this.#looking ??= this.#look();
  }

  /** Resolves once every driver that is due has been asked; the last ones may still be running. */
  async askDue(): Promise<void> {
    for (const driver of await listAlertDrivers(this.#db)) {
      const key = JSON.stringify([driver.account, driver.driver]);
      if (this.#running.has(key) || !isDue(driver, this.#now())) continue;
      while (this.#running.size >= MAX_AT_ONCE) await Promise.race(this.#running.values());
      if (this.#stop.signal.aborted) return;
      const at = new Date(this.#now()).toISOString();
      if (!(await claimAlertRun(this.#db, driver, at))) continue;
      const run = this.#run(driver, at)
        .catch((err: unknown) => this.#log.error({ err, ...keysOf(driver) }, "an alert was lost"))
        .finally(() => this.#running.delete(key));
      this.#running.set(key, run);
    }
  }

  /** Resolves once nothing runs. */
  async idle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#looking;
    await this.idle();
  }

  async #look(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.askDue().catch((err: unknown) =>
        this.#log.error({ err }, "cannot tell which alert drivers are due"),
      );
      await sleep(TICK_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #run(driver: AlertDriver, at: string): Promise<void> {
    const keys = keysOf(driver);
    const answer = await this.#ask(keys, this.#stop.signal).catch(faultOf);
    if (answer instanceof Fault) {
      // Its claim stays: whether it ran is not known, and the next start is not to run it again within its time.
      if (this.#stop.signal.aborted) return;
      if (isNotAsked(answer)) return await this.#putOff(driver, { at, fault: answer });
    }
    this.#isEdgeAway = false;
    const sends = await this.#send(driver, answer);
    const last = { ...lastAlertOf(answer, at), ...sends };
    const { fault, raised, text } = last;
    if (fault !== undefined) this.#log.warn({ ...keys, fault }, "an alert driver failed");
    else if (raised) this.#log.warn({ ...keys, text }, "an alert was raised");
    await keepLastAlert(this.#db, keys, last);
  }

  async #send(
    driver: AlertDriver,
    answer: AlertResult | Fault,
  ): Promise<Pick<LastAlert, "jobs" | "notSent">> {
    if (answer instanceof Fault) return {};
    const { jobs, failures } = await sendAlert(this.#sender, { driver, answer }, this.#now());
    for (const reason of failures) {
      this.#log.warn({ ...keysOf(driver), reason }, "an alert is not sent to a recipient");
    }
    return { ...(jobs.length > 0 && { jobs }), ...(failures.length > 0 && { notSent: failures }) };
  }

  /** Nobody could be asked: the driver stays due. */
  async #putOff(driver: AlertDriver, { at, fault }: { at: string; fault: Fault }): Promise<void> {
    if (!this.#isEdgeAway) {
      this.#log.warn({ err: fault }, "alert drivers wait: no edge node can be asked");
    }
    this.#isEdgeAway = true;
    await releaseAlertRun(this.#db, driver, at);
  }
}

function keysOf({ account, driver }: AlertDriver): AlertOrder {
  return { account, driver };
}

function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  return new Fault("internal", "The edge node's answer cannot be read", { cause: error });
}

function lastAlertOf(answer: AlertResult | Fault, at: string): LastAlert {
  if (answer instanceof Fault) {
    return { at, raised: false, fault: { code: answer.code, message: answer.message } };
  }
  const { raised, text } = answer;
  return {
    at,
    raised,
    ...(text === undefined ? {} : { text: text.slice(0, MAX_KEPT_CHARACTERS) }),
  };
}

/** Failures of a connection that was never made. */
const NO_CONNECTION: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** No edge node of this secret key has begun the run, so that it may be asked for again. */
function isNotAsked(fault: Fault): boolean {
  if (fault.code === "unauthorized") return true;
  for (let cause: unknown = fault; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && NO_CONNECTION.has(String(cause.code))) return true;
  }
  return false;
}
