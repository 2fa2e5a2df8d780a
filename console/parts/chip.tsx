// A word in a small frame: a type, a version, how a run ended.

import type { ComponentChildren, JSX } from "preact";

export type Tone = "neutral" | "good" | "warn" | "bad" | "accent";

export function Chip({
  tone = "neutral",
  children,
}: {
  tone?: Tone;
  children: ComponentChildren;
}): JSX.Element {
  return <span class={`chip chip-${tone}`}>{children}</span>;
}

/** How a run ended: `ok`, `rejected` or the code of a fault. */
export function OutcomeChip({ outcome }: { outcome: string }): JSX.Element {
  return <Chip tone={toneOf(outcome)}>{outcome}</Chip>;
}

export function toneOf(outcome: string): Tone {
  if (outcome === "ok") return "good";
  if (outcome === "rejected") return "warn";
  return "bad";
}
