// Asks an edge node to run a script for the control plane, which runs none itself.

import { z } from "zod";
import { RunResult } from "../schemas/call.ts";
import { Fault, FaultCode } from "../schemas/fault.ts";
import type { Isolation } from "../schemas/isolation.ts";
import type { Limits } from "../schemas/limits.ts";
import type { CompiledRelease } from "../schemas/release.ts";
import type { ScriptType } from "../schemas/script-type.ts";
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

const EdgeProblem = z.object({ code: FaultCode, detail: z.string() });

/** A runner that asks the edge node at the URL that `edgeUrl` returns, which may change while we run. */
export function makeRunner(edgeUrl: () => string, secretKey: string): Runner {
  const authorization = `Bearer ${platformToken(secretKey)}`;
  return async (order) => {
    const url = new URL("/internal/run", edgeUrl());
    const headers = { authorization, "content-type": "application/json" };
    const response = await fetch(url, {
      method: "POST",
      headers,
      body: JSON.stringify(order),
    }).catch((cause: unknown) => {
      throw new Fault(
        "overloaded",
        `No edge node answers at ${url.origin}: start one and try again`,
        { cause },
      );
    });
    const answer: unknown = await response.json();
    if (response.ok) return RunResult.parse(answer);
    const { code, detail } = EdgeProblem.parse(answer);
    throw new Fault(code, detail);
  };
}
