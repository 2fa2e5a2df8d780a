// Asks an edge node to run scripts for the control plane, which runs none itself.

import { z } from "zod";
import { RunResult } from "../schemas/call.ts";
import { parseWithExactNumbers } from "../schemas/exact-numbers.ts";
import { Fault, FaultCode } from "../schemas/fault.ts";
import type { Isolation } from "../schemas/isolation.ts";
import type { Limits } from "../schemas/limits.ts";
import type { CompiledRelease } from "../schemas/release.ts";
import type { ScriptType } from "../schemas/script-type.ts";
import { Simulation, type SimulationOrder } from "../schemas/simulate.ts";
import { platformToken } from "../schemas/token-hash.ts";

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

/** Runs an order and tells how it went. Throws `overloaded` when no edge node answers. */
export type Runner = (order: RunOrder) => Promise<RunResult>;

/** Tells what the scripts of a call would do with it. Throws `overloaded` when no edge node answers. */
export type Simulator = (order: SimulationOrder) => Promise<Simulation>;

const EdgeProblem = z.object({ code: FaultCode, detail: z.string() });

/** A runner that asks the edge node at the URL that `edgeUrl` returns, which may change while we run. */
export function makeRunner(edgeUrl: () => string, secretKey: string): Runner {
  return async (order) =>
    RunResult.parse(await askEdge({ edgeUrl, secretKey, path: "/internal/run" }, order));
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
  const answer = await response.text();
  if (response.ok) return answer;
  const { code, detail } = EdgeProblem.parse(JSON.parse(answer));
  throw new Fault(code, detail);
}
