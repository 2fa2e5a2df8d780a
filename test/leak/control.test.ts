import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, it } from "vitest";
import { ALL_CASES } from "./all-cases.ts";
import type { Course } from "./course.ts";
import type { CourseOrder } from "./kept-realm-process.ts";

let child: ChildProcess;
beforeAll(() => {
  child = fork(new URL("kept-realm-process.ts", import.meta.url));
});
afterAll(async () => {
  const exited = once(child, "exit");
  child.disconnect();
  await exited;
});

describe("in a realm that is used again without lockdown", () => {
  it("most of the cases leak", ({ expect }) => {
    const leaking = ALL_CASES.filter(({ unguarded }) => unguarded === "leaks");
    expect(leaking.length).toBeGreaterThan(ALL_CASES.length * 0.75);
  });

  for (const { name, code, left, data, unguarded } of ALL_CASES) {
    it(`${unguarded}: ${name}`, async ({ expect }) => {
      const { looks, lefts } = await run({ code, data });
      expect(lefts[0]).toMatchObject(left);
      expect(looks[0]?.is).toBe("value");
      const isSeen = looks.some((look) => !isDeepStrictEqual(look, looks[0]));
      expect(isSeen ? "leaks" : "holds").toBe(unguarded);
    });
  }
});

async function run(order: CourseOrder): Promise<Course> {
  child.send(order);
  const [course]: Course[] = await once(child, "message");
  if (course === undefined) throw new Error("Cannot run the course: no answer");
  return course;
}
