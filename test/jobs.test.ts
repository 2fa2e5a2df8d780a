// Jobs through the running product: two edge processes with two workers each.

import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import { RunResult } from "../schemas/call.ts";
import { Problem } from "../schemas/fault.ts";
import { Job, JobPage, Queue } from "../schemas/job.ts";
import { startProduct, type Product } from "./harness.ts";
import { OtherAccount } from "./other-account.ts";

const Created = z.object({ id: z.string() });

/** What jobs run here, by name. */
const SCRIPTS: Record<string, string> = {
  adder: `
    function main({ a = 0, b = 0 }) { return { sum: a + b, job: process.env.JOB_ID }; }
    function twice(data) { return data.n * 2; }
    async function late(data) { await new Promise((done) => setTimeout(done, data.ms)); return 'late'; }`,
  flaky: `
    const { incr } = require('cxKV');
    async function main({ key, fails }) {
      const n = await incr(key);
      if (n <= fails) throw new Error('attempt ' + n);
      return n;
    }
    function strange() { return { big: 1n }; }
    function large() { return 'x'.repeat(100001); }`,
  steps: `
    const cxJob = require('cxJob');
    async function main({ page = 0 }) {
      await cxJob.setProgress({ page });
      if (page < 2) { await cxJob.setData({ page: page + 1 }); throw new Error('on page ' + page); }
      return page;
    }
    async function halfway() { await cxJob.setProgress(50); await new Promise((done) => setTimeout(done, 400)); }`,
};

let product: Product;
let other: OtherAccount;
const ids = new Map<string, string>();

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_GATEWAYS: "2", SCRIPTFORGE_CELLS: "2" });
  other = await OtherAccount.open(product);
  // Callers wait for it no longer than this. Jobs may take longer.
  const limits = { wallMs: 200 };
  for (const [name, code] of Object.entries(SCRIPTS)) {
    const created = await product.manage("POST", "/scripts", { name, type: "app", code, limits });
    ids.set(name, Created.parse(created.body).id);
  }
  const counter = "function main({ n }) { return { n: n + 1, job: process.env.JOB_ID }; }";
  await product.manage("POST", "/scripts", { name: "quick", type: "script", code: counter });
  for (const type of ["script", "app"]) {
    const wait = type === "app" ? { limits: { wallMs: 30_000 } } : {};
    await product.manage("POST", "/scripts", { name: `draft-${type}`, type, ...wait });
  }
  await product.untilRevision();
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});
beforeEach(async () => {
  for (const table of ["jobs", "job_usage", "kv", "schedules", "paused_queues"]) {
    await product.db.execute(`DELETE FROM ${table}`);
  }
});

function idOf(name: string): string {
  return ids.get(name) ?? "";
}

async function run(code: string, data: unknown = {}, type = "app"): Promise<RunResult> {
  const answer = await product.manage("POST", `/scripts/draft-${type}/run`, { code, data });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return RunResult.parse(answer.body);
}

/** What `main` returns, whose body this is; it has all of cxJob in its scope. */
async function valueOf(body: string, data: unknown = {}): Promise<unknown> {
  const head = "const cxJob = require('cxJob'); const { add, scriptForge } = cxJob;";
  const result = await run(`${head}\nasync function main(data) { ${body} }`, data);
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.value;
}

/** The message with which what `body` returns is rejected. */
async function refusalOf(body: string): Promise<unknown> {
  return await valueOf(`try { ${body} } catch (error) { return error.message; }`);
}

async function addByHand(job: object): Promise<Job> {
  const { status, body } = await product.manage("POST", "/jobs", job);
  if (status !== 201) throw new Error(JSON.stringify(body));
  return Job.parse(body);
}

async function read(id: string): Promise<Job> {
  return Job.parse((await product.manage("GET", `/jobs/${id}`)).body);
}

async function untilJob(id: string, isSo: (job: Job) => boolean): Promise<Job> {
  for (;;) {
    const job = await read(id);
    if (isSo(job)) return job;
  }
}

function hasEnded({ state }: Job): boolean {
  return state === "completed" || state === "failed";
}

async function list(query = ""): Promise<JobPage> {
  return JobPage.parse((await product.manage("GET", `/jobs${query}`)).body);
}

