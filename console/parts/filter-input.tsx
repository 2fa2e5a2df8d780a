// Shortens a list, as somebody writes.

import type { JSX } from "preact";

type Props = {
  /** What is looked for, in the field and for screen readers. */
  label: string;
  value: string;
  onValue: (value: string) => void;
};

export function FilterInput({ label, value, onValue }: Props): JSX.Element {
  return (
    <input
      class="filter"
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      onInput={(event) => onValue(event.currentTarget.value)}
    />
  );
}
