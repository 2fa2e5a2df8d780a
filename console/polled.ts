// What a page shows again and again, as long as somebody looks at it.

import { useEffect, useState } from "preact/hooks";
import { useLoaded, type Reloadable } from "./loaded.ts";

/** As `useLoaded`, and again each `everyMs` while the tab is in front. */
export function usePolled<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  inputs: readonly unknown[],
  everyMs: number,
): Reloadable<Value> {
  const loaded = useLoaded(load, inputs);
  const { reload } = loaded;
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
  return loaded;
}

/** Whether somebody looks at the tab. */
export function useInFront(): boolean {
  const [isInFront, setInFront] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = (): void => setInFront(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return isInFront;
}
