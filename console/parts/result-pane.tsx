// How a run went: its result, its console, what it used.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { RunError, RunResult } from "../../schemas/call.ts";
import type { Limits } from "../../schemas/limits.ts";
import type { LogLine } from "../../schemas/usage.ts";
import type { Problem } from "../api.ts";
import { part } from "../path-part.ts";
import { plural } from "../format.ts";
import { Chip, OutcomeChip } from "./chip.tsx";
import { CopyButton } from "./copy-button.tsx";
import { JsonTree } from "./json-tree.tsx";
import { LogLines } from "./log-lines.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { UsageBars } from "./usage-bars.tsx";

export type RunState =
  | { is: "none" }
  | { is: "running"; logs: readonly LogLine[] }
  | { is: "cancelled"; logs: readonly LogLine[] }
  | { is: "failed"; problem: Problem; logs: readonly LogLine[] }
  | { is: "done"; result: RunResult };

/** A place in the script, or in another one that it requires. */
export type GoTo = (at: { line: number; column: number; file: string | undefined }) => void;

type Props = { run: RunState; limits: Limits; goTo: GoTo };

type Tab = "result" | "raw" | "console";

export function ResultPane({ run, limits, goTo }: Props): JSX.Element {
  const [tab, setTab] = useState<Tab>("result");
  const logs = logsOf(run);
  const tabs = [
    { tab: "result", label: "Result" },
    { tab: "raw", label: "Raw" },
    { tab: "console", label: logs.length === 0 ? "Console" : `Console ${logs.length}` },
  ] as const;
  return (
    <section class="pane result-pane" aria-label="Result">
      <header class="pane-head">
        <div class="segments" role="group" aria-label="Show">
          {tabs.map((one) => (
            <button
              key={one.tab}
              type="button"
              aria-pressed={tab === one.tab}
              onClick={() => setTab(one.tab)}
            >
              {one.label}
            </button>
          ))}
        </div>
        <Summary run={run} />
      </header>
      {run.is === "done" && <UsageBars usage={run.result.usage} limits={limits} />}
      <div class="pane-body" tabIndex={0} role="group" aria-label="What came of the run">
        {tab === "console" ? <LogLines logs={logs} /> : <Outcome run={run} tab={tab} goTo={goTo} />}
      </div>
    </section>
  );
}

function logsOf(run: RunState): readonly LogLine[] {
  if (run.is === "none") return [];
  return run.is === "done" ? run.result.logs : run.logs;
}

function Summary({ run }: { run: RunState }): JSX.Element {
  switch (run.is) {
    case "none":
      return <span class="muted" />;
    case "running":
      return (
        <span class="summary" role="status">
          <Chip tone="accent">running</Chip>
        </span>
      );
    case "cancelled":
      return (
        <span class="summary" role="status">
          <Chip tone="warn">cancelled</Chip>
        </span>
      );
    case "failed":
      return (
        <span class="summary" role="status">
          <Chip tone="bad">{run.problem.code}</Chip>
        </span>
      );
    case "done":
      return (
        <span class="summary" role="status">
          <OutcomeChip outcome={run.result.outcome} />
          <a
            class="muted"
            href={`/invocations/${part(run.result.invocation)}`}
            title="This invocation"
          >
            {run.result.version === null ? "draft" : `v${run.result.version}`}
          </a>
        </span>
      );
  }
}

type OutcomeProps = { run: RunState; tab: "result" | "raw"; goTo: GoTo };

function Outcome({ run, tab, goTo }: OutcomeProps): JSX.Element {
  switch (run.is) {
    case "none":
      return (
        <p class="none">
          Press <kbd>Ctrl</kbd> <kbd>Enter</kbd> to save and run the script with the input above.
        </p>
      );
    case "running":
      return <p class="none">{plural(run.logs.length, "line")} on the console so far.</p>;
    case "cancelled":
      return <p class="none">You cancelled this run.</p>;
    case "failed":
      return (
        <>
          <ProblemNote problem={run.problem} />
          <PlaceLink at={run.problem} goTo={goTo} />
        </>
      );
    case "done":
      return <Done result={run.result} tab={tab} goTo={goTo} />;
  }
}

function Done({
  result,
  tab,
  goTo,
}: {
  result: RunResult;
  tab: "result" | "raw";
  goTo: GoTo;
}): JSX.Element {
  if (tab === "raw") {
    const { value, error } = result;
    const text = JSON.stringify(error ?? value, null, 2) ?? "nothing";
    return (
      <div class="raw">
        <CopyButton text={text} />
        <pre>{text}</pre>
      </div>
    );
  }
  if (result.error !== undefined) return <ErrorReport error={result.error} goTo={goTo} />;
  if (result.value === undefined) return <p class="none">The script returned nothing.</p>;
  return (
    <div class="json">
      <JsonTree value={result.value} />
    </div>
  );
}

export function ErrorReport({ error, goTo }: { error: RunError; goTo: GoTo }): JSX.Element {
  return (
    <div class="error-report">
      <p class="error-message">{error.message}</p>
      <PlaceLink at={error} goTo={goTo} />
      {error.stack !== undefined && <pre class="stack">{error.stack}</pre>}
    </div>
  );
}

type At = { line?: number | undefined; column?: number | undefined; file?: string | undefined };

function PlaceLink({ at, goTo }: { at: At; goTo: GoTo }): JSX.Element | null {
  const { line, column = 1, file } = at;
  if (line === undefined) return null;
  const where = file === undefined ? "Line" : `${file}, line`;
  return (
    <button type="button" class="link" onClick={() => goTo({ line, column, file })}>
      {where} {line}, column {column}
    </button>
  );
}