async function problem(method: string, path: string, body?: unknown): Promise<Problem> {
  return Problem.parse((await product.manage(method, path, body)).body);
}

/** Each returns 5. */
const STYLES: Record<string, string> = {
  "add of a required library":
    "const cxJob = require('cxJob'); async function main() { const job = await cxJob.add('adder', 'main', { a: 2, b: 3 }, { attempts: 2 }); return (await job.result).sum; }",
  "a destructured add, with then":
    "const { add } = require('cxJob'); exports.main = () => add('adder', 'main', { a: 5 }).then((job) => job.result).then(({ sum }) => sum);",
  "scriptForge of a required library":
    "const job = require('cxJob'); exports.main = async () => (await (await job.scriptForge('adder', { a: 4, b: 1 })).result).sum;",
  "a script's id":
    "const job = require('cxJob'); exports.main = async ({ id }) => (await (await job.scriptForge(id, { a: 5 })).result).sum;",
  "a default import":
    "import cxJob from 'cxJob'; export const main = async () => (await (await cxJob.add('adder', null, { b: 5 }, {})).result).sum;",
  "named imports":
    "import { add, scriptForge as later } from 'cxJob'; export async function main() { const [one, two] = await Promise.all([add('adder', '', { a: 2 }), later('adder', { a: 3 })]); return (await one.result).sum + (await two.result).sum; }",
  "an import of everything":
    "import * as cxJob from 'cxJob'; export const main = async () => (await (await cxJob.add('adder', undefined, { a: 5 })).result).sum;",
  "a require in main":
    "async function main() { const { result } = await require('cxJob').add('adder', 'main', { a: 5 }); return (await result).sum; }",
};

describe("cxJob adds a job by", () => {
  it.for(Object.keys(STYLES))("%s", async (style, { expect }) => {
    const { outcome, value } = await run(STYLES[style] ?? "", { id: idOf("adder") });
    expect([outcome, value]).toEqual(["ok", 5]);
  });

  it("no way in type Script, which is told what has it", async ({ expect }) => {
    const code = "const job = require('cxJob'); function main() {}";
    const { status, body } = await product.manage("POST", "/scripts/draft-script/run", { code });
    expect([status, Problem.parse(body).detail]).toEqual([
      422,
      expect.stringContaining("choose type App"),
    ]);
  });
});

