// Fields of an assignment that depend on its place.

import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { z } from "zod";
import {
  DEFAULT_TIMEOUT_ACTION,
  OnError,
  parseTimeoutAction,
  PLACES,
} from "../../schemas/assignment.ts";
import { LastAlert } from "../../schemas/alert.ts";
import type { Customer } from "../../schemas/customer.ts";
import type { Script } from "../../schemas/script.ts";
import { standardReason } from "../../schemas/sip.ts";
import { find, get } from "../api.ts";
import { part } from "../path-part.ts";
import { mostSeconds, type AssignmentDraft } from "../assignment-draft.ts";
import { fullTime } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { KEY_NAMES } from "../places.ts";
import { CopyButton } from "./copy-button.tsx";
import { SelectField, TextField } from "./field.tsx";
import { Shown } from "./page.tsx";

type Props = { draft: AssignmentDraft; set: (change: Partial<AssignmentDraft>) => void };

const ORDERS = [
  { value: "", text: "Choose when" },
  { value: "first", text: "Before the call's own script" },
  { value: "last", text: "After the call's own script" },
];

type KeyProps = Props & { customers: readonly Customer[]; isFixed: boolean };

/** The keys of the place: a customer and a route, a DID, a form. */
export function KeyFields({ draft, set, customers, isFixed }: KeyProps): JSX.Element {
  const listId = useId();
  const { keys } = PLACES[draft.place];
  const setKey = (index: number) => (value: string) =>
    set({ keys: draft.keys.map((old, at) => (at === index ? value : old)).slice(0, keys.length) });
  const [subject, detail] = keys;
  if (subject === "order") {
    return (
      <SelectField
        label="When"
        value={draft.keys[0] ?? ""}
        options={ORDERS}
        disabled={isFixed}
        onValue={setKey(0)}
      />
    );
  }
  return (
    <div class="field-row">
      <TextField
        label={KEY_NAMES[subject] ?? subject}
        value={draft.keys[0] ?? ""}
        list={listId}
        required
        disabled={isFixed}
        hint="As the routing engine calls it"
        onValue={setKey(0)}
      />
      {detail !== undefined && (
        <TextField
          label={KEY_NAMES[detail] ?? detail}
          value={draft.keys[1] ?? ""}
          required
          disabled={isFixed}
          onValue={setKey(1)}
        />
      )}
      {subject === "customer" && (
        <datalist id={listId}>
          {customers.map(({ id }) => (
            <option key={id} value={id} />
          ))}
        </datalist>
      )}
    </div>
  );
}

type ScriptProps = Props & { scripts: readonly Script[] };

/** Those of the scripts that the place takes. */
export function ScriptField({ draft, set, scripts }: ScriptProps): JSX.Element {
  const { takes } = PLACES[draft.place];
  const fitting = scripts.filter(({ type }) => takes.includes(type));
  const chosen = fitting.find(({ id }) => id === draft.script);
  const isUnpublished = chosen?.live === null;
  return (
    <SelectField
      label="Script"
      value={chosen?.id ?? ""}
      options={[
        ...(chosen === undefined ? [{ value: "", text: "Choose a script" }] : []),
        ...fitting.map(({ id, name, live }) => ({
          value: id,
          text: live === null ? `${name} (not published)` : name,
        })),
      ]}
      wrong={isUnpublished ? "It has no live version: publish it, or calls fail" : undefined}
      hint={`Takes type ${takes.join(" or ")}`}
      onValue={(script) => set({ script })}
    />
  );
}

/** What people choose when a call cannot wait any longer. */
const COMMON_CODES = [404, 408, 480, 486, 500, 503, 603, 604] as const;

type TimeoutProps = Props & { wrong: Map<"timeout" | "timeoutAction", string> };

