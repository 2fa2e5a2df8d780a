import { describe, it } from "vitest";
import { compile } from "../../api/publish/publish.ts";
import { Fault } from "../../schemas/fault.ts";
import { Limits } from "../../schemas/limits.ts";
import type { ScriptType } from "../../schemas/script-type.ts";
import { ALL_CASES } from "./all-cases.ts";
import { GROUPS, type HostileCase } from "./hostile-case.ts";

describe("the attacks", () => {
  it("have each a name of its own", ({ expect }) => {
    const names = ALL_CASES.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => name.trim() !== name || name === "")).toEqual([]);
  });

  it("are many, in every group", ({ expect }) => {
    expect(ALL_CASES.length).toBeGreaterThanOrEqual(120);
    const sizes = GROUPS.map((name) => ALL_CASES.filter(({ group }) => group === name).length);
    expect(Math.min(...sizes)).toBeGreaterThan(10);
  });

  it("keep to limits that an account may set", ({ expect }) => {
    const beyond = ALL_CASES.filter(
      ({ limits }) => limits !== undefined && !Limits.partial().safeParse(limits).success,
    );
    expect(beyond).toEqual([]);
  });

  it("are accepted by the compiler, unless they are to be refused, and then where it says", async ({
    expect,
  }) => {
    const decided = ALL_CASES.filter((one) => one.expect.is !== "anything");
    const refusals = await Promise.all(decided.map(refusalOf));
    const got = decided.map((one, index) => ({
      name: one.name,
      code: refusals[index]?.code,
      // A case that names no line leaves it open.
      line: lineOf(one) === undefined ? undefined : refusals[index]?.facts.line,
    }));
    const wanted = decided.map((one) => ({
      name: one.name,
      code: one.expect.is === "refused" ? one.expect.code : undefined,
      line: lineOf(one),
    }));
    expect(got).toEqual(wanted);
  });

  it("are aimed at a victim whose code compiles, where there is one", async ({ expect }) => {
    const sources = ALL_CASES.flatMap(({ victim }) =>
      victim?.code === undefined ? [] : [{ code: victim.code, type: victim.type ?? "script" }],
    );
    const refusals = await Promise.all(sources.map(refusalOf));
    expect(refusals.filter((refusal) => refusal !== undefined)).toEqual([]);
  });

  it("have a victim's code where the victim is another script", ({ expect }) => {
    const without = ALL_CASES.filter(
      ({ victim }) => victim !== undefined && victim.of !== "itself" && victim.code === undefined,
    );
    expect(without).toEqual([]);
  });
});

function lineOf({ expect }: HostileCase): number | undefined {
  return expect.is === "refused" ? expect.line : undefined;
}

async function refusalOf({
  code,
  type,
}: {
  code: string;
  type: ScriptType;
}): Promise<Fault | undefined> {
  try {
    await compile(code, { account: "corpus", script: "corpus", type });
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}
