// A new script: its name and type. Its code is written in the editor, which opens next.

import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { Script } from "../../schemas/script.ts";
import type { ScriptType } from "../../schemas/script-type.ts";
import { send } from "../api.ts";
import { TextField, useSubmit } from "../parts/field.tsx";
import { Page } from "../parts/page.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { TYPES } from "../starters.ts";

const ORDER: readonly ScriptType[] = ["script", "app", "driver"];

export function NewScriptPage(): JSX.Element {
  const { route } = useLocation();
  const [name, setName] = useState("");
  const [type, setType] = useState<ScriptType>("script");
  const { problem, isBusy, onSubmit } = useSubmit(async () => {
    const body = { name, type };
    const script = await send({ method: "POST", path: "/scripts", body }, Script);
    route(`/scripts/${script.id}`, true);
  });
  return (
    <Page title="New script">
      <form class="form" onSubmit={onSubmit}>
        <TextField
          label="Name"
          value={name}
          onValue={setName}
          required
          placeholder="do-not-call"
          hint="Other scripts require it by this name"
        />
        <fieldset class="cards">
          <legend>Type</legend>
          {ORDER.map((one) => (
            <label key={one} class="card">
              <input
                type="radio"
                name="type"
                value={one}
                checked={type === one}
                onChange={() => setType(one)}
              />
              <span class="card-title">{TYPES[one].text}</span>
              <span class="hint">{TYPES[one].hint}</span>
            </label>
          ))}
        </fieldset>
        {problem !== null && <ProblemNote problem={problem} />}
        <div class="actions">
          <button type="submit" class="primary" disabled={isBusy}>
            Create and write the code
          </button>
          <a class="button" href="/">
            Back
          </a>
        </div>
      </form>
    </Page>
  );
}