export function TimeoutFields({ draft, set, wrong }: TimeoutProps): JSX.Element {
  const { decidesCalls } = PLACES[draft.place];
  const action = parseTimeoutAction(draft.timeoutAction.trim() || DEFAULT_TIMEOUT_ACTION);
  return (
    <>
      <div class="field-row">
        <TextField
          label="Timeout, seconds"
          type="number"
          step="any"
          min={0.01}
          max={mostSeconds(draft.place)}
          value={draft.timeout}
          placeholder="as the script's limit"
          wrong={wrong.get("timeout")}
          hint={`Empty: as the script's own limit. At most ${mostSeconds(draft.place)}`}
          onValue={(timeout) => set({ timeout })}
        />
        {decidesCalls && (
          <TextField
            label="Timeout Action"
            value={draft.timeoutAction}
            placeholder={DEFAULT_TIMEOUT_ACTION}
            wrong={wrong.get("timeoutAction")}
            hint={
              action?.is === "continue"
                ? "A 2xx lets the call go on unchanged"
                : "What the call is answered when time is up"
            }
            onValue={(timeoutAction) => set({ timeoutAction })}
          />
        )}
      </div>
      {decidesCalls && <ActionPicker draft={draft} set={set} />}
      {decidesCalls && (
        <SelectField
          label="Where the script fails"
          value={draft.onError}
          options={ON_ERROR}
          hint="A script that throws a SIP code, such as 404 Not Found, rejects the call in any case"
          onValue={(text) => set({ onError: OnError.parse(text) })}
        />
      )}
    </>
  );
}

const ON_ERROR = [
  { value: "reject", text: "Reject the call with 500 ScriptForge Error" },
  { value: "timeoutAction", text: "Do what the Timeout Action says" },
  { value: "continue", text: "Let the call go on unchanged" },
];

function ActionPicker({ draft, set }: Props): JSX.Element {
  return (
    <div class="picker" role="group" aria-label="Common Timeout Actions">
      {["200 OK", ...COMMON_CODES.map((code) => `${code} ${standardReason(code)}`)].map((text) => (
        <button
          key={text}
          type="button"
          class="pick"
          aria-pressed={draft.timeoutAction === text}
          onClick={() => set({ timeoutAction: text })}
        >
          {text === "200 OK" ? "200 OK, go on" : text}
        </button>
      ))}
    </div>
  );
}

export function DriverFields({ draft, set }: Props): JSX.Element | null {
  if (draft.place !== "did-driver" && draft.place !== "alert-driver") return null;
  return (
    <>
      <div class="field-row">
        <SelectField
          label="Mode"
          value={draft.mode}
          options={[
            { value: "live", text: "Live" },
            { value: "test", text: "Test" },
          ]}
          hint="The script reads it as process.env.DRIVER_MODE"
          onValue={(mode) => set({ mode: mode === "test" ? "test" : "live" })}
        />
        <TextField
          label="Company"
          value={draft.company}
          hint="Whose numbers or alerts these are"
          onValue={(company) => set({ company })}
        />
      </div>
      {draft.place === "alert-driver" && (
        <div class="field-row">
          <TextField
            label="Asked every, minutes"
            type="number"
            min={1}
            max={1_440}
            value={draft.everyMinutes}
            onValue={(everyMinutes) => set({ everyMinutes })}
          />
          <TextField
            label="Recipients"
            value={draft.recipients}
            hint="E-mail addresses and phone numbers, with commas between them"
            onValue={(recipients) => set({ recipients })}
          />
        </div>
      )}
    </>
  );
}

/** What came of an alert driver's newest run. */
export function NewestAlert({ driver }: { driver: string }): JSX.Element {
  const path = `/assignments/driver/alert/${part(driver)}/last`;
  const last = useLoaded(async (signal) => (await find(path, LastAlert, signal)) ?? null, [path]);
  return (
    <div class="field">
      <span class="label">Newest run</span>
      <Shown of={last}>
        {(value) => <p class="identity">{value === null ? "It has not run yet" : tellOf(value)}</p>}
      </Shown>
    </div>
  );
}

function tellOf({ at, raised, text, fault }: LastAlert): string {
  const when = fullTime(at);
  if (fault !== undefined) return `${when}: failed with ${fault.code}: ${fault.message}`;
  return raised ? `${when}: raised: ${text ?? "by its template"}` : `${when}: no alert`;
}

const FormUrl = z.object({ path: z.string() });

/** Where a form is sent to without a token. */
export function FormAddress({ form }: { form: string }): JSX.Element {
  const url = useLoaded(
    (signal) => get(`/assignments/form/${part(form)}/url`, FormUrl, signal),
    [form],
  );
  return (
    <div class="field">
      <span class="label">Public address</span>
      <Shown of={url}>
        {({ path }) => (
          <p class="identity">
            <code class="clip">{path}</code> <CopyButton text={path} />
          </p>
        )}
      </Shown>
      <p class="hint">Behind the address of an edge node. Whoever knows it may send the form</p>
    </div>
  );
}
