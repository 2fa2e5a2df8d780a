// A call that no engine asks about: what its scripts would do with it, step by step.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { z } from "zod";
import { Assignment } from "../../schemas/assignment.ts";
import { parseWithExactNumbers } from "../../schemas/exact-numbers.ts";
import { Sample } from "../../schemas/sample.ts";
import { Simulation } from "../../schemas/simulate.ts";
import { get, open, Problem } from "../api.ts";
import { useLoaded } from "../loaded.ts";
import { CodeEditor } from "../parts/code-editor.tsx";
import { SelectField, TextField, useSubmit } from "../parts/field.tsx";
import { textOf } from "../parts/input-pane.tsx";
import { Page, Shown } from "../parts/page.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { SimulationReport } from "../parts/simulation-report.tsx";

type Listed = { samples: Sample[]; assignments: Assignment[] };

export function SimulatePage(): JSX.Element {
  const listed = useLoaded(async (signal): Promise<Listed> => {
    const [samples, assignments] = await Promise.all([
      get("/samples", z.array(Sample), signal),
      get("/assignments", z.array(Assignment), signal),
    ]);
    return { samples, assignments };
  }, []);
  return (
    <Page
      title="Simulate a call"
      lead="Runs the scripts of a call and shows each step. Requests that apps make are real"
    >
      <Shown of={listed}>{(value) => <SimulateForm {...value} />}</Shown>
    </Page>
  );
}

const PLACES = [
  { value: "termination", text: "Customer route" },
  { value: "origination", text: "DID" },
];

type Keys = { place: string; subject: string; route: string; tag: string };

function SimulateForm({ samples, assignments }: Listed): JSX.Element {
  const first = assignments.find(({ place }) => place === "termination");
  const [keys, setKeys] = useState<Keys>({
    place: "termination",
    subject: first?.customer ?? "",
    route: first?.route ?? "main",
    tag: "",
  });
  const data = useSignal(textOf(sampleFor("termination", samples)));
  const [simulation, setSimulation] = useState<Simulation | null>(null);
  const { problem, isBusy, onSubmit } = useSubmit(async () => {
    setSimulation(await simulate(keys, data.value));
  });
  useEffect(() => {
    data.value = textOf(sampleFor(keys.place, samples));
  }, [keys.place]);
  return (
    <>
      <form class="simulate" onSubmit={onSubmit}>
        <div class="form">
          <CallFields keys={keys} onKeys={setKeys} assignments={assignments} />
          {problem !== null && <ProblemNote problem={problem} />}
          <div class="actions">
            <button type="submit" class="run" disabled={isBusy}>
              Simulate
            </button>
          </div>
        </div>
        <section class="pane" aria-label="Data">
          <header class="pane-head">
            <h2>What the engine would send</h2>
          </header>
          <CodeEditor
            label="Data of the call, JSON"
            language="json"
            path="simulate.json"
            text={data}
          />
        </section>
      </form>
      {simulation !== null && <SimulationReport simulation={simulation} />}
    </>
  );
}

type FieldsProps = { keys: Keys; onKeys: (keys: Keys) => void; assignments: Assignment[] };

function CallFields({ keys, onKeys, assignments }: FieldsProps): JSX.Element {
  const listId = useId();
  const isRoute = keys.place === "termination";
  const known = assignments
    .filter(({ place }) => place === keys.place)
    .map(({ customer, did }) => (isRoute ? customer : did) ?? "");
  return (
    <>
      <SelectField
        label="Call of"
        value={keys.place}
        options={PLACES}
        onValue={(place) => onKeys({ ...keys, place, subject: "" })}
      />
      <div class="field-row">
        <TextField
          label={isRoute ? "Customer" : "DID"}
          value={keys.subject}
          list={listId}
          required
          onValue={(subject) => onKeys({ ...keys, subject })}
        />
        {isRoute && (
          <TextField
            label="Route"
            value={keys.route}
            required
            onValue={(route) => onKeys({ ...keys, route })}
          />
        )}
        <TextField
          label="Tag"
          value={keys.tag}
          hint="Where the call has one"
          onValue={(tag) => onKeys({ ...keys, tag })}
        />
      </div>
      <datalist id={listId}>
        {[...new Set(known)].map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  );
}

function sampleFor(place: string, samples: Sample[]): unknown {
  return samples.find((sample) => sample.place === place)?.data ?? { routing: {} };
}

/** Numbers in the answer stay as they were written. */
async function simulate(keys: Keys, text: string): Promise<Simulation> {
  const { place, subject, route, tag } = keys;
  const named = place === "termination" ? { customer: subject, route } : { did: subject };
  const body = { place, ...named, ...(tag === "" ? {} : { tag }), data: dataOf(text) };
  const response = await open({ method: "POST", path: "/simulate", body });
  return Simulation.parse(parseWithExactNumbers(await response.text()));
}

function dataOf(text: string): unknown {
  try {
    return parseWithExactNumbers(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem({ status: 0, code: "input", detail: `The data is not JSON: ${reason}` });
  }
}
