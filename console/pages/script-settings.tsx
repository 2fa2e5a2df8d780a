// What a script may use, whom it may reach, its variables, and its end.

import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { MAX_CPU_MS, MAX_WALL_MS } from "../../schemas/limits.ts";
import { Script } from "../../schemas/script.ts";
import { send } from "../api.ts";
import { closeBuffer } from "../buffers.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { DeleteButton } from "../parts/dialog.tsx";
import { EnvTable } from "../parts/env-table.tsx";
import { CodeField, SelectField, TextField, useSubmit } from "../parts/field.tsx";
import { LoadedScript, loadScript } from "../parts/loaded-script.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { ScheduleForm } from "../parts/schedule-form.tsx";
import { ScriptFrame } from "../parts/script-frame.tsx";
import { say } from "../parts/toast.tsx";

export function ScriptSettingsPage(): JSX.Element {
  return (
    <LoadedScript load={loadScript}>
      {(script, reload) => (
        <ScriptFrame script={script}>
          <SettingsForm key={script.updatedAt} script={script} onSaved={reload} />
          <section class="block">
            <h2>Variables of this script</h2>
            <EnvTable path={`/scripts/${script.id}/env`} whose="this script" />
          </section>
          <ScheduleForm script={script.id} />
          <Ending script={script} />
        </ScriptFrame>
      )}
    </LoadedScript>
  );
}

type FormProps = { script: Script; onSaved: () => void };

type Texts = Record<
  "name" | "cpuMs" | "wallMs" | "subrequests" | "reach" | "hosts" | "expose" | "isolation",
  string
>;

function textsOf({ name, limits, egress, expose, isolation }: Script): Texts {
  return {
    name,
    cpuMs: String(limits.cpuMs),
    wallMs: String(limits.wallMs),
    subrequests: String(limits.subrequests),
    reach: egress === null ? "all" : "listed",
    hosts: egress?.hosts.join("\n") ?? "",
    expose: expose.join("\n"),
    isolation: isolation ?? "",
  };
}

function changesOf(texts: Texts): Record<string, unknown> {
  const { name, cpuMs, wallMs, subrequests, reach, hosts, expose, isolation } = texts;
  return {
    name,
    limits: { cpuMs: Number(cpuMs), wallMs: Number(wallMs), subrequests: Number(subrequests) },
    expose: linesOf(expose),
    egress: reach === "all" ? null : { hosts: linesOf(hosts) },
    ...(isolation === "" ? {} : { isolation }),
  };
}

function linesOf(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function SettingsForm({ script, onSaved }: FormProps): JSX.Element {
  const [texts, setTexts] = useState(textsOf(script));
  const set = (name: keyof Texts) => (value: string) => setTexts({ ...texts, [name]: value });
  const { problem, isBusy, onSubmit } = useSubmit(async () => {
    const path = `/scripts/${script.id}`;
    await send({ method: "PATCH", path, body: changesOf(texts) }, Script);
    say("The settings are saved");
    onSaved();
  });
  return (
    <form class="form block" onSubmit={onSubmit}>
      <TextField label="Name" value={texts.name} onValue={set("name")} required />
      <LimitFields script={script} texts={texts} set={set} />
      {script.type !== "script" && <ReachFields texts={texts} set={set} />}
      <CodeField
        label="Functions that may be called by name"
        value={texts.expose}
        onValue={set("expose")}
        hint="One on a line, besides main and what the script exports"
        rows={3}
      />
      <SelectField
        label="Isolation"
        value={texts.isolation}
        onValue={set("isolation")}
        options={[
          ...(script.isolation === null ? [{ value: "", text: "As suits its type and code" }] : []),
          { value: "scope", text: "Warm: a new module scope for every call" },
          { value: "call", text: "New: an isolate of its own for every call" },
        ]}
      />
      {problem !== null && <ProblemNote problem={problem} />}
      <div class="actions">
        <button type="submit" class="primary" disabled={isBusy}>
          Save the settings
        </button>
      </div>
    </form>
  );
}

type FieldsProps = { texts: Texts; set: (name: keyof Texts) => (value: string) => void };

function ReachFields({ texts, set }: FieldsProps): JSX.Element {
  return (
    <>
      <SelectField
        label="Network"
        value={texts.reach}
        onValue={set("reach")}
        options={[
          { value: "all", text: "Every public host" },
          { value: "listed", text: "The hosts of a list alone" },
        ]}
      />
      {texts.reach === "listed" && (
        <CodeField
          label="Hosts it may reach"
          value={texts.hosts}
          onValue={set("hosts")}
          hint="One on a line: example.com, *.example.com, example.com:8443. Empty: none at all"
          rows={3}
        />
      )}
    </>
  );
}

function LimitFields({ script, texts, set }: FieldsProps & { script: Script }): JSX.Element {
  const mostCpu = MAX_CPU_MS[script.type];
  return (
    <div class="field-row">
      <TextField
        label="CPU time, ms"
        type="number"
        min={1}
        max={mostCpu}
        value={texts.cpuMs}
        onValue={set("cpuMs")}
        hint={`At most ${mostCpu}`}
      />
      <TextField
        label="Elapsed time, ms"
        type="number"
        min={10}
        max={MAX_WALL_MS}
        value={texts.wallMs}
        onValue={set("wallMs")}
        hint={`At most ${MAX_WALL_MS}`}
      />
      <TextField
        label="Requests"
        type="number"
        min={0}
        max={1_000}
        value={texts.subrequests}
        onValue={set("subrequests")}
        hint="Of one run"
        disabled={script.type === "script"}
      />
    </div>
  );
}

function Ending({ script }: { script: Script }): JSX.Element {
  const { route } = useLocation();
  return (
    <section class="block">
      <h2>Identity and end</h2>
      <p class="identity">
        <code>{script.id}</code> <CopyButton text={script.id} label="Copy the id" />
      </p>
      <DeleteButton
        label="Delete the script"
        title={`Delete ${script.name}?`}
        path={`/scripts/${script.id}`}
        onDeleted={() => {
          closeBuffer(script.id);
          say(`${script.name} is deleted`);
          route("/");
        }}
      >
        All its versions, samples and variables go with it, and cannot be brought back. A script
        that is assigned somewhere cannot be deleted.
      </DeleteButton>
    </section>
  );
}
