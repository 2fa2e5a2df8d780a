// One invocation in full.

import type { JSX } from "preact";
import { useLocation, useRoute } from "preact-iso";
import { useState } from "preact/hooks";
import { parseWithExactNumbers } from "../../schemas/exact-numbers.ts";
import { InvokedInFull } from "../../schemas/invocation.ts";
import { Sample, SamplePlace } from "../../schemas/sample.ts";
import { open, send, type Problem } from "../api.ts";
import { part } from "../path-part.ts";
import { findBuffer } from "../buffers.ts";
import { duration, fullTime } from "../format.ts";
import { asProblem, useLoaded } from "../loaded.ts";
import { OutcomeChip } from "../parts/chip.tsx";
import { Icon } from "../parts/icon.tsx";
import { textOf } from "../parts/input-pane.tsx";
import { decisionOf } from "../parts/invocation-table.tsx";
import { JsonTree } from "../parts/json-tree.tsx";
import { LogLines } from "../parts/log-lines.tsx";
import { Page, Shown } from "../parts/page.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { ErrorReport } from "../parts/result-pane.tsx";

/** Numbers in what went in and came out stay as they were written. */
async function load(id: string, signal: AbortSignal): Promise<InvokedInFull> {
  const response = await open({ method: "GET", path: `/invocations/${part(id)}`, signal });
  return InvokedInFull.parse(parseWithExactNumbers(await response.text()));
}

export function OneInvocationPage(): JSX.Element {
  const { params } = useRoute();
  const id = params["id"] ?? "";
  const invoked = useLoaded((signal) => load(id, signal), [id]);
  const { state } = invoked;
  return (
    <Page
      title={state.is === "ready" ? `Invocation of ${state.value.name}` : "Invocation"}
      lead={<code>{id}</code>}
      actions={state.is === "ready" && <RunAgain invoked={state.value} />}
    >
      <Shown of={invoked}>{(value) => <InFull invoked={value} />}</Shown>
    </Page>
  );
}

function InFull({ invoked }: { invoked: InvokedInFull }): JSX.Element {
  const { route } = useLocation();
  const { script, error, warnings, logs, bodies, input, output, cut } = invoked;
  return (
    <>
      <Facts invoked={invoked} />
      {error !== null && (
        <section class="pane block">
          <ErrorReport
            error={error}
            goTo={({ line, column }) => {
              if (script !== null) route(`/scripts/${script}?line=${line}&column=${column}`);
            }}
          />
        </section>
      )}
      {warnings.map((warning) => (
        <p key={warning} class="warning block">
          {warning}
        </p>
      ))}
      {bodies === "not kept" ? (
        <p class="none">
          Input, output and logs of this one were not kept: a share of the runs is, as the operator
          has set it.
        </p>
      ) : (
        <div class="bodies">
          <Body title="Input" value={input} isCut={cut.includes("input")} />
          <Body title="Output" value={output} isCut={cut.includes("output")} />
          <section class="pane bodies-logs" aria-label="Console">
            <header class="pane-head">
              <h2>Console</h2>
              {cut.includes("logs") && <span class="muted">the first lines</span>}
            </header>
            <LogLines logs={logs} />
          </section>
        </div>
      )}
    </>
  );
}

function Facts({ invoked }: { invoked: InvokedInFull }): JSX.Element {
  const { at, outcome, script, name, version, place, cpuMs, wallMs } = invoked;
  const facts: [string, JSX.Element | string][] = [
    ["Outcome", <OutcomeChip key="outcome" outcome={outcome} />],
    [
      "Script",
      <a key="script" href={`/scripts/${part(script ?? name)}`}>
        {name} {version === null ? "draft" : `v${version}`}
      </a>,
    ],
    ["Function", invoked.function ?? "main"],
    ["Place", place],
    ["Decision", decisionOf(invoked) || "none"],
    ["At", fullTime(at)],
    ["CPU", duration(cpuMs)],
    ["Elapsed", duration(wallMs)],
  ];
  return (
    <dl class="facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Body({
  title,
  value,
  isCut,
}: {
  title: string;
  value: unknown;
  isCut: boolean;
}): JSX.Element {
  return (
    <section class="pane" aria-label={title}>
      <header class="pane-head">
        <h2>{title}</h2>
        {isCut && <span class="muted">too long to be kept whole: its beginning</span>}
      </header>
      <div class="json tall" tabIndex={0} role="group" aria-label={`${title} as a tree`}>
        {isCut && typeof value === "string" ? <pre>{value}</pre> : <JsonTree value={value} />}
      </div>
    </section>
  );
}

/** Keeps the input as a sample of the script, and opens the editor with it. */
function RunAgain({ invoked }: { invoked: InvokedInFull }): JSX.Element | null {
  const { route } = useLocation();
  const [problem, setProblem] = useState<Problem | null>(null);
  const { script, bodies, cut, input, id } = invoked;
  if (script === null || bodies === "not kept" || cut.includes("input")) return null;
  const run = async (): Promise<void> => {
    const name = `call ${id.slice(-8)}`;
    const body = { place: samplePlaceOf(invoked.place), data: input };
    const path = `/scripts/${script}/samples/${part(name)}`;
    try {
      await send({ method: "PUT", path, body }, Sample);
      const buffer = findBuffer(script);
      if (buffer !== undefined) {
        buffer.sample.value = name;
        buffer.input.value = textOf(input);
      }
      route(`/scripts/${script}?sample=${part(name)}`);
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <>
      {problem !== null && <ProblemNote problem={problem} />}
      <button type="button" class="run" onClick={() => void run()}>
        <Icon name="play" />
        Run again in the editor
      </button>
    </>
  );
}

function samplePlaceOf(place: string): SamplePlace {
  const [word = ""] = place.replace(/^simulate /, "").split(" ");
  const name = word.replace(/^driver\/(did|alert)$/, "$1-driver");
  return SamplePlace.safeParse(name).data ?? "run";
}
