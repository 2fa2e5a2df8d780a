// Says for some seconds what has been done, where nothing else on the page shows it.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "./icon.tsx";

/** `undo` takes it back: a word for the button, and what it does. */
type Toast = { id: number; text: string; undo?: { label: string; act: () => void } | undefined };

const SHOWN_MS = 6_000;
const toasts = signal<Toast[]>([]);
let last = 0;

export function say(text: string, undo?: Toast["undo"]): void {
  last += 1;
  const toast = { id: last, text, undo };
  toasts.value = [...toasts.value.slice(-2), toast];
  setTimeout(() => drop(toast.id), SHOWN_MS);
}

function drop(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, undo }) => (
        <div class="toast" key={id}>
          <Icon name="check" />
          <span>{text}</span>
          {undo !== undefined && (
            <button
              type="button"
              class="link"
              onClick={() => {
                drop(id);
                undo.act();
              }}
            >
              {undo.label}
            </button>
          )}
          <button type="button" class="quiet" aria-label="Dismiss" onClick={() => drop(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
