// The bench's result for people: aligned tables as text.

import type { Extras } from "./extras.ts";
import { HALF_RATE_BARS } from "./half-rate.ts";
import type { Machine } from "./machine.ts";
import type { Ratio } from "./ratios.ts";
import type { Result } from "./result.ts";
import type { PacedSummary, Summary } from "./summary.ts";

type Row = readonly string[];

export function resultText(result: Result): string {
  const { machine, figures, paced, bars, extras, log, failures } = result;
  const logged = [log, extras?.manyScripts.log ?? {}]
    .flatMap(Object.entries)
    .map(([what, count]) => `logged ${count} times: ${what}`);
  return [
    machineText(machine),
    figuresText(figures),
    pacedText(paced),
    ...(extras === undefined ? [] : [extrasText(extras)]),
    ratiosText(bars),
    ...(logged.length === 0 ? [] : [logged.join("\n")]),
    failures.length === 0 ? "passed" : failures.map((text) => `FAILED ${text}`).join("\n"),
  ].join("\n\n");
}

function machineText(machine: Machine): string {
  const { cpu, cores, memoryMb, loadBefore, versions } = machine;
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const rest = `${memoryMb} MB, load ${loadBefore.toFixed(2)} before`;
  return [`${cpu}, ${cores} cores, ${rest}`, packages.join(", ")].join("\n");
}

/** A table for each number of connections. */
function figuresText(summaries: readonly Summary[]): string {
  const counts = [...new Set(summaries.map(({ connections }) => connections))].toSorted(byNumber);
  const tables = counts.map((count) => {
    const header = [`${count} connection${count === 1 ? "" : "s"}`, ...LOAD_COLUMNS];
    const rows = summaries.filter(({ connections }) => connections === count).map(loadRow);
    return tableText([header, ...rows]);
  });
  return tables.join("\n\n");
}

const LOAD_COLUMNS = ["req/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "errors"];

function loadRow(summary: Summary): Row {
  const { name, requestsPerSecond, p50Ms, p99Ms, p999Ms, maxMs } = summary;
  const latencies = [p50Ms, p99Ms, p999Ms, maxMs].map(msText);
  return [name, rateText(requestsPerSecond), ...latencies, errorsText(summary)];
}

function errorsText({ requestsPerSecond, errors }: Summary): string {
  if (requestsPerSecond === 0) return "no answer";
  return errors === 0 ? "" : String(errors);
}

function pacedText(paced: readonly PacedSummary[]): string {
  const rows = paced.map(({ name, p50Ms }) => [name, msText(p50Ms)]);
  return tableText([["one caller, 50 ms between calls", "p50 ms"], ...rows]);
}

function ratiosText(ratios: readonly Ratio[]): string {
  const rows = ratios.map(({ name, what, bar, value, min, max, isMet }) => [
    name,
    value.toFixed(2),
    `${min.toFixed(2)} to ${max.toFixed(2)}`,
    `at ${bar.is} ${bar.value}`,
    isMet ? "pass" : "MISSED",
    what,
  ]);
  return tableText([["ratio", "median", "rounds", "bar", "", "of"], ...rows], [0, 5]);
}

function extrasText(extras: Extras): string {
  const { halfRate, publishTime, manyScripts, isolatesPerSecond } = extras;
  const { memory } = manyScripts;
  const grown = ((memory.afterMb - memory.beforeMb) * 1_000) / memory.scripts;
  const at = `${rateText(halfRate.requestsPerSecond)} of ${rateText(halfRate.targetPerSecond)} req/s`;
  const rows = [
    [`Script, 16 connections at half rate, ${at}: p50`, `${msText(halfRate.p50Ms)} ms`, ""],
    ["  p99", `${msText(halfRate.p99Ms)} ms`, barText(halfRate.p99Ms, HALF_RATE_BARS.p99Ms)],
    ["  p99.9", `${msText(halfRate.p999Ms)} ms`, barText(halfRate.p999Ms, HALF_RATE_BARS.p999Ms)],
    ["new isolates of a bare loader", `${rateText(isolatesPerSecond)} /s`, ""],
    ["publish to live, median", `${msText(publishTime.medianMs)} ms`, ""],
    ["publish to live, longest", `${msText(publishTime.mostMs)} ms`, ""],
    [`cells before ${memory.scripts} scripts are called`, `${memory.beforeMb.toFixed(0)} MB`, ""],
    ["cells per 1,000 scripts called once each", `+${grown.toFixed(0)} MB`, ""],
  ];
  return [tableText([["besides", "", "bar"], ...rows]), scalesText(extras)].join("\n\n");
}

function scalesText({ manyScripts, payloadSizes, kvTimes, moduleTimes }: Extras): string {
  const steps = manyScripts.steps.map(({ scripts, requestsPerSecond, cellsMb }) => [
    `${scripts}`,
    rateText(requestsPerSecond),
    cellsMb.toFixed(0),
  ]);
  const sizes = payloadSizes.map(({ bytes, name, requestsPerSecond }) => [
    `${(bytes / 1_000).toFixed(1)} kB, ${name}`,
    rateText(requestsPerSecond),
  ]);
  const modules = moduleTimes.map(({ name, coldMs, warmMs }) => [
    name ?? "none",
    msText(coldMs),
    msText(warmMs),
  ]);
  const asked = kvTimes.map(({ method, p50Ms, p99Ms }) => [method, msText(p50Ms), msText(p99Ms)]);
  return [
    tableText([["cxKV, asked by an app", "p50 ms", "p99 ms"], ...asked]),
    tableText([["App that requires", "first call ms", "then, with pauses, ms"], ...modules]),
    tableText([["Scripts in turn, 16 connections", "req/s", "cells MB"], ...steps]),
    tableText([["payload, 16 connections", "req/s"], ...sizes]),
  ].join("\n\n");
}

function barText(value: number, most: number): string {
  return `at most ${most} ms: ${value <= most ? "pass" : "MISSED"}`;
}

function msText(ms: number): string {
  return ms.toFixed(2);
}

function rateText(rate: number): string {
  return rate.toFixed(0);
}

function byNumber(a: number, b: number): number {
  return a - b;
}

/** Columns as wide as their widest cell; numbers to the right, text to the left. */
function tableText(rows: readonly Row[], left: readonly number[] = [0]): string {
  const columns = rows[0]?.map((_, column) => rows.map((row) => row[column] ?? "")) ?? [];
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => cell.length)));
  const line = (row: Row): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return left.includes(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
}
