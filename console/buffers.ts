// What somebody has in the editor. It stays while they look at other pages, until the tab is closed.

import { signal, type Signal } from "@preact/signals";

/** A place of a text that is marked, counted from 1. */
export type Mark = { line: number; column: number; message: string; severity: "error" | "warning" };

/** `saved` is what the control plane has of the text. */
export type Buffer = {
  text: Signal<string>;
  saved: Signal<string>;
  /** What publishing the text would say. */
  marks: Signal<readonly Mark[]>;
  /** Where the last run of a text failed. */
  failure: Signal<{ text: string; mark: Mark } | null>;
  /** JSON text that the script is run with, and the sample that it began with. */
  input: Signal<string>;
  sample: Signal<string>;
  /** The function that is run, "" for main. */
  fn: Signal<string>;
};

const buffers = new Map<string, Buffer>();

export function findBuffer(script: string): Buffer | undefined {
  return buffers.get(script);
}

export function openBuffer(
  script: string,
  { text, input, sample, fn }: Record<"text" | "input" | "sample" | "fn", string>,
): Buffer {
  const buffer: Buffer = {
    text: signal(text),
    saved: signal(text),
    marks: signal([]),
    failure: signal(null),
    input: signal(input),
    sample: signal(sample),
    fn: signal(fn),
  };
  buffers.set(script, buffer);
  return buffer;
}

export function closeBuffer(script: string): void {
  buffers.delete(script);
}

export function closeAllBuffers(): void {
  buffers.clear();
}

/** Whether there is something that is not saved. */
export function isEdited(script: string): boolean {
  const buffer = buffers.get(script);
  return buffer !== undefined && buffer.text.value !== buffer.saved.value;
}

/** Whether there is something that would be lost with the tab. */
export function isAnyEdited(): boolean {
  return buffers.keys().some(isEdited);
}

window.addEventListener("beforeunload", (event) => {
  if (isAnyEdited()) event.preventDefault();
});
