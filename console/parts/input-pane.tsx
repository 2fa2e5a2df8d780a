// What a script is run with: a sample, or any JSON.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Sample } from "../../schemas/sample.ts";
import { send, tell } from "../api.ts";
import { part } from "../path-part.ts";
import type { Buffer } from "../buffers.ts";
import { CodeEditor } from "./code-editor.tsx";
import { Dialog } from "./dialog.tsx";
import { DialogForm } from "./dialog-form.tsx";
import { TextField } from "./field.tsx";
import { say } from "./toast.tsx";

type Props = {
  script: string;
  samples: readonly Sample[];
  buffer: Pick<Buffer, "input" | "sample" | "fn">;
  /** A sample was kept or deleted. */
  onChanged: () => void;
};

export function InputPane({ script, samples, buffer, onChanged }: Props): JSX.Element {
  const { input, sample, fn } = buffer;
  const [isNaming, setNaming] = useState(false);
  const chosen = samples.find(({ name }) => name === sample.value);
  const choose = (name: string): void => {
    sample.value = name;
    const found = samples.find((one) => one.name === name);
    if (found === undefined) return;
    input.value = textOf(found.data);
    fn.value = functionFor(name);
  };
  const drop = async (): Promise<void> => {
    await tell({ method: "DELETE", path: `/scripts/${script}/samples/${part(sample.value)}` });
    say(`The sample ${sample.value} is deleted`);
    onChanged();
  };
  return (
    <section class="pane input-pane" aria-label="Input">
      <header class="pane-head">
        <h2>Input</h2>
        <SampleSelect samples={samples} value={sample.value} onValue={choose} />
        <FunctionField fn={fn} />
        <button
          type="button"
          class="quiet"
          title="Keep the input as a sample"
          onClick={() => setNaming(true)}
        >
          Keep…
        </button>
        {chosen?.builtIn === false && (
          <button type="button" class="quiet" onClick={() => void drop()}>
            Delete
          </button>
        )}
      </header>
      <CodeEditor label="Input, JSON" language="json" path={`${script}.input.json`} text={input} />
      {isNaming && (
        <NameDialog
          script={script}
          input={input.value}
          place={chosen?.place ?? "run"}
          name={chosen?.builtIn === false ? chosen.name : ""}
          onClose={() => setNaming(false)}
          onKept={(name) => {
            sample.value = name;
            onChanged();
          }}
        />
      )}
    </section>
  );
}

type SelectProps = {
  samples: readonly Sample[];
  value: string;
  onValue: (name: string) => void;
};

function SampleSelect({ samples, value, onValue }: SelectProps): JSX.Element {
  return (
    <select
      aria-label="Sample"
      value={value}
      onChange={(event) => onValue(event.currentTarget.value)}
    >
      {samples.map(({ name, builtIn, place }) => (
        <option key={name} value={name}>
          {builtIn ? name : `${name} (yours${place === "run" ? "" : `, ${place}`})`}
        </option>
      ))}
    </select>
  );
}

function FunctionField({ fn }: Pick<Buffer, "fn">): JSX.Element {
  return (
    <input
      class="fn"
      type="text"
      aria-label="Function"
      placeholder="main"
      spellcheck={false}
      value={fn.value}
      onInput={(event) => {
        fn.value = event.currentTarget.value;
      }}
    />
  );
}

/** What a driver is asked for with a built-in sample; "" for main. */
export function functionFor(sample: string): string {
  const [, name] = /^did-(search|allocate|release)$/.exec(sample) ?? [];
  return name ?? "";
}

/** How data of a sample stands in the editor. */
export function textOf(data: unknown): string {
  return JSON.stringify(data, null, 2);
}

type NameProps = {
  script: string;
  input: string;
  place: Sample["place"];
  name: string;
  onClose: () => void;
  onKept: (name: string) => void;
};

function NameDialog(props: NameProps): JSX.Element {
  const { script, input, place, onClose, onKept } = props;
  const [name, setName] = useState(props.name);
  const submit = async (): Promise<void> => {
    const path = `/scripts/${script}/samples/${part(name.trim())}`;
    const body: unknown = { place, data: JSON.parse(input) };
    const kept = await send({ method: "PUT", path, body }, Sample);
    say(`The input is kept as ${kept.name}`);
    onKept(kept.name);
    onClose();
  };
  return (
    <Dialog title="Keep this input as a sample" onClose={onClose}>
      <DialogForm label="Keep" onClose={onClose} submit={submit}>
        <TextField
          label="Name"
          value={name}
          onValue={setName}
          required
          hint="A name that is taken is replaced"
        />
      </DialogForm>
    </Dialog>
  );
}
