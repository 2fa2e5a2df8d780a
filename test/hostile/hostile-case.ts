// A script that attacks, and what may come of it.

import type { FaultCode } from "../../schemas/fault.ts";
import type { Limits } from "../../schemas/limits.ts";
import type { ScriptType } from "../../schemas/script-type.ts";

/** What an attack is aimed at. One file of cases each. */
export const GROUPS = [
  "escape",
  "cpu",
  "native",
  "memory",
  "network",
  "tenancy",
  "protocol",
  "rewriter",
] as const;
export type Group = (typeof GROUPS)[number];

/**
 * What the answer must be. `refused`: at publishing. `fault`: how the run ended, `line` in the author's source.
 * `value`: the attack came to nothing and this is what the script returned. `error`: the script threw this.
 * `anything`: only what holds for every case, e.g. that the neighbour is served.
 */
type Outcome =
  | { is: "refused"; code: "compile_error" | "module_not_allowed"; line?: number }
  | { is: "fault"; code: FaultCode | readonly FaultCode[]; line?: number }
  | { is: "value"; value: unknown }
  | { is: "error"; message: RegExp }
  | { is: "anything" };

export type Expectation = Outcome & {
  /** Most milliseconds until the answer. Otherwise the run's deadline and half a second. */
  withinMs?: number;
  /** What the answer's text, logs and all, must not contain. */
  never?: RegExp;
  /** Least CPU time that the answer must own up to, in milliseconds. */
  leastCpuMs?: number;
  /** Most requests that the server on the public address may have seen. */
  mostRequests?: number;
  /** Half a second after the answer the cells do no work any more. */
  isQuietAfter?: true;
};

/** A second run, of which `expect` speaks then; the attack's own answer does not matter. */
export type Victim = {
  /** `itself` is the attacking script, run once more. */
  of: "itself" | "same account" | "other account";
  /** `beside`: while the attack runs. */
  runs: "after" | "beside";
  type?: ScriptType;
  code?: string;
  data?: unknown;
};

/**
 * `code` may contain the names of PLACEHOLDERS, which the runner replaces.
 * Whatever uses up memory or time by design stops on its own, so that a hole costs a failed case and not the machine.
 */
export type HostileCase = {
  name: string;
  group: Group;
  type: "script" | "app";
  code: string;
  data?: unknown;
  limits?: Partial<Limits>;
  /** How often it runs, one after the other. The last answer counts. */
  runs?: number;
  victim?: Victim;
  expect: Expectation;
};

/**
 * In `code` and `data`, standing for what is known at run time only: the port of a server on every loopback address
 * that nobody may reach; that of a server on `PUBLIC_HOST`, which plays the public internet; ports of the product;
 * its host socket; the neighbour's release.
 */
export const PLACEHOLDERS = [
  "BAIT_PORT",
  "PUBLIC_PORT",
  "API_PORT",
  "EDGE_PORT",
  "HOST_SOCKET",
  "NEIGHBOUR_RELEASE",
] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** A loopback address that the product is told to treat as public. */
export const PUBLIC_HOST = "127.0.0.2";
