// Timers as apps see them: counted, and each callback on the run's budget.

import { logUncaught } from "./console.ts";
import { replaceGlobal } from "./globals.ts";
import { present } from "./present.ts";

/** Most timers of one run, over all its time. workerd has some more, which the prelude needs itself. */
const MAX_TIMERS = 9_000;

type Callback = (...values: unknown[]) => unknown;
type SetTimer = (callback: Callback, ms?: number, ...values: unknown[]) => unknown;

/** Puts counted timers in the place of workerd's, which are then nowhere to be found. */
export function installTimers(): void {
  const setTimer = setTimeout;
  replaceGlobal("clearImmediate", clearTimeout);
  replaceGlobal(
    "setImmediate",
    counted("setImmediate", (callback) => setTimer(callback, 0)),
  );
  replaceGlobal("setInterval", counted("setInterval", setInterval));
  replaceGlobal("setTimeout", counted("setTimeout", setTimeout));
}

function counted(name: string, set: SetTimer): SetTimer {
  return (callback, ms, ...values) => {
    const owner = present;
    if (owner !== undefined) owner.timers += 1;
    if ((owner?.timers ?? 0) > MAX_TIMERS)
      throw new RangeError(`More than ${MAX_TIMERS} timers in one run`);
    if (typeof callback !== "function") throw new TypeError(`${name} needs a function`);
    return set(() => {
      owner?.budget.wake();
      try {
        return callback(...values);
      } catch (error) {
        return logUncaught("A timer's callback threw:", error);
      }
    }, ms);
  };
}
