// A labelled field of a form, with what it is for below it, or what is wrong with what it has.

import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { Problem } from "../api.ts";
import { asProblem } from "../loaded.ts";

type FieldProps = {
  label: string;
  hint?: ComponentChildren;
  /** What is wrong, where something is. */
  wrong?: string | undefined;
  /** Draws the input, which gets the ids that tie the label and the hint to it. */
  children: (ids: {
    id: string;
    "aria-describedby": string;
    "aria-invalid": boolean;
  }) => JSX.Element;
};

export function Field({ label, hint, wrong, children }: FieldProps): JSX.Element {
  const id = useId();
  const describedBy = `${id}-hint`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-describedby": describedBy, "aria-invalid": wrong !== undefined })}
      <p class={wrong === undefined ? "hint" : "hint wrong"} id={describedBy}>
        {wrong ?? hint}
      </p>
    </div>
  );
}

type TextProps = Omit<FieldProps, "children"> & {
  value: string;
  onValue: (value: string) => void;
  type?: "text" | "password" | "number";
  /** Id of a datalist. */
  list?: string;
  placeholder?: string;
  required?: boolean;
  disabled?: boolean;
  min?: number;
  max?: number;
  step?: "any";
  autocomplete?: "current-password";
};

export function TextField(props: TextProps): JSX.Element {
  const { label, hint, wrong, type = "text", list, ...rest } = props;
  const { onValue, autocomplete = "off", ...input } = rest;
  const shared = {
    ...input,
    autocomplete,
    spellcheck: false,
    onInput: (event: { currentTarget: HTMLInputElement }) => onValue(event.currentTarget.value),
  } as const;
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(ids) => {
        if (list !== undefined) return <input {...ids} {...shared} type="text" list={list} />;
        if (type === "number") return <input {...ids} {...shared} type="number" />;
        if (type === "password") return <input {...ids} {...shared} type="password" />;
        return <input {...ids} {...shared} type="text" />;
      }}
    </Field>
  );
}

type CodeProps = Omit<FieldProps, "children" | "wrong"> & {
  rows: number;
  value: string;
  onValue: (value: string) => void;
};

/** Text of several lines, every letter as wide as the next. */
export function CodeField(props: CodeProps): JSX.Element {
  const { label, hint, rows, value, onValue } = props;
  return (
    <Field label={label} hint={hint}>
      {(ids) => (
        <textarea
          {...ids}
          class="code-text"
          rows={rows}
          spellcheck={false}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export type Option = { value: string; text: string };

type SelectProps = Omit<FieldProps, "children"> & {
  value: string;
  options: readonly Option[];
  onValue: (value: string) => void;
  disabled?: boolean;
};

export function SelectField({ label, hint, wrong, ...select }: SelectProps): JSX.Element {
  const { value, options, onValue, disabled = false } = select;
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(ids) => (
        <select
          {...ids}
          value={value}
          disabled={disabled}
          onChange={(event) => onValue(event.currentTarget.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** What a form does when it is sent, or a question when it is answered: at most once at a time, with why it failed. */
export function useSubmit(act: () => Promise<void>): {
  problem: Problem | null;
  isBusy: boolean;
  onSubmit: (event: Event) => void;
} {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    act()
      .catch((error: unknown) => setProblem(asProblem(error)))
      .finally(() => setBusy(false));
  };
  return { problem, isBusy, onSubmit };
}