describe("a job", () => {
  it("runs any top-level function of the script, in its environment", async ({ expect }) => {
    expect(await valueOf("return await (await add('adder', 'twice', { n: 21 })).result;")).toBe(42);
    const added = z.object({ id: z.string(), result: z.object({ job: z.string() }) });
    const body =
      "const job = await add('adder', 'main', {}); return { ...job, result: await job.result };";
    const { id, result } = added.parse(await valueOf(body));
    expect(result.job).toBe(id);
    expect(await read(id)).toMatchObject({
      script: idOf("adder"),
      function: "main",
      state: "completed",
      made: 1,
      cut: 0,
      data: {},
      result: { sum: 0, job: id },
      error: null,
    });
  });

  it("may be of type Script", async ({ expect }) => {
    const { id } = await addByHand({ script: "quick", data: { n: 1 } });
    expect((await untilJob(id, hasEnded)).result).toEqual({ n: 2, job: id });
  });

  it("may take longer than a caller of its script waits", async ({ expect }) => {
    const body = "return await (await add('adder', 'late', { ms: 600 })).result;";
    expect(await valueOf(body)).toBe("late");
  });

  it("whose result nobody looks at is only an id, and runs all the same", async ({ expect }) => {
    const { id } = Created.parse(await valueOf("return await scriptForge('adder', { a: 1 });"));
    expect(await untilJob(id, hasEnded)).toMatchObject({ state: "completed", data: { a: 1 } });
  });

  it("counts as one request when it is added and one when it is waited for", async ({ expect }) => {
    const body = "const job = await add('adder', 'late', { ms: 300 }); return await job.result;";
    const code = `const { add } = require('cxJob'); exports.main = async () => { ${body} };`;
    const limits = { subrequests: 2, wallMs: 30_000 };
    await product.manage("POST", "/scripts", { name: "frugal", type: "app", code, limits });
    await product.manage("POST", "/scripts", {
      name: "poor",
      type: "app",
      code,
      limits: { ...limits, subrequests: 1 },
    });
    await product.untilRevision();
    const answers = [
      await product.manage("POST", "/scripts/frugal/run", {}),
      await product.manage("POST", "/scripts/poor/run", {}),
    ];
    const outcomes = answers.map(({ body: answer }) => RunResult.parse(answer).outcome);
    expect(outcomes).toEqual(["ok", "subrequests_exceeded"]);
  });

  it("waits its delay, and comes by priority", async ({ expect }) => {
    const delayed = await addByHand({ script: "adder", opts: { delay: 700 } });
    expect(delayed).toMatchObject({ state: "delayed", startedAt: null });
    await product.manage("PUT", "/queues/adder", { paused: true });
    const jobs: Job[] = [];
    for (const priority of [9, 9, 9, 1, 1, 1]) {
      jobs.push(
        await addByHand({
          script: "adder",
          function: "late",
          data: { ms: 50 },
          opts: { priority },
        }),
      );
    }
    await product.manage("PUT", "/queues/adder", { paused: false });
    const times: number[] = [];
    for (const { id } of jobs) {
      const { startedAt } = await untilJob(id, hasEnded);
      times.push(Date.parse(startedAt ?? ""));
    }
    // Two workers: the third of the first begins together with the first of the others. Each takes 50 ms.
    expect(Math.max(...times.slice(3))).toBeLessThanOrEqual(Math.min(...times.slice(0, 3)) + 40);
    const { createdAt, startedAt } = await untilJob(delayed.id, hasEnded);
    expect(Date.parse(startedAt ?? "") - Date.parse(createdAt)).toBeGreaterThanOrEqual(700);
  });

  it("is added once under its jobId", async ({ expect }) => {
    const body = `
      const opts = { jobId: 'nightly', attempts: 3 };
      const jobs = await Promise.all([add('flaky', 'main', { key: 'n', fails: 0 }, opts), add('flaky', 'main', {}, opts)]);
      jobs.push(await add('flaky', 'main', {}, opts));
      return [jobs.map(({ id }) => id), await Promise.all(jobs.map(({ result }) => result))];`;
    const [added, results] = z
      .tuple([z.array(z.string()), z.array(z.int())])
      .parse(await valueOf(body));
    expect([new Set(added).size, results]).toEqual([1, [1, 1, 1]]);
    const again = await addByHand({ script: "adder", opts: { jobId: "nightly" } });
    expect(again).toMatchObject({ id: added[0], jobId: "nightly", result: 1 });
    expect((await list()).jobs).toHaveLength(1);
  });
});

describe("a job that fails", () => {
  it("is tried again, until its attempts are used up", async ({ expect }) => {
    const once = `return await (await add('flaky', 'main', { key: 'a', fails: 2 }, { attempts: 3, backoff: { type: 'exponential', delay: 100 } })).result;`;
    expect(await valueOf(once)).toBe(3);
    const { id } = await addByHand({
      script: "flaky",
      data: { key: "b", fails: 5 },
      opts: { attempts: 2, backoff: 50 },
    });
    expect(await untilJob(id, hasEnded)).toMatchObject({
      state: "failed",
      made: 2,
      result: null,
      error: { code: "script_error", message: "attempt 2", line: 5, column: 29 },
    });
    expect((await list("?state=failed")).jobs.map((job) => job.id)).toEqual([id]);
    expect(
      await refusalOf("return await (await add('flaky', 'main', { key: 'c', fails: 1 })).result;"),
    ).toBe("attempt 1");
  });

  it("begins again by hand", async ({ expect }) => {
    const { id } = await addByHand({ script: "flaky", data: { key: "a", fails: 1 } });
    await untilJob(id, hasEnded);
    expect((await product.manage("POST", `/jobs/${id}/retry`, {})).status).toBe(200);
    expect(await untilJob(id, ({ state }) => state === "completed")).toMatchObject({
      result: 2,
      made: 1,
      error: null,
    });
    expect(await problem("POST", `/jobs/${id}/retry`, {})).toMatchObject({
      code: "conflict",
      detail: "The job is completed: only a failed one can begin again",
    });
  });

  it("says by what fault", async ({ expect }) => {
    for (const [name, code] of [
      ["strange", "not_serialisable"],
      ["large", "output_too_large"],
      ["nothing", "function_not_found"],
    ]) {
      const { id } = await addByHand({ script: "flaky", function: name });
      const { state, error } = await untilJob(id, hasEnded);
      expect([state, error?.code]).toEqual(["failed", code]);
    }
    const code = "function main() {}";
    await product.manage("POST", "/scripts", { name: "leaving", type: "app", code });
    await product.manage("PUT", "/queues/leaving", { paused: true });
    const { id } = await addByHand({ script: "leaving" });
    expect((await product.manage("DELETE", "/scripts/leaving")).status).toBe(204);
    expect((await untilJob(id, hasEnded)).error?.code).toBe("script_not_found");
  });
});

