// A line between two panes that can be moved, with the pointer and with the arrow keys.

import { signal } from "@preact/signals";
import type { JSX } from "preact";

const KEY = "scriptforge-side-share";
const LEAST = 20;
const MOST = 75;
const FIRST = 38;
const STEP = 2;

/** The share of the right pane, in percent of both. Kept in this browser. */
export const sideShare = signal(bounded(Number(localStorage.getItem(KEY) ?? FIRST)));

function bounded(share: number): number {
  return Math.min(MOST, Math.max(LEAST, Number.isFinite(share) ? share : FIRST));
}

function move(share: number): void {
  sideShare.value = bounded(share);
  localStorage.setItem(KEY, String(sideShare.value));
}

function followPointer(line: HTMLElement, pointerId: number): void {
  const both = line.parentElement?.getBoundingClientRect();
  if (both === undefined) return;
  line.setPointerCapture(pointerId);
  const follow = ({ clientX }: PointerEvent): void =>
    move(((both.right - clientX) / both.width) * 100);
  line.addEventListener("pointermove", follow);
  const stop = (): void => line.removeEventListener("pointermove", follow);
  line.addEventListener("lostpointercapture", stop, { once: true });
}

/** Stands among the panes, in the element whose width they share. */
export function Splitter(): JSX.Element {
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(sideShare.value + step);
  };
  return (
    <div
      class="splitter"
      role="separator"
      aria-label="Width of the panes"
      aria-orientation="vertical"
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={Math.round(sideShare.value)}
      tabIndex={0}
      onPointerDown={(event) => followPointer(event.currentTarget, event.pointerId)}
      onKeyDown={onKeyDown}
      onDblClick={() => move(FIRST)}
    />
  );
}
