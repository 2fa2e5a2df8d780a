import { describe, it } from "vitest";
import { readBatchAnswer } from "../../schemas/batch-answer.ts";
import { EgressLedger, FORGET_MS } from "./egress.ts";

const owner = { account: "a", script: "s" };
const RULES = { owner, isolate: "run", limits: { subrequests: 2 }, egressHosts: null };
const TARGET = { host: "example.com", port: "443" };
const FAULT = {
  is: "fault",
  code: "subrequests_exceeded",
  message: "The script made more than 2 requests, which is its limit",
};

describe("a run's network", () => {
  it("counts its requests, and counts for no other run", ({ expect }) => {
    const ledger = new EgressLedger();
    using first = ledger.open(RULES);
    using second = ledger.open({ ...RULES, isolate: "other" });
    expect([first.count(), first.count(), first.count(), first.count()]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(second.count()).toBe(true);
    expect(ledger.find("run")).toBe(first);
    expect(ledger.find("other")).toBe(second);
  });

  it("is over with the run", ({ expect }) => {
    const ledger = new EgressLedger();
    {
      using egress = ledger.open(RULES);
      expect(ledger.find("run")).toBe(egress);
    }
    expect(ledger.find("run")).toBeUndefined();
  });

  it("is forgotten in time where a run has no end", ({ expect, onTestFinished }) => {
    const { now } = Date;
    onTestFinished(() => {
      Date.now = now;
    });
    const ledger = new EgressLedger();
    ledger.open(RULES);
    Date.now = () => now() + FORGET_MS / 2;
    using later = ledger.open({ ...RULES, isolate: "later" });
    expect(ledger.find("run")).toBeDefined();
    Date.now = () => now() + FORGET_MS + 1_000;
    using last = ledger.open({ ...RULES, isolate: "last" });
    expect(ledger.find("run")).toBeUndefined();
    expect([ledger.find("later"), ledger.find("last")]).toEqual([later, last]);
  });

  it("reaches every host, or the named ones", ({ expect }) => {
    const ledger = new EgressLedger();
    const reaches = (egressHosts: string[] | null): boolean =>
      ledger.open({ ...RULES, egressHosts }).allows(TARGET);
    expect(reaches(null)).toBe(true);
    expect(reaches([])).toBe(false);
    expect(reaches(["", "other.example", "Example.com"])).toBe(true);
    expect(reaches(["other.example", "not a host"])).toBe(false);
  });
});

describe("a guarded run", () => {
  it("answers as it does, or fails as it does", async ({ expect }) => {
    using egress = new EgressLedger().open(RULES);
    egress.count();
    expect(await egress.guard(Promise.resolve("answer"))).toBe("answer");
    await expect(egress.guard(Promise.reject(new Error("gone")))).rejects.toThrow("gone");
  });

  it("ends at the first request too many, whether or not it ever answers", async ({ expect }) => {
    using egress = new EgressLedger().open(RULES);
    const hung = egress.guard(new Promise(() => undefined));
    const { promise, resolve } = Promise.withResolvers<string>();
    const answered = egress.guard(promise);
    for (let requests = 0; requests < 3; requests += 1) egress.count();
    resolve("answer");
    expect(outcomeOf(await hung)).toEqual(FAULT);
    expect(outcomeOf(await answered)).toEqual(FAULT);
  });
});

function outcomeOf(text: string): unknown {
  const answer = readBatchAnswer(text);
  return answer?.is === "ran" ? JSON.parse(answer.answers[0]?.text ?? "") : answer;
}
