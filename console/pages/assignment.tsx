// One assignment: which script, how long the call waits, and what it gets when time is up.

import type { JSX } from "preact";
import { useLocation, useRoute } from "preact-iso";
import { useState } from "preact/hooks";
import { z } from "zod";
import { Assignment, Place, PLACES } from "../../schemas/assignment.ts";
import { Customer } from "../../schemas/customer.ts";
import { Script } from "../../schemas/script.ts";
import { get, send } from "../api.ts";
import { draftOf, requestOf, wrongIn, type AssignmentDraft } from "../assignment-draft.ts";
import { useLoaded } from "../loaded.ts";
import { DeleteButton } from "../parts/dialog.tsx";
import { SelectField, useSubmit } from "../parts/field.tsx";
import { Page, Shown } from "../parts/page.tsx";
import {
  DriverFields,
  FormAddress,
  KeyFields,
  NewestAlert,
  ScriptField,
  TimeoutFields,
} from "../parts/assignment-fields.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { TomlField } from "../parts/toml-field.tsx";
import { say } from "../parts/toast.tsx";
import { apiPath, keysOf, PLACE_NAMES, whereOf } from "../places.ts";

type Listed = { scripts: Script[]; customers: Customer[]; found: Assignment | undefined };

export function AssignmentPage(): JSX.Element {
  const { params, query } = useRoute();
  const { place, subject, detail } = params;
  const key = [place, subject, detail].join("/");
  const listed = useLoaded(
    async (signal): Promise<Listed> => {
      const [scripts, customers, assignments] = await Promise.all([
        get("/scripts", z.array(Script), signal),
        get("/customers", z.array(Customer), signal),
        get("/assignments", z.array(Assignment), signal),
      ]);
      const found = assignments.find(
        (one) =>
          one.place === place &&
          keysOf(one).join("/") === [subject, detail].filter(Boolean).join("/"),
      );
      return { scripts, customers, found };
    },
    [key],
  );
  const isNew = place === undefined;
  return (
    <Page title={isNew ? "Assign a script" : "Assignment"}>
      <Shown of={listed}>
        {(value) =>
          isNew || value.found !== undefined ? (
            <AssignmentForm key={key} {...value} wanted={query["script"]} />
          ) : (
            <p class="none">
              Nothing is assigned there any more. <a href="/assignments">All assignments</a>
            </p>
          )
        }
      </Shown>
    </Page>
  );
}

type FormProps = Listed & { wanted: string | undefined };

function AssignmentForm({ scripts, customers, found, wanted }: FormProps): JSX.Element {
  const { route } = useLocation();
  const [draft, setDraft] = useState(draftOf(found, wanted));
  const set = (change: Partial<AssignmentDraft>): void => setDraft({ ...draft, ...change });
  const wrong = wrongIn(draft);
  const { problem, isBusy, onSubmit } = useSubmit(async () => {
    const path = apiPath(draft.place, draft.keys);
    const assigned = await send({ method: "PUT", path, body: requestOf(draft) }, Assignment);
    say(`${assigned.scriptName} serves ${whereOf(assigned)}`);
    route("/assignments");
  });
  return (
    <form class="form" onSubmit={onSubmit}>
      <SelectField
        label="Place"
        value={draft.place}
        disabled={found !== undefined}
        options={Place.options.map((place) => ({ value: place, text: PLACE_NAMES[place] }))}
        hint={`For ${PLACES[draft.place].what}`}
        onValue={(text) => set({ place: Place.parse(text), keys: ["", ""] })}
      />
      <KeyFields draft={draft} set={set} customers={customers} isFixed={found !== undefined} />
      <ScriptField draft={draft} set={set} scripts={scripts} />
      <TimeoutFields draft={draft} set={set} wrong={wrong} />
      <DriverFields draft={draft} set={set} />
      <TomlField
        label="Variables"
        hint="TOML. Each table and key stands beside routing in the script's data"
        path={`${draft.place}.vars.toml`}
        value={draft.vars}
        onValue={(vars) => setDraft((before) => ({ ...before, vars }))}
        problem={problem}
      />
      {found?.place === "alert-driver" && <NewestAlert driver={keysOf(found)[0] ?? ""} />}
      {found?.place === "form" && <FormAddress form={keysOf(found)[0] ?? ""} />}
      {problem !== null && <ProblemNote problem={problem} />}
      <div class="actions">
        <button type="submit" class="primary" disabled={isBusy || wrong.size > 0}>
          {found === undefined ? "Assign" : "Save"}
        </button>
        <a class="button" href="/assignments">
          Back
        </a>
        {found !== undefined && <Removal assignment={found} />}
      </div>
    </form>
  );
}

function Removal({ assignment }: { assignment: Assignment }): JSX.Element {
  const { route } = useLocation();
  return (
    <DeleteButton
      label="Take the script away"
      title="Take the script away?"
      path={apiPath(assignment.place, keysOf(assignment))}
      onDeleted={() => {
        say(`${assignment.scriptName} no longer serves ${whereOf(assignment)}`);
        route("/assignments");
      }}
    >
      New calls there go on unchanged. The script itself stays; the variables of this assignment are
      lost.
    </DeleteButton>
  );
}
