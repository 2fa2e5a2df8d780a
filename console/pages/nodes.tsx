// Edge nodes: the processes in which scripts run, and the scripts that they keep from running.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { z } from "zod";
import { Cells, QuarantinedScript, type CellState } from "../../schemas/node.ts";
import { get, tell, type Problem } from "../api.ts";
import { part } from "../path-part.ts";
import { bytes, fullTime, plural, shortTime } from "../format.ts";
import { asProblem } from "../loaded.ts";
import { Chip, OutcomeChip, type Tone } from "../parts/chip.tsx";
import { Empty, Page, Shown } from "../parts/page.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { Table } from "../parts/table.tsx";
import { say } from "../parts/toast.tsx";
import { usePolled } from "../polled.ts";

const EVERY_MS = 3_000;

export function NodesPage(): JSX.Element {
  const cells = usePolled((signal) => get("/cells", Cells, signal), [], EVERY_MS);
  return (
    <Page title="Nodes" lead="The processes in which scripts run, as they were some seconds ago">
      <Quarantine />
      <Shown of={cells}>
        {({ nodes }) =>
          nodes.length === 0 ? (
            <Empty title="No edge node has reported">
              Start one: calls are answered by edge nodes, and so is Save and Run.
            </Empty>
          ) : (
            nodes.map((node) => <Node key={node.node} {...node} />)
          )
        }
      </Shown>
    </Page>
  );
}

const KINDS: Record<CellState["kind"], { text: string; tone: Tone }> = {
  script: { text: "Scripts", tone: "good" },
  app: { text: "apps and drivers", tone: "accent" },
  spare: { text: "spare", tone: "neutral" },
  alone: { text: "suspects, one at a time", tone: "neutral" },
  leaving: { text: "leaving", tone: "warn" },
};

function Node({ node, cells }: { node: string; cells: CellState[] }): JSX.Element {
  const inFlight = cells.reduce((sum, cell) => sum + cell.inFlight, 0);
  return (
    <section class="block">
      <h2>
        {node} <span class="muted">{plural(inFlight, "run")} under way</span>
      </h2>
      <Table
        columns={[
          "Process",
          "For",
          { name: "Memory", class: "numeric" },
          { name: "Under way", class: "numeric" },
          { name: "Runs", class: "wide-only numeric" },
          { name: "Since", class: "wide-only" },
        ]}
      >
        {cells.map((cell) => (
          <tr key={cell.pid}>
            <td>{cell.pid}</td>
            <td>
              <Chip tone={KINDS[cell.kind].tone}>{KINDS[cell.kind].text}</Chip>
            </td>
            <td class="numeric">{bytes(cell.rssBytes)}</td>
            <td class="numeric">{cell.inFlight}</td>
            <td class="wide-only numeric">{cell.runs.toLocaleString()}</td>
            <td class="wide-only muted" title={fullTime(cell.startedAt)}>
              {shortTime(cell.startedAt)}
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function Quarantine(): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  const list = usePolled(
    (signal) => get("/quarantine", z.array(QuarantinedScript), signal),
    [],
    EVERY_MS,
  );
  const release = async ({ script, name }: QuarantinedScript): Promise<void> => {
    try {
      await tell({ method: "DELETE", path: `/quarantine/${part(script)}` });
      say(`${name} may run again`);
      list.reload();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <section class="block">
      <h2>Quarantine</h2>
      {problem !== null && <ProblemNote problem={problem} />}
      <Shown of={list}>
        {(scripts) =>
          scripts.length === 0 ? (
            <p class="muted">No script is in quarantine.</p>
          ) : (
            <QuarantineTable scripts={scripts} onRelease={(one) => void release(one)} />
          )
        }
      </Shown>
    </section>
  );
}

type TableProps = {
  scripts: QuarantinedScript[];
  onRelease: (script: QuarantinedScript) => void;
};

function QuarantineTable({ scripts, onRelease }: TableProps): JSX.Element {
  return (
    <Table
      columns={["Script", "Ended its process by", { name: "Times", class: "wide-only" }, "Since"]}
      hasActions
    >
      {scripts.map((one) => (
        <tr key={one.script}>
          <td>
            <a href={`/scripts/${one.script}`}>{one.name}</a>{" "}
            <span class="muted">v{one.version}</span>
          </td>
          <td>
            <OutcomeChip outcome={one.fault} />
          </td>
          <td class="wide-only">{one.strikes}</td>
          <td class="muted">{shortTime(one.since)}</td>
          <td class="row-actions">
            <button type="button" onClick={() => onRelease(one)}>
              Release
            </button>
          </td>
        </tr>
      ))}
    </Table>
  );
}
