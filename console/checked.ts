// Has the control plane check what somebody writes, while they write it.

import { useEffect } from "preact/hooks";
import type { Script } from "../schemas/script.ts";
import type { Buffer } from "./buffers.ts";
import { check } from "./workbench.ts";

/** How long nobody types before the text is checked. */
const PAUSE_MS = 500;

/** Marks what publishing the text would say: when its editor opens, and again a moment after each change. */
export function useCheck(script: Script, buffer: Buffer): void {
  const code = buffer.text.value;
  useEffect(() => {
    const abort = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const marks = await check(script, code, abort.signal);
        if (!abort.signal.aborted) buffer.marks.value = marks;
      } catch {
        // The marks stay as they are. Whoever saves, runs or publishes is told why nothing answers.
      }
    };
    const timer = setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      // An answer to this text says nothing of the next one.
      abort.abort();
    };
  }, [script.id, code]);
}
