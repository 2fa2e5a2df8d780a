// Runs the courses of the control, in a process of its own: a rejection that a script leaves unhandled would end it.

import { runCourse, type Course } from "./course.ts";
import { KeptRealm } from "./kept-realm.ts";

/** What the process is asked. It answers each with a `Course`. */
export type CourseOrder = { code: string; data: unknown };

process.on("unhandledRejection", () => undefined);
process.on("message", (order: CourseOrder) => {
  void run(order).then((course) => process.send?.(course));
});

async function run({ code, data }: CourseOrder): Promise<Course> {
  const realm = new KeptRealm(code);
  return await runCourse((name) => realm.call(name, data));
}
