// What a page shows of the control plane: on its way, there, or not to be had.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./api.ts";

export type Loaded<Value> =
  | { is: "loading" }
  | { is: "failed"; problem: Problem }
  /** With a problem where it could not be loaded again: then the value is what was there. */
  | { is: "ready"; value: Value; problem: Problem | null };

export type Reloadable<Value> = { state: Loaded<Value>; reload: () => void };

/**
 * Loads when the page is first drawn and when one of `inputs` changes. While it loads again, what was there stays, so that the page
 * does not jump.
 */
export function useLoaded<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  inputs: readonly unknown[],
): Reloadable<Value> {
  const [state, setState] = useState<Loaded<Value>>({ is: "loading" });
  const [round, setRound] = useState(0);
  const shownFor = useRef<readonly unknown[]>([]);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  useEffect(() => {
    const abort = new AbortController();
    const begin = async (): Promise<void> => {
      const loaded = await settle(load(abort.signal));
      if (abort.signal.aborted) return;
      const isAgain = inputs.every((input, index) => input === shownFor.current[index]);
      if (loaded.is === "ready") shownFor.current = inputs;
      setState((before) => (isAgain ? orStale(loaded, before) : loaded));
    };
    void begin();
    return () => abort.abort();
  }, [...inputs, round]);
  return { state, reload };
}

/** What was loaded, or what was there before, with the problem that it could not be loaded again. */
function orStale<Value>(loaded: Loaded<Value>, before: Loaded<Value>): Loaded<Value> {
  if (loaded.is !== "failed" || before.is !== "ready") return loaded;
  return { ...before, problem: loaded.problem };
}

async function settle<Value>(loading: Promise<Value>): Promise<Loaded<Value>> {
  try {
    return { is: "ready", value: await loading, problem: null };
  } catch (error) {
    return { is: "failed", problem: asProblem(error) };
  }
}

/** Whatever was thrown, as a problem that can be shown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new Problem({ status: 0, code: "internal", detail });
}
