// What this process counts, in the text format of Prometheus. No account and no script is named: anybody may read it.

import { upperMs } from "../../schemas/histogram.ts";
import type { Reply } from "../../schemas/run-reply.ts";
import type { CellPool } from "../cell/pool.ts";
import type { Journal } from "../journal/journal.ts";

type Sample = [labels: string, value: number];

const FORMAT = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };

const counter = metric("counter");
const gauge = metric("gauge");

export function metricsReply(pool: CellPool, journal: Journal): Reply {
  const { total } = journal.stats;
  const { states } = pool;
  const kinds = Object.groupBy(states, ({ kind }) => kind);
  const byKind = (valueOf: (cells: typeof states) => number): Sample[] =>
    Object.entries(kinds).map(([kind, cells]) => [`kind="${kind}"`, valueOf(cells)]);
  const outcomes = Array.from(total.outcomes, ([outcome, count]): Sample => [
    `outcome="${outcome}"`,
    count,
  ]);
  const body = [
    counter("runs_total", "Runs that ended, by outcome", outcomes),
    wallHistogram(journal),
    counter("run_cpu_seconds_total", "CPU time of runs", [["", total.cpuMs / 1_000]]),
    counter("runs_kept_total", "Runs of which an invocation is kept", [["", total.kept]]),
    counter("invocations_dropped_total", "Invocations that could not be written in time", [
      ["", journal.dropped],
    ]),
    gauge("invocations_waiting", "Invocations that are to be written", [["", journal.waiting]]),
    gauge(
      "cells",
      "Processes in which scripts run",
      byKind((cells) => cells.length),
    ),
    gauge(
      "cell_resident_memory_bytes",
      "Their memory",
      byKind((cells) => cells.reduce((sum, { rssBytes }) => sum + rssBytes, 0)),
    ),
    gauge(
      "runs_in_flight",
      "Runs inside them",
      byKind((cells) => cells.reduce((sum, { inFlight }) => sum + inFlight, 0)),
    ),
    gauge("releases_quarantined", "Releases that run no more", [
      ["", pool.quarantine.quarantined.length],
    ]),
  ];
  return { status: 200, headers: FORMAT, body: `${body.join("\n")}\n` };
}

/** Each bucket holds those before it as well. */
function wallHistogram({ stats: { total } }: Journal): string {
  const name = "run_duration_seconds";
  const samples: Sample[] = [];
  let count = 0;
  for (const [at, inClass] of total.wall.toHistogram()) {
    count += inClass;
    samples.push([`le="${(upperMs(at) / 1_000).toPrecision(3)}"`, count]);
  }
  samples.push(['le="+Inf"', total.calls]);
  const head = headOf(name, "histogram", "Elapsed time of runs");
  const sums = [
    line(`${name}_sum`, ["", total.wallMs / 1_000]),
    line(`${name}_count`, ["", count]),
  ];
  return [...head, ...samples.map((sample) => line(`${name}_bucket`, sample)), ...sums].join("\n");
}

type Metric = (name: string, help: string, samples: readonly Sample[]) => string;

function metric(type: "counter" | "gauge"): Metric {
  return (name, help, samples) =>
    [...headOf(name, type, help), ...samples.map((sample) => line(name, sample))].join("\n");
}

function headOf(name: string, type: string, help: string): string[] {
  return [`# HELP scriptforge_${name} ${help}`, `# TYPE scriptforge_${name} ${type}`];
}

/** Gateways that share a port are told apart by their process. */
function line(name: string, [labels, value]: Sample): string {
  const all = `process="${process.pid}"${labels === "" ? "" : `,${labels}`}`;
  return `scriptforge_${name}{${all}} ${value}`;
}
