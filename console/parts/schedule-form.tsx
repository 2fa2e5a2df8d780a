// When a script runs by itself.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { cronOf, Schedule } from "../../schemas/schedule.ts";
import { find, send } from "../api.ts";
import { fullTime } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { DeleteButton } from "./dialog.tsx";
import { SelectField, TextField, useSubmit } from "./field.tsx";
import { Shown } from "./page.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { say } from "./toast.tsx";

export function ScheduleForm({ script }: { script: string }): JSX.Element {
  const path = `/scripts/${script}/schedule`;
  const schedule = useLoaded(
    async (signal) => (await find(path, Schedule, signal)) ?? null,
    [path],
  );
  return (
    <section class="block">
      <h2>Schedule</h2>
      <Shown of={schedule}>
        {(value) => (
          <Form
            key={JSON.stringify(value)}
            schedule={value}
            path={path}
            onChanged={schedule.reload}
          />
        )}
      </Shown>
    </section>
  );
}

type FormProps = { schedule: Schedule | null; path: string; onChanged: () => void };

const OVERLAPS = [
  { value: "skip", text: "Leave this time out" },
  { value: "queue", text: "Queue it behind" },
];
const MISFIRES = [
  { value: "once", text: "Run once afterwards" },
  { value: "skip", text: "Leave them out" },
];

type Draft = {
  cron: string;
  timeZone: string;
  overlap: string;
  misfire: string;
  enabled: boolean;
  input: unknown;
};

const NEW: Draft = {
  cron: "",
  timeZone: "UTC",
  overlap: "skip",
  misfire: "once",
  enabled: true,
  input: {},
};

function draftOf(schedule: Schedule | null): Draft {
  if (schedule === null) return NEW;
  const { lists, cron, timeZone, overlap, misfire, enabled, input } = schedule;
  const text = lists === null ? (cron ?? "") : cronOf(lists);
  return { cron: text, timeZone, overlap, misfire, enabled, input };
}

function Form({ schedule, path, onChanged }: FormProps): JSX.Element {
  const [draft, setDraft] = useState(draftOf(schedule));
  const { problem, isBusy, onSubmit } = useSubmit(async () => {
    await send({ method: "PUT", path, body: draft }, Schedule);
    say("The schedule is saved");
    onChanged();
  });
  return (
    <form class="form" onSubmit={onSubmit}>
      <Fields
        draft={draft}
        set={(change) => setDraft({ ...draft, ...change })}
        nextAt={schedule?.nextAt ?? null}
      />
      {problem !== null && <ProblemNote problem={problem} />}
      <div class="actions">
        <button type="submit" disabled={isBusy}>
          {schedule === null ? "Schedule it" : "Save the schedule"}
        </button>
        {schedule !== null && (
          <DeleteButton
            label="Take the schedule away"
            title="Take the schedule away?"
            path={path}
            onDeleted={onChanged}
          >
            The script runs by itself no more. Jobs that are queued stay.
          </DeleteButton>
        )}
      </div>
    </form>
  );
}

type FieldsProps = {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  nextAt: string | null;
};

function Fields({ draft, set, nextAt }: FieldsProps): JSX.Element {
  return (
    <>
      <div class="field-row">
        <TextField
          label="Cron"
          value={draft.cron}
          onValue={(cron) => set({ cron })}
          required
          placeholder="*/15 9-17 * * 1-5"
          hint="Minute, hour, day of the month, month, day of the week"
        />
        <TextField
          label="Time zone"
          value={draft.timeZone}
          onValue={(timeZone) => set({ timeZone })}
          hint="Europe/London, UTC"
        />
      </div>
      <div class="field-row">
        <SelectField
          label="While the one before runs"
          value={draft.overlap}
          options={OVERLAPS}
          onValue={(overlap) => set({ overlap })}
        />
        <SelectField
          label="Times at which nothing ran"
          value={draft.misfire}
          options={MISFIRES}
          onValue={(misfire) => set({ misfire })}
        />
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={draft.enabled}
          onChange={(event) => set({ enabled: event.currentTarget.checked })}
        />
        {nextAt === null ? "On" : `On: next at ${fullTime(nextAt)}`}
      </label>
    </>
  );
}
