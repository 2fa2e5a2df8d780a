// Asks an edge node to run scripts for the control plane, which runs none itself.

import { z } from "zod";
import { RunResult } from "../schemas/call.ts";
import { parseWithExactNumbers } from "../schemas/exact-numbers.ts";
import { Fault, FaultCode } from "../schemas/fault.ts";
import type { Isolation } from "../schemas/isolation.ts";
import type { Limits } from "../schemas/limits.ts";
import type { CompiledRelease } from "../schemas/release.ts";
import type { ScriptType } from "../schemas/script-type.ts";
import { RunEvent } from "../schemas/run-event.ts";
import { Simulation, type SimulationOrder } from "../schemas/simulate.ts";
import { platformToken } from "../schemas/token-hash.ts";
import type { LogLine } from "../schemas/usage.ts";

/** What the edge node is to run. `version` is null for a draft. */
export type RunOrder = {
  account: string;
  script: string;
  name: string;
  type: ScriptType;
  limits: Limits;
  isolation: Isolation;
  egressHosts: string[] | null;
  version: number | null;
  release: CompiledRelease;
  function: string | null;
  data: unknown;
};

/** Whom the lines of a run's log are told to as they are written. The run ends when `signal` aborts. */
export type RunListener = { onLog: (line: LogLine) => Promise<void>; signal: AbortSignal };

/** Runs an order and tells how it went. Throws `overloaded` when no edge node answers. */
export type Runner = (order: RunOrder, listener?: RunListener) => Promise<RunResult>;

/** Tells what the scripts of a call would do with it. Throws `overloaded` when no edge node answers. */
export type Simulator = (order: SimulationOrder) => Promise<Simulation>;

const EdgeProblem = z.object({ code: FaultCode, detail: z.string() });

/** A runner that asks the edge node at the URL that `edgeUrl` returns, which may change while we run. */
export function makeRunner(edgeUrl: () => string, secretKey: string): Runner {
  return async (order, listener) => {
    const ask = { edgeUrl, secretKey, path: "/internal/run" };
    if (listener === undefined) return RunResult.parse(await askEdge(ask, order));
    const { signal } = listener;
    const response = await askForResponse({ ...ask, path: `${ask.path}/streamed`, signal }, order);
    for await (const line of linesOf(response)) {
      const event = RunEvent.parse(JSON.parse(line));
      if (event.is === "result") return event.result;
      if (event.is === "problem") throw faultOfProblem(event.problem);
      await listener.onLog(event.line);
    }
    throw new Fault("cell_lost", "The edge node ended during the run");
  };
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  let rest = "";
  for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** A simulator that asks as a runner does. The data in what it tells has its numbers as they were sent. */
export function makeSimulator(edgeUrl: () => string, secretKey: string): Simulator {
  return async (order) => {
    const text = await askForText({ edgeUrl, secretKey, path: "/internal/simulate" }, order);
    return Simulation.parse(parseWithExactNumbers(text));
  };
}

type Ask = { edgeUrl: () => string; secretKey: string; path: string; signal?: AbortSignal };

/**
 * What an edge node answers to an order of the control plane. Throws the fault that it answers with, and `overloaded`, caused by
 * what `fetch` threw, when none answers or `signal` is aborted first.
 */
export async function askEdge(ask: Ask, order: unknown): Promise<unknown> {
  return JSON.parse(await askForText(ask, order));
}

async function askForText(ask: Ask, order: unknown): Promise<string> {
  return await (await askForResponse(ask, order)).text();
}

async function askForResponse(ask: Ask, order: unknown): Promise<Response> {
  const url = new URL(ask.path, ask.edgeUrl());
  const authorization = `Bearer ${platformToken(ask.secretKey)}`;
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify(order),
    signal: ask.signal ?? null,
  }).catch((cause: unknown) => {
    throw new Fault(
      "overloaded",
      `No edge node answers at ${url.origin}: start one and try again`,
      { cause },
    );
  });
  if (response.ok) return response;
  throw faultOfProblem(await response.json());
}

function faultOfProblem(problem: unknown): Fault {
  const { code, detail } = EdgeProblem.parse(problem);
  return new Fault(code, detail);
}