describe("within a job", () => {
  it("its progress and the data of its next attempt are set", async ({ expect }) => {
    const { id } = await addByHand({ script: "steps", opts: { attempts: 3 } });
    expect(await untilJob(id, hasEnded)).toMatchObject({
      state: "completed",
      made: 3,
      progress: { page: 2 },
      data: { page: 2 },
      result: 2,
    });
    const half = await addByHand({ script: "steps", function: "halfway" });
    expect(await untilJob(half.id, ({ progress }) => progress !== null)).toMatchObject({
      state: "active",
      progress: 50,
    });
  });

  it("means within: a run that is none is told so, whatever it says of itself", async ({
    expect,
  }) => {
    const { id } = await addByHand({ script: "adder", opts: { delay: 60_000 } });
    for (const method of ["setProgress", "setData"]) {
      const body = `process.env.JOB_ID = '${id}'; await cxJob.${method}(50);`;
      expect(await refusalOf(body)).toBe(`${method} works only within a job: this run is none`);
    }
    expect(await read(id)).toMatchObject({ progress: null, data: {} });
  });
});

describe("a job that waits for others", () => {
  it("does not keep them from running", async ({ expect }) => {
    const code = `const { add } = require('cxJob');
      exports.main = async ({ depth }) => {
        if (depth === 0) return 1;
        const jobs = await Promise.all([1, 2].map(() => add('tree', 'main', { depth: depth - 1 })));
        const [one, other] = await Promise.all(jobs.map(({ result }) => result));
        return one + other;
      };`;
    await product.manage("POST", "/scripts", { name: "tree", type: "app", code });
    await product.untilRevision();
    const { id } = await addByHand({ script: "tree", data: { depth: 3 } });
    expect(await untilJob(id, hasEnded)).toMatchObject({ state: "completed", result: 8 });
  });
});

