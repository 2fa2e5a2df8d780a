// A JSON value that can be unfolded. What is in it stands in the page as text.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { isExactNumber } from "../../schemas/exact-numbers.ts";

/** Members that are drawn at first, and each time somebody asks for more. */
const STEP = 100;
/** Levels that are unfolded at first. */
const OPEN_LEVELS = 2;
/** Longest text that is drawn as a whole. */
const MAX_TEXT = 2_000;

type Props = { value: unknown; name?: string; level?: number };

export function JsonTree({ value, name, level = 0 }: Props): JSX.Element {
  const label = name === undefined ? undefined : <span class="json-name">{name}: </span>;
  if (typeof value === "object" && value !== null && !isExactNumber(value)) {
    return <Holder value={value} label={label} level={level} />;
  }
  return (
    <div class="json-line">
      {label}
      <Leaf value={value} />
    </div>
  );
}

type HolderProps = { value: object; label: ComponentChildren; level: number };

function Holder({ value, label, level }: HolderProps): JSX.Element {
  const [isOpen, setOpen] = useState(level < OPEN_LEVELS);
  const [count, setCount] = useState(STEP);
  const members = Object.entries(value);
  const brackets = Array.isArray(value) ? `[ ${members.length} ]` : `{ ${members.length} }`;
  if (members.length === 0) {
    return (
      <div class="json-line">
        {label}
        <span class="json-count">{Array.isArray(value) ? "[]" : "{}"}</span>
      </div>
    );
  }
  return (
    <details
      class="json-holder"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        {label}
        <span class="json-count">{brackets}</span>
      </summary>
      {isOpen && (
        <div class="json-members">
          {members.slice(0, count).map(([key, member]) => (
            <JsonTree key={key} name={key} value={member} level={level + 1} />
          ))}
          {members.length > count && (
            <button type="button" class="link" onClick={() => setCount(count + STEP)}>
              Show {Math.min(STEP, members.length - count)} more of {members.length}
            </button>
          )}
        </div>
      )}
    </details>
  );
}

function Leaf({ value }: { value: unknown }): JSX.Element {
  if (isExactNumber(value)) return <span class="json-number">{value.rawJSON}</span>;
  const text = JSON.stringify(value) ?? "undefined";
  const kind = value === null ? "null" : typeof value;
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return <span class={`json-${kind}`}>{shown}</span>;
}
