// What the product promises beside its peers, as ratios of figures of the same round. Pure.

import { median } from "./median.ts";
import type { SubjectId } from "./subject.ts";

/** A subject under a number of connections. */
export type Load = { subject: SubjectId; connections: number };

/** What one round found out. */
export type Round = {
  requestsPerSecond: (load: Load) => number;
  p50Ms: (load: Load) => number;
  /** Of a single caller that pauses between calls. */
  pacedP50Ms: (subject: SubjectId) => number;
};

/** `slack`: where the short form takes it for more than noise. */
type Bar = { is: "least" | "most"; value: number; slack: number };

type Definition = {
  name: string;
  what: string;
  bar: Bar;
  needs: readonly Load[];
  of: (round: Round) => number;
};

const SCRIPT_1: Load = { subject: "script", connections: 1 };
const SCRIPT_64: Load = { subject: "script", connections: 64 };
const ISOLATED_VM: Load = { subject: "isolated-vm-warm", connections: 64 };
const ISOLATED_VM_SYNC: Load = { subject: "isolated-vm-warm-sync", connections: 64 };
const QUICKJS: Load = { subject: "quickjs-new-runtime", connections: 64 };
const LOADER_WARM: Load = { subject: "workerd-loader-warm", connections: 1 };
const APP: Load = { subject: "app-one-cell", connections: 16 };
const LOADER_NEW: Load = { subject: "workerd-loader-new", connections: 16 };

const RATIOS: readonly Definition[] = [
  {
    name: "scriptVsIsolatedVmWarm64",
    what: "Script, 64 connections: rate against isolated-vm's warm context (the faster way to call it)",
    bar: { is: "least", value: 1, slack: 0.5 },
    needs: [SCRIPT_64, ISOLATED_VM, ISOLATED_VM_SYNC],
    of: ({ requestsPerSecond: rate }) =>
      rate(SCRIPT_64) / Math.max(rate(ISOLATED_VM), rate(ISOLATED_VM_SYNC)),
  },
  {
    name: "scriptVsQuickjsFresh64",
    what: "Script, 64 connections: rate against quickjs with a new runtime per call",
    bar: { is: "least", value: 5, slack: 2.5 },
    needs: [SCRIPT_64, QUICKJS],
    of: ({ requestsPerSecond: rate }) => rate(SCRIPT_64) / rate(QUICKJS),
  },
  {
    name: "scriptP50VsBareLoader",
    what: "Script, 1 connection: p50 against a bare workerd's warm loaded worker",
    bar: { is: "most", value: 1.5, slack: 3 },
    needs: [SCRIPT_1, LOADER_WARM],
    of: ({ p50Ms }) => p50Ms(SCRIPT_1) / p50Ms(LOADER_WARM),
  },
  {
    name: "appNewIsolateVsBareLoader",
    what: "App, 16 connections, one cell: rate against a bare workerd's new isolate per call",
    bar: { is: "least", value: 0.9, slack: 0.45 },
    needs: [APP, LOADER_NEW],
    of: ({ requestsPerSecond: rate }) => rate(APP) / rate(LOADER_NEW),
  },
  {
    name: "appPrewarmedExtraMs",
    what: "App, one caller with pauses: p50 beyond that of a warm isolate, ms",
    bar: { is: "most", value: 1, slack: 5 },
    needs: [],
    of: ({ pacedP50Ms }) => pacedP50Ms("app") - pacedP50Ms("app-warm"),
  },
];

/** The median over the rounds, with the least and the most of them. */
export type Ratio = {
  name: string;
  what: string;
  bar: Bar;
  value: number;
  min: number;
  max: number;
  isMet: boolean;
  /** Missed by so much that a busy machine is no excuse. */
  isFarOff: boolean;
};

/** The loads without which the ratios cannot be told, each once. */
export const LOADS_OF_RATIOS: readonly Load[] = [...new Set(RATIOS.flatMap(({ needs }) => needs))];

export function computeRatios(rounds: readonly Round[]): Ratio[] {
  return RATIOS.map(({ name, what, bar, of }) => {
    const values = rounds.map(of);
    const value = median(values);
    const [min, max] = [Math.min(...values), Math.max(...values)];
    const isMet = isWithin(value, bar.is, bar.value);
    const isFarOff = !isWithin(value, bar.is, bar.slack);
    return { name, what, bar, value, min, max, isMet, isFarOff };
  });
}

/** Never true for NaN. */
function isWithin(value: number, is: Bar["is"], limit: number): boolean {
  return is === "least" ? value >= limit : value <= limit;
}
