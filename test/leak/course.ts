// The order in which a case's functions are called.

import type { Answer } from "./leak-case.ts";

/** Calls a function of a script. */
export type Call = (name: "leave" | "look") => Promise<Answer>;

/** What the calls of a course answered, each kind in its order. */
export type Course = { looks: Answer[]; lefts: Answer[] };

/** Looks before anything was left, after it was left once, and after it was left twice more. One call after the other. */
export async function runCourse(call: Call): Promise<Course> {
  const looks = [await call("look")];
  const lefts = [await call("leave")];
  looks.push(await call("look"));
  lefts.push(await call("leave"), await call("leave"));
  looks.push(await call("look"));
  return { looks, lefts };
}

/** Both at once, so that they may meet in the cell. */
export async function runTogether(call: Call): Promise<Course> {
  const [left, look] = await Promise.all([call("leave"), call("look")]);
  return { looks: [look], lefts: [left] };
}
