// The main module of every isolate that holds a script. It compiles the script, runs it once or again and again, and
// reports. Called by the dispatcher. Trust: where the isolate is not locked down, the script may have changed every
// global from the moment its body runs; what the prelude needs afterwards it takes before.

import { abortIsolate, WorkerEntrypoint } from "cloudflare:workers";
import { answerHead, answersText, answerTexts, readRuns } from "../../../schemas/batch.ts";
import type { Platform } from "../platform.ts";
import code from "script.js";
import settings from "settings.json";
import { logUncaught, scriptConsole } from "./console.ts";
import { limitGlobals } from "./globals.ts";
import { lockDown, sweep } from "./lockdown.ts";
import { installListeners } from "./listeners.ts";
import { loadBuiltIns, preload } from "./library.ts";
import { installPlatform, startPlatform } from "./platform.ts";
import { noAnswer, startRun } from "./run.ts";
import { installTimers } from "./timers.ts";
import { compile, type Unit } from "./unit.ts";

/** A batch gives its cell back after this long, in milliseconds, or this many characters, and leaves the rest unstarted. */
const BATCH_MS = 4;
const BATCH_CHARACTERS = 1_000_000;

const { type, isolation } = settings;
const isWarm = isolation === "scope";
const now = performance.now.bind(performance);

/** A script that does nothing. */
const NOTHING: Unit = {
  make: () => [() => undefined, () => ({ main: type === "script" ? same : sameLater })],
};

limitGlobals(type, scriptConsole);
if (type !== "script") {
  addEventListener("unhandledrejection", (event) => {
    logUncaught("Nobody caught a rejection:", event.reason);
  });
  installListeners();
  installTimers();
  installPlatform();
}
if (isWarm && settings.needs.node) loadBuiltIns();
if (isWarm) lockDown();
const release = compile(code);

export default class Prelude extends WorkerEntrypoint {
  /**
   * That this answers shows that the isolate is made, its modules are loaded, and what every run needs is compiled: by
   * `rehearsal`, a batch for a script that does nothing.
   */
  async ready(rehearsal: string): Promise<void> {
    if (type !== "script") await preload();
    await runBatch(NOTHING, rehearsal);
  }

  /** Runs a batch, which is lent the platform, and returns its `BatchAnswer` as text. Rejects when a budget ends the isolate. */
  async run(text: string, platform?: Platform, pbxKey = ""): Promise<string> {
    startPlatform(platform, pbxKey);
    // Awaited here, where no `then` of the script's is asked.
    return await runBatch(release, text);
  }

  /**
   * `run` as a function, a call of which takes less than one of this entry point: it is no request of its own. Bound, so that
   * a script's stack looks the same.
   */
  open(): (text: string) => Promise<string> {
    return this.run.bind(this);
  }

  /** Ends the isolate. Never returns. */
  end(): never {
    abortIsolate("The isolate is no longer needed");
  }
}

async function runBatch(unit: Unit, text: string): Promise<string> {
  const runs = readRuns(text);
  const count = runs.length;
  const startedAt = now();
  // Joined from strings and numbers as they come: an array's elements could meet a setter of the script's.
  let heads = "";
  let texts = "";
  for (let at = 0; at < count; at += 1) {
    const run = runs[at];
    if (run === undefined || (at > 0 && isEnough(startedAt, texts))) break;
    if (isWarm && !sweep()) return answersText(heads, { texts, isSpoilt: true });
    const running = startRun(unit, type, run);
    if (running.answer === undefined) await running.ended;
    const answer = running.answer ?? noAnswer();
    heads += at === 0 ? answerHead(answer) : `,${answerHead(answer)}`;
    texts += answerTexts(answer);
  }
  return answersText(heads, { texts, isSpoilt: false });
}

function same(data: unknown): unknown {
  return data;
}

async function sameLater(data: unknown): Promise<unknown> {
  return data;
}

function isEnough(startedAt: number, texts: string): boolean {
  return texts.length >= BATCH_CHARACTERS || now() - startedAt >= BATCH_MS;
}
