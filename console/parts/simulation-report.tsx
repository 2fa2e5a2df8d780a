// How a simulated call went: its steps, and what the engine would be answered.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Change } from "../../schemas/diff.ts";
import type { SimulatedStep, Simulation } from "../../schemas/simulate.ts";
import { duration, plural } from "../format.ts";
import { PLACE_NAMES } from "../places.ts";
import { Chip, OutcomeChip } from "./chip.tsx";
import { DiffView } from "./diff-view.tsx";
import { JsonTree } from "./json-tree.tsx";
import { LogLines } from "./log-lines.tsx";
import { Table } from "./table.tsx";

export function SimulationReport({ simulation }: { simulation: Simulation }): JSX.Element {
  const { decision, steps } = simulation;
  return (
    <section class="report" aria-label="How the call went">
      <h2>
        {decision.action === "continue" ? (
          <>
            <Chip tone="good">continue</Chip> The call goes on
          </>
        ) : (
          <>
            <Chip tone="warn">reject</Chip> {decision.sip.code} {decision.sip.reason}
          </>
        )}
      </h2>
      {steps.length === 0 && (
        <p class="none">
          No script serves this call: it goes on unchanged.{" "}
          <a href="/assignments/new">Assign one</a>
        </p>
      )}
      <ol class="steps">
        {steps.map((step) => (
          <Step key={step.invocation} step={step} />
        ))}
      </ol>
      <details>
        <summary>The answer to the engine</summary>
        <div class="json">
          <JsonTree value={decision} />
        </div>
      </details>
    </section>
  );
}

function Step({ step }: { step: SimulatedStep }): JSX.Element {
  const { script, scriptName, place, order, version, outcome, usage, warnings, error } = step;
  const [isComparing, setComparing] = useState(false);
  const when = order === undefined ? "" : `, ${order}`;
  return (
    <li class="step">
      <header>
        <a href={`/scripts/${script}`}>{scriptName}</a> <span class="muted">v{version}</span>{" "}
        <Chip>
          {PLACE_NAMES[place]}
          {when}
        </Chip>{" "}
        <OutcomeChip outcome={outcome} />
        <span class="muted">
          {duration(usage.cpuMs)} CPU, {duration(usage.wallMs)} elapsed
        </span>
      </header>
      {error !== undefined && (
        <p class="error-message">
          {error.message}
          {error.line !== undefined && (
            <>
              {" "}
              <a href={`/scripts/${script}?line=${error.line}&column=${error.column ?? 1}`}>
                line {error.line}
              </a>
            </>
          )}
        </p>
      )}
      {warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
      <Changes changes={step.changes} isCut={step.truncated} />
      {step.logs.length > 0 && <LogLines logs={step.logs} />}
      {step.after !== null && step.changes.length > 0 && (
        <button type="button" class="link" onClick={() => setComparing(!isComparing)}>
          {isComparing ? "Hide the data" : "The data before and after"}
        </button>
      )}
      {isComparing && (
        <div class="step-diff">
          <DiffView
            before={JSON.stringify(step.before, null, 2)}
            after={JSON.stringify(step.after, null, 2)}
            language="json"
            label="Data of the call"
          />
        </div>
      )}
    </li>
  );
}

function Changes({ changes, isCut }: { changes: Change[]; isCut: boolean }): JSX.Element {
  if (changes.length === 0) return <p class="muted">It changed nothing.</p>;
  return (
    <Table
      class="changes"
      columns={["Where", "Before", "After"]}
      caption={`${plural(changes.length, "change")}${isCut ? ", the first ones" : ""}`}
    >
      {changes.map((change) => (
        <tr key={change.path}>
          <td>
            <code>{change.path}</code>
          </td>
          <td class="removed">{textOf(change.before)}</td>
          <td class="added">{textOf(change.after)}</td>
        </tr>
      ))}
    </Table>
  );
}

const MAX_SHOWN = 500;

function textOf(value: unknown): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