describe("what makes no sense", () => {
  it("is refused with an error that says why", async ({ expect }) => {
    for (const [call, message] of [
      ["add()", "Cannot add the job: the script has to be an id or a name, not undefined"],
      [
        "add({}, 'main')",
        "Cannot add the job: the script has to be an id or a name, not of type object",
      ],
      ["add('adder', 5)", "Cannot add the job: the function's name has to be a string, not 5"],
      [
        "add('adder', 'main', () => 1)",
        "Cannot add the job: the value is of type function, which is not JSON",
      ],
      ["add('adder', 'main', 1n)", "Do not know how to serialize a BigInt"],
      [
        "add('adder', 'main', 'x'.repeat(100000))",
        "Cannot add the job: the value has 100002 characters of JSON, more than 100000",
      ],
      [
        "add('adder', 'main', '☎'.repeat(40000))",
        "Cannot add the job: A job's data have at most 100,000 bytes of JSON",
      ],
      [
        "add('adder', 'main', {}, 5)",
        "Cannot add the job: its options have to be an object, not 5",
      ],
      [
        "add('adder', 'main', {}, { attempts: 0 })",
        "Cannot add the job: attempts: A job has at least 1 attempt",
      ],
      [
        "add('adder', 'main', {}, { attempts: '3' })",
        "Cannot add the job: attempts: The attempts are an integer from 1 to 25",
      ],
      [
        "add('adder', 'main', {}, { delay: -1 })",
        "Cannot add the job: delay: The delay is a number of milliseconds from 0 to 31536000000, a year",
      ],
      [
        "add('adder', 'main', {}, { priority: 1.5 })",
        "Cannot add the job: priority: The priority is an integer from 0, which comes first, to 2097152",
      ],
      [
        "add('adder', 'main', {}, { backoff: 'soon' })",
        `Cannot add the job: backoff: The backoff is a number of milliseconds, or { type: "fixed" or "exponential", delay: milliseconds }, of at most a day`,
      ],
      [
        "add('adder', 'main', {}, { jobId: '' })",
        "Cannot add the job: jobId: A jobId has at least 1 character",
      ],
      [
        "add('missing', 'main')",
        'Cannot add the job: the account has no script "missing" with a live release',
      ],
      [
        "add('draft-app', 'main')",
        'Cannot add the job: the account has no script "draft-app" with a live release',
      ],
    ] as const) {
      expect([call, await refusalOf(`return await ${call};`)]).toEqual([call, message]);
    }
    expect((await list()).jobs).toEqual([]);
    const options = "{ attempts: 2, backoff: 5, removeOnComplete: true, lifo: () => 1 }";
    expect(
      await valueOf(
        `return (await (await add('adder', 'main', { a: 1 }, ${options})).result).sum;`,
      ),
    ).toBe(1);
  });

  it("is refused of people, too", async ({ expect }) => {
    for (const [body, code] of [
      [{}, "invalid"],
      [{ script: "missing" }, "script_not_found"],
      [{ script: "draft-app" }, "script_not_found"],
      [{ script: "adder", opts: { attempts: 26 } }, "invalid"],
      [{ script: "adder", opts: { attempt: 2 } }, "invalid"],
      [{ script: "adder", data: "x".repeat(100_000) }, "invalid"],
    ] as const) {
      expect([body, (await problem("POST", "/jobs", body)).code]).toEqual([body, code]);
    }
    for (const method of ["GET", "DELETE"]) {
      expect(await problem(method, "/jobs/job_none")).toMatchObject({ code: "not_found" });
    }
    expect((await problem("POST", "/jobs/job_none/retry", {})).code).toBe("not_found");
    expect((await problem("GET", "/jobs?state=lost")).code).toBe("invalid");
    expect((await problem("GET", "/queues/missing")).code).toBe("script_not_found");
  });
});

describe("people", () => {
  it("list jobs by script and state, page by page", async ({ expect }) => {
    const late = { script: "adder", opts: { delay: 60_000 } };
    const jobs = [
      await addByHand(late),
      await addByHand({ ...late, script: "steps" }),
      await addByHand(late),
    ];
    const [first, second, third] = jobs.map(({ id }) => id);
    expect((await list()).jobs.map(({ id }) => id)).toEqual([third, second, first]);
    expect((await list("?script=steps")).jobs.map(({ id }) => id)).toEqual([second]);
    const page = await list(`?script=${idOf("adder")}&state=delayed&limit=1`);
    expect(page.jobs.map(({ id }) => id)).toEqual([third]);
    const rest = await list(`?script=adder&after=${page.next}`);
    expect([rest.jobs.map(({ id }) => id), rest.next]).toEqual([[first], null]);
  });

  it("pause a queue, see what is in it, and let it go on", async ({ expect }) => {
    const paused = await product.manage("PUT", "/queues/adder", { paused: true });
    expect(Queue.parse(paused.body)).toMatchObject({ script: idOf("adder"), paused: true });
    const { id } = await addByHand({ script: "adder" });
    const other = await addByHand({ script: "steps", data: { page: 2 } });
    await untilJob(other.id, hasEnded);
    expect((await read(id)).state).toBe("paused");
    const { counts } = Queue.parse((await product.manage("GET", "/queues/adder")).body);
    expect(counts).toEqual({
      paused: 1,
      waiting: 0,
      active: 0,
      completed: 0,
      failed: 0,
      delayed: 0,
    });
    await product.manage("PUT", "/queues/adder", { paused: false });
    expect((await untilJob(id, hasEnded)).state).toBe("completed");
  });

  it("cancel a job, of which nothing more is heard", async ({ expect }) => {
    const { id } = await addByHand({ script: "adder", opts: { delay: 60_000 } });
    expect((await product.manage("DELETE", `/jobs/${id}`)).status).toBe(204);
    expect((await problem("GET", `/jobs/${id}`)).code).toBe("not_found");
    const running = await addByHand({ script: "adder", function: "late", data: { ms: 300 } });
    await untilJob(running.id, ({ state }) => state === "active");
    expect((await product.manage("DELETE", `/jobs/${running.id}`)).status).toBe(204);
    const waiting = run(
      "const { add } = require('cxJob'); exports.main = async () => { const job = await add('adder', 'main', {}, { delay: 60000, jobId: 'x' }); await job.result; };",
    );
    while ((await list()).jobs.length === 0);
    await product.manage("DELETE", `/jobs/${(await list()).jobs[0]?.id}`);
    expect((await waiting).error?.message).toContain("or it has been cancelled");
  });

  it("are told where the account may have no more", async ({ expect }) => {
    await addByHand({ script: "adder", opts: { delay: 60_000 } });
    await product.db.execute("UPDATE job_usage SET added = 10000");
    const told = "the account has added 10,000 of the 10,000 jobs that it may add in an hour";
    const refused = await problem("POST", "/jobs", { script: "adder" });
    expect([refused.code, refused.detail]).toEqual(["conflict", expect.stringContaining(told)]);
    expect(await refusalOf("await add('adder', 'main');")).toContain(told);
    await product.db.execute("UPDATE job_usage SET added = 0, stored = 100000");
    const most = "an account has at most 100,000 jobs with 100,000,000 bytes of data and results";
    expect((await problem("POST", "/jobs", { script: "adder" })).detail).toContain(most);
  });
});

