// Variables as TOML, with the control plane's answer at the line that is at fault.

import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Problem } from "../api.ts";
import type { Mark } from "../buffers.ts";
import { marksOfProblem } from "../workbench.ts";
import { CodeEditor } from "./code-editor.tsx";

type Props = {
  label: string;
  hint: string;
  path: string;
  value: string;
  onValue: (value: string) => void;
  /** Why the form was refused. */
  problem: Problem | null;
};

export function TomlField({ label, hint, path, value, onValue, problem }: Props): JSX.Element {
  const text = useSignal(value);
  const marks = useSignal<readonly Mark[]>([]);
  useSignalEffect(() => onValue(text.value));
  useEffect(() => {
    marks.value = marksOfProblem(problem);
  }, [problem]);
  return (
    <div class="field">
      <span class="label">{label}</span>
      <div class="toml">
        <CodeEditor
          label={`${label}, TOML`}
          language="toml"
          path={path}
          text={text}
          marks={marks}
        />
      </div>
      <p class="hint">{hint}</p>
    </div>
  );
}