describe("another account", () => {
  it("neither runs this one's scripts nor sees its jobs", async ({ expect }) => {
    const { id } = await addByHand({ script: "adder", data: { a: 1 } });
    await untilJob(id, hasEnded);
    const code = `const { add } = require('cxJob');
      async function told(ask) { try { return await ask(); } catch (error) { return error.message; } }
      exports.main = async () => [await told(() => add('adder', 'main')), await told(() => add('${idOf("adder")}', 'main'))];`;
    expect(
      (await other.manage("POST", "/scripts", { name: "spy", type: "app", code })).status,
    ).toBe(201);
    const { value } = RunResult.parse((await other.manage("POST", "/scripts/spy/run", {})).body);
    const refusals = ["adder", idOf("adder")].map(
      (name) => `Cannot add the job: the account has no script "${name}" with a live release`,
    );
    expect(value).toEqual(refusals);
    expect((await other.manage("POST", "/jobs", { script: idOf("adder") })).status).toBe(404);
    expect((await other.manage("GET", `/jobs/${id}`)).status).toBe(404);
    expect((await other.manage("POST", `/jobs/${id}/retry`, {})).status).toBe(404);
    expect((await other.manage("GET", "/queues/adder")).status).toBe(404);
    expect(JobPage.parse((await other.manage("GET", "/jobs")).body).jobs).toEqual([]);
    expect((await read(id)).state).toBe("completed");
  });
});

describe("jobs of many accounts", () => {
  it("take turns", async ({ expect }) => {
    const code = "async function main() { await new Promise((done) => setTimeout(done, 30)); }";
    await other.manage("POST", "/scripts", { name: "patient", type: "app", code });
    await product.manage("PUT", "/queues/adder", { paused: true });
    const mine: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      const job = { script: "adder", function: "late", data: { ms: 30 } };
      mine.push((await addByHand(job)).id);
    }
    await product.manage("PUT", "/queues/adder", { paused: false });
    const { body } = await other.manage("POST", "/jobs", { script: "patient" });
    const theirs = Job.parse(body).id;
    let state = "";
    while (state !== "completed") {
      state = Job.parse((await other.manage("GET", `/jobs/${theirs}`)).body).state;
    }
    const open = (await list("?limit=200")).jobs.filter((job) => job.state !== "completed");
    expect(open.length).toBeGreaterThan(0);
    expect(open.every(({ id }) => mine.includes(id))).toBe(true);
  });
});
