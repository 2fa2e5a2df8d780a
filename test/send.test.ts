// The library cxSend, as scripts use it, through the running product, with a real mail server and a real SMS gateway.

import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { z } from "zod";
import { RunResult } from "../schemas/call.ts";
import { Job, JobPage } from "../schemas/job.ts";
import { startProduct, type Product } from "./harness.ts";
import { MailServer } from "./mail-server.ts";
import { OtherAccount } from "./other-account.ts";
import { childrenOf, untilNone, wordsOf } from "./processes.ts";

const SMS_TOKEN = "the-token-of-the-gateway";
const MOST = 40;
const Sent = z.strictObject({ id: z.string(), accepted: z.array(z.string()) });
type Sms = { headers: IncomingHttpHeaders; body: unknown };

let product: Product;
let other: OtherAccount;
let mail: MailServer;
let gateway: Server;
const smss: Sms[] = [];
/** What the gateway answers with next; 200 when empty. */
const statuses: number[] = [];

beforeAll(async () => {
  mail = await new MailServer().start();
  gateway = createServer(async (request, response) => {
    const body: unknown = JSON.parse(await text(request));
    const status = statuses.shift() ?? 200;
    if (status === 200) smss.push({ headers: request.headers, body });
    response.writeHead(status, status === 302 ? { location: "/" } : {}).end(`said ${status}`);
  }).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  product = await startProduct({
    SCRIPTFORGE_CELLS: "1",
    SCRIPTFORGE_GATEWAYS: "1",
    SCRIPTFORGE_SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    SCRIPTFORGE_MAIL_FROM: "Edge <edge@example.com>",
    SCRIPTFORGE_SMS_URL: urlOf(gateway),
    SCRIPTFORGE_SMS_TOKEN: SMS_TOKEN,
    SCRIPTFORGE_SENDS_PER_HOUR: String(MOST),
  });
  other = await OtherAccount.open(product);
  for (const type of ["script", "app", "driver"]) {
    await product.manage("POST", "/scripts", { name: `draft-${type}`, type });
  }
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await mail.stop();
  gateway.closeAllConnections();
  gateway.close();
});
beforeEach(async () => {
  await product.db.execute("DELETE FROM jobs");
  mail.mails.length = smss.length = statuses.length = 0;
  mail.onRecipient = mail.onMessage = () => undefined;
});

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return `http://127.0.0.1:${address.port}/sms`;
}

async function run(code: string, type = "app"): Promise<RunResult> {
  const answer = await product.manage("POST", `/scripts/draft-${type}/run`, { code });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return RunResult.parse(answer.body);
}

/** What `main` returns, whose body this is. */
async function valueOf(body: string): Promise<unknown> {
  const result = await run(
    `const { email, sms } = require('cxSend');\nasync function main() { ${body} }`,
  );
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.value;
}

async function send(call: string): Promise<string> {
  return Sent.parse(await valueOf(`return await ${call};`)).id;
}

async function pageOf(query: string): Promise<string[]> {
  const { body } = await product.manage("GET", `/jobs?${query}`);
  return JobPage.parse(body).jobs.map(({ id }) => id);
}

async function readJob(id: string): Promise<Job> {
  return Job.parse((await product.manage("GET", `/jobs/${id}`)).body);
}

async function untilState(id: string, state: string): Promise<Job> {
  for (;;) {
    const job = await readJob(id);
    if (job.state === state) return job;
  }
}

/** Waits until an attempt of the job has failed. */
async function untilError(id: string): Promise<Job> {
  for (;;) {
    const job = await readJob(id);
    if (job.error !== null) return job;
  }
}

const MAIL = `{ to: 'ann@example.com', subject: 'Report', text: 'All is well' }`;

const STYLES: Record<string, string> = {
  "a destructured require": `const { email, sms } = require('cxSend'); async function main() { return [await email(${MAIL}), await sms('44770', 'hi')]; }`,
  "a require of it all": `const s = require('cxSend'); async function main() { return [await s.email(${MAIL}), await s.sms('44770', 'hi')]; }`,
  "named imports": `import { email, sms } from 'cxSend'; export async function main() { return [await email(${MAIL}), await sms('44770', 'hi')]; }`,
  "a default import": `import cxSend from 'cxSend'; export const main = async () => [await cxSend.email(${MAIL}), await cxSend.sms('44770', 'hi')];`,
  "an import of everything": `import * as cxSend from 'cxSend'; export const main = async () => [await cxSend.email(${MAIL}), await cxSend.sms('44770', 'hi')];`,
};

describe("cxSend comes by", () => {
  it.for(Object.keys(STYLES))("%s", async (style, { expect }) => {
    for (const type of ["app", "driver"]) {
      const { outcome, value } = await run(STYLES[style] ?? "", type);
      expect([outcome, value]).toEqual([
        "ok",
        [
          { id: expect.stringMatching(/^job_/), accepted: ["ann@example.com"] },
          { id: expect.stringMatching(/^job_/), accepted: ["44770"] },
        ],
      ]);
    }
  });
});

describe("a mail", () => {
  it("arrives as it was written, from whom the operator says", async ({ expect }) => {
    const id = await send(
      `email({ to: ['Ann <ann@example.com>', 'bob@example.com'], cc: 'eve@example.com, ann@example.com', bcc: 'dan@example.com',
        replyTo: 'help@example.com', subject: 'Größe & Maß', text: 'plain & simple', html: '<b>bold</b>' })`,
    );
    const sent = await untilState(id, "completed");
    const caught = mail.mails.find(({ headers }) => headers.get("message-id")?.includes(id));
    expect(caught).toMatchObject({
      from: "edge@example.com",
      to: ["ann@example.com", "bob@example.com", "eve@example.com", "dan@example.com"],
    });
    const { headers, body } = caught ?? { headers: new Map<string, string>(), body: "" };
    expect(headers.get("from")).toBe("Edge <edge@example.com>");
    expect(headers.get("to")).toBe("Ann <ann@example.com>, bob@example.com");
    expect(headers.get("cc")).toBe("eve@example.com, ann@example.com");
    expect(headers.get("reply-to")).toBe("help@example.com");
    expect(headers.has("bcc")).toBe(false);
    expect(headers.get("message-id")).toBe(`<${id}@example.com>`);
    expect(headers.get("subject")).toMatch(/^=\?UTF-8\?/);
    expect(headers.get("content-type")).toContain("multipart/alternative");
    expect(body).toContain("plain & simple");
    expect(body).toContain("<b>bold</b>");
    expect(sent).toMatchObject({
      kind: "email",
      function: null,
      made: 1,
      data: { subject: "Größe & Maß", text: "plain & simple" },
      result: {
        accepted: ["ann@example.com", "bob@example.com", "eve@example.com", "dan@example.com"],
        rejected: [],
        messageId: `<${id}@example.com>`,
        response: expect.stringContaining("250"),
      },
    });
  });

  it("is found among the jobs of its script, by its kind", async ({ expect }) => {
    const id = await send(`email(${MAIL})`);
    await untilState(id, "completed");
    expect(await pageOf("kind=email&script=draft-app")).toEqual([id]);
    expect(await pageOf("kind=script")).toEqual([]);
    expect(await pageOf("kind=sms")).toEqual([]);
  });

  it("waits while the queue of its script is paused", async ({ expect }) => {
    await product.manage("PUT", "/queues/draft-app", { paused: true });
    const id = await send(`email(${MAIL})`);
    expect((await readJob(id)).state).toBe("paused");
    await product.manage("PUT", "/queues/draft-app", { paused: false });
    await untilState(id, "completed");
  });

  it("that is put off is tried again, and with a known jobId is sent once", async ({ expect }) => {
    const replies = [{ code: 451, message: "Greylisted" }];
    mail.onMessage = () => replies.shift();
    const call = `email({ ...${MAIL}, jobId: 'report-7' })`;
    const id = await send(call);
    expect(await send(call)).toBe(id);
    const failed = await untilError(id);
    expect(failed).toMatchObject({ state: "delayed", made: 1, error: { code: "not_sent" } });
    expect(failed.error?.message).toContain("451 Greylisted");
    expect(await untilState(id, "completed")).toMatchObject({ made: 2, error: null });
    expect(mail.mails).toHaveLength(1);
  });

  it("that is refused has failed for good, and begins again when people say so", async ({
    expect,
  }) => {
    mail.onMessage = () => ({ code: 554, message: "Spam" });
    const id = await send(`email(${MAIL})`);
    const job = await untilState(id, "failed");
    expect(job).toMatchObject({ made: 1, error: { code: "not_sent" } });
    expect(job.error?.message).toContain("554 Spam");
    mail.onMessage = () => undefined;
    await product.manage("POST", `/jobs/${id}/retry`, {});
    await untilState(id, "completed");
    expect(mail.mails).toHaveLength(1);
  });

  it("reaches each recipient once, whatever is said of the others", async ({ expect }) => {
    let isGrey = true;
    mail.onRecipient = (address) => {
      if (address === "gone@example.com") return { code: 550, message: "No such user" };
      return address === "grey@example.com" && isGrey ? { code: 450, message: "Later" } : undefined;
    };
    const id = await send(
      `email({ to: 'ann@example.com, gone@example.com, grey@example.com', text: 'hello' })`,
    );
    expect((await untilError(id)).error?.message).toContain("grey@example.com: 450 Later");
    expect(mail.mails.map(({ to }) => to)).toEqual([["ann@example.com"]]);
    isGrey = false;
    expect((await untilState(id, "completed")).result).toMatchObject({
      accepted: ["ann@example.com", "grey@example.com"],
      rejected: [{ address: "gone@example.com", response: "550 No such user" }],
    });
    expect(mail.mails.map(({ to }) => to)).toEqual([["ann@example.com"], ["grey@example.com"]]);
    expect(mail.mails[1]?.headers.get("to")).toContain("ann@example.com");
  });

  it("waits for a mail server that is down", async ({ expect }) => {
    await mail.stop();
    const id = await send(`email(${MAIL})`);
    expect((await untilError(id)).error?.message).toContain("ECONNREFUSED");
    await mail.start();
    expect(await untilState(id, "completed")).toMatchObject({ error: null });
    expect(mail.mails).toHaveLength(1);
  });

  it("is refused where it is none, with an error that says what is wrong", async ({ expect }) => {
    const cases: [params: string, message: string][] = [
      ["", "it has to be an object like { to, subject, text }, not undefined"],
      [
        "'ann@example.com'",
        "it has to be an object like { to, subject, text }, not of type string",
      ],
      ["{ text: 'a' }", "to: It has to be an address or a list of addresses"],
      ["{ to: [], text: 'a' }", "to: It has no address in it"],
      ["{ to: 'ann', text: 'a' }", 'to: "ann" is no e-mail address'],
      ["{ to: 'ann@example.com\\nBcc: eve@example.com', text: 'a' }", "is no e-mail address"],
      ["{ to: 'Ann\\r\\nBcc: eve <ann@example.com>', text: 'a' }", "is no e-mail address"],
      ["{ to: '<ann@example.com> SIZE=1', text: 'a' }", "is no e-mail address"],
      ["{ to: [{ address: 'ann@example.com' }], text: 'a' }", "to: It has to be an address"],
      [
        "{ to: 'ann@example.com', subject: 'a\\r\\nBcc: eve@example.com', text: 'a' }",
        "subject: A",
      ],
      ["{ to: 'ann@example.com', subject: 'x'.repeat(999), text: 'a' }", "subject: A subject has"],
      ["{ to: 'ann@example.com', subject: 'a' }", "A mail has a text, an html or both"],
      ["{ to: 'ann@example.com', text: { path: '/etc/passwd' } }", "text: "],
      ["{ to: 'ann@example.com', text: 'a\\0' }", "text: A text has neither"],
      ["{ to: 'ann@example.com', html: 'x'.repeat(500001) }", "have at most 500,000 bytes"],
      [
        "{ to: Array.from({ length: 51 }, (_, n) => n + '@example.com'), text: 'a' }",
        "A mail has at most 50 recipients, not 51",
      ],
      ["{ to: 'ann@example.com', text: 'a', from: 'ceo@example.com' }", 'A mail has no "from"'],
      [
        "{ to: 'ann@example.com', text: 'a', attachments: [{ path: '/etc/passwd' }] }",
        "attachments",
      ],
      ["{ to: 'ann@example.com', text: 'a', envelope: { from: 'x@y.zz' } }", '"envelope"'],
      ["{ to: 'ann@example.com', text: 'a', jobId: '' }", "jobId: "],
    ];
    const calls = cases.map(([params]) => `() => email(${params})`).join(",\n");
    const told = `const said = []; for (const call of [${calls}]) {
      try { await call(); said.push("sent"); } catch (error) { said.push(error.message); } } return said;`;
    const said = z.array(z.string()).parse(await valueOf(told));
    for (const [at, [params, message]] of cases.entries()) {
      expect([params, said[at]]).toEqual([params, expect.stringContaining(message)]);
      expect(said[at]).toMatch(/^Cannot send the mail: /);
    }
    expect(JobPage.parse((await product.manage("GET", "/jobs")).body).jobs).toEqual([]);
  });

  it("is one of so many within an hour, for each account", async ({ expect }) => {
    const code = `const { email, sms } = require('cxSend'); exports.main = async () => {
      let sent = 0;
      try { for (;; sent += 1) await email(${MAIL}); } catch (error) { return [sent, error.message, (await sms('44770', 'hi')).accepted]; }
    };`;
    const told =
      "Cannot send the mail: an account sends at most 40 of them within an hour, by SCRIPTFORGE_SENDS_PER_HOUR. Try again later";
    expect((await run(code)).value).toEqual([MOST, told, ["44770"]]);
    const created = await other.manage("POST", "/scripts", { name: "mailer", type: "app" });
    expect(created.status).toBe(201);
    const { body } = await other.manage("POST", "/scripts/mailer/run", {
      code: `const { email } = require('cxSend'); exports.main = () => email(${MAIL});`,
    });
    const { id } = Sent.parse(RunResult.parse(body).value);
    expect((await product.manage("GET", `/jobs/${id}`)).status).toBe(404);
    expect((await other.manage("GET", `/jobs/${id}`)).status).toBe(200);
    await product.db.execute("UPDATE jobs SET created_at = created_at - 3600000");
    await send(`email(${MAIL})`);
  });
});

describe("a template", () => {
  const PARTS = {
    subject: "Report of {{name}}",
    text: "{{name}}: {{#each rows}}{{this}} {{/each}}",
    html: "<b>{{name}}</b>",
    sms: "{{name}} is late",
  };

  it("writes a mail from variables, on one line of subject", async ({ expect }) => {
    await product.manage("PUT", "/templates/report", PARTS);
    const vars = "{ name: 'Smith & Co\\r\\nBcc: eve@example.com', rows: [1, 2] }";
    const id = await send(`email({ to: 'ann@example.com', template: 'report', vars: ${vars} })`);
    expect(await untilState(id, "completed")).toMatchObject({
      data: {
        subject: "Report of Smith & Co Bcc: eve@example.com",
        text: "Smith & Co\r\nBcc: eve@example.com: 1 2 ",
        html: "<b>Smith &amp; Co\r\nBcc: eve@example.com</b>",
        left: ["ann@example.com"],
      },
    });
    const told = `const said = []; for (const more of [{ template: 'none' }, { template: 'report', text: 'a' }, { template: 'report', vars: [1] }]) {
      try { await email({ to: 'ann@example.com', ...more }); } catch (error) { said.push(error.message); } } return said;`;
    expect(await valueOf(told)).toEqual([
      'The account has no template "none"',
      "Cannot send the mail: A mail has a template, or subject, text and html of its own, and not both",
      expect.stringContaining("vars: "),
    ]);
  });

  it("is filled in by cxTemplate, for its own account alone", async ({ expect }) => {
    await product.manage("PUT", "/templates/report", PARTS);
    for (const head of [
      "const { compile } = require('cxTemplate');",
      "const compile = require('cxTemplate').default.compile;",
    ]) {
      const { value } = await run(
        `${head} exports.main = async () => await compile('report', { name: '<a>', rows: ['x'] });`,
      );
      expect(value).toEqual({
        subject: "Report of <a>",
        text: "<a>: x ",
        html: "<b>&lt;a&gt;</b>",
        sms: "<a> is late",
      });
    }
    const code = `import { compile } from 'cxTemplate'; export const main = async () => {
      const said = []; for (const args of [['report'], ['none'], [5], ['report', 'x'], ['report', 1n], ['report', { a: 'x'.repeat(100001) }]]) {
        try { said.push((await compile(...args)).sms); } catch (error) { said.push(error.message); } } return said; };`;
    expect((await run(code)).value).toEqual([
      " is late",
      'The account has no template "none"',
      "Cannot compile the template: its name has to be a string, not of type number",
      "Cannot compile the template: The variables of a template are an object",
      "Do not know how to serialize a BigInt",
      "Cannot compile the template: its variables have to be an object of at most 100000 bytes of JSON",
    ]);
    await other.manage("POST", "/scripts", { name: "reader", type: "app" });
    const spy = `const { compile } = require('cxTemplate'); exports.main = () => compile('report', {}).catch((error) => error.message);`;
    const { body } = await other.manage("POST", "/scripts/reader/run", { code: spy });
    expect(RunResult.parse(body).value).toBe('The account has no template "report"');
  });
});

describe("an SMS", () => {
  it("goes to the operator's gateway, once", async ({ expect }) => {
    const id = await send("sms('+44 (7700) 900-123', 'Your code is 1234 ☎')");
    expect(await untilState(id, "completed")).toMatchObject({
      kind: "sms",
      data: { number: "+447700900123", message: "Your code is 1234 ☎" },
      result: { accepted: ["+447700900123"], response: "said 200" },
    });
    expect(smss).toMatchObject([
      {
        headers: {
          authorization: `Bearer ${SMS_TOKEN}`,
          "idempotency-key": id,
          "content-type": "application/json",
        },
        body: { id, account: "default", to: "+447700900123", message: "Your code is 1234 ☎" },
      },
    ]);
  });

  it("is tried again where the gateway may take it later, and not where it refuses", async ({
    expect,
  }) => {
    statuses.push(503);
    const later = await send("sms(447700900123, 'hi')");
    expect((await untilError(later)).error?.message).toBe("The SMS gateway answered 503: said 503");
    expect(await untilState(later, "completed")).toMatchObject({ made: 2 });
    for (const status of [400, 302]) {
      statuses.push(status);
      const id = await send("sms(447700900123, 'hi')");
      expect(await untilState(id, "failed")).toMatchObject({
        made: 1,
        error: { code: "not_sent", message: `The SMS gateway answered ${status}: said ${status}` },
      });
    }
    expect(smss).toHaveLength(1);
  });

  it("has 160 characters, and a number", async ({ expect }) => {
    const cases: [args: string, message: string][] = [
      ["'44770', 'x'.repeat(161)", "A message has at most 160 characters"],
      ["'44770', ''", "The message has at least 1 character"],
      ["'44770'", "the message has to be a text, not undefined"],
      ["'44770', { text: 'hi' }", "the message has to be a text, not of type object"],
      ["'ann', 'hi'", "The number has to have 3 to 20 digits"],
      ["'44770\\n', 'hi'.repeat(99)", "A message has at most"],
      ["undefined, 'hi'", "the number has to be a text of digits, not undefined"],
      ["NaN, 'hi'", "the number has to be a text of digits, not NaN"],
    ];
    const calls = cases.map(([args]) => `() => sms(${args})`).join(",\n");
    const told = `const said = []; for (const call of [${calls}]) {
      try { await call(); said.push("sent"); } catch (error) { said.push(error.message); } }
      return [said, (await sms('44770', '☎'.repeat(160))).accepted];`;
    const [said, accepted] = z.tuple([z.array(z.string()), z.unknown()]).parse(await valueOf(told));
    for (const [at, [args, message]] of cases.entries()) {
      expect([args, said[at]]).toEqual([args, expect.stringContaining(message)]);
      expect(said[at]).toMatch(/^Cannot send the SMS: /);
    }
    expect(accepted).toEqual(["44770"]);
  });
});

describe("a mail server that hangs", () => {
  it("keeps no job of a script waiting", async ({ expect }) => {
    const hung = Promise.withResolvers<void>();
    const server = createServer().on("connection", () => hung.resolve());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    await using slow = await startProduct({
      SCRIPTFORGE_CELLS: "1",
      SCRIPTFORGE_GATEWAYS: "1",
      SCRIPTFORGE_JOB_WORKERS: "1",
      SCRIPTFORGE_SMTP_URL: urlOf(server).replace(/^http(.*)\/sms$/, "smtp$1"),
      SCRIPTFORGE_MAIL_FROM: "edge@example.com",
    });
    const code = `const { email, sms } = require('cxSend'); exports.main = async () => {
      for (let n = 0; n < 3; n += 1) await email(${MAIL});
      try { await sms('44770', 'hi'); } catch (error) { return error.message; }
    };`;
    await slow.manage("POST", "/scripts", { name: "mailer", type: "app", code });
    await slow.untilRevision();
    const { body } = await slow.ask("/run/mailer");
    expect(body).toBe(
      "Cannot send the SMS: this edge has no SCRIPTFORGE_SMS_URL, which its operator sets",
    );
    await hung.promise;
    const plain = { name: "plain", type: "app", code: "exports.main = () => 1;" };
    await slow.manage("POST", "/scripts", plain);
    await slow.untilRevision();
    const added = await slow.manage("POST", "/jobs", { script: "plain" });
    const { id } = Job.parse(added.body);
    for (;;) {
      const job = Job.parse((await slow.manage("GET", `/jobs/${id}`)).body);
      if (job.state === "completed") break;
    }
    const { jobs } = JobPage.parse((await slow.manage("GET", "/jobs?kind=email")).body);
    expect(jobs.map(({ state }) => state)).toEqual(["active", "active", "active"]);
    server.closeAllConnections();
    server.close();
  });
});

describe("while the edge process is killed", () => {
  it("no mail is lost", async ({ expect }) => {
    mail.onMessage = () => ({ code: 451, message: "Later" });
    const id = await send(`email(${MAIL})`);
    const queued = z
      .array(Sent)
      .parse(
        await valueOf(
          `const sent = []; for (let n = 0; n < 20; n += 1) sent.push(await email({ ...${MAIL}, subject: 'Report ' + n })); return sent;`,
        ),
      );
    await untilError(id);
    const edge = childrenOf(product.process.pid).find((pid) => isEdge(pid));
    process.kill(edge ?? 0, "SIGKILL");
    await untilNone([edge ?? 0]);
    mail.onMessage = () => undefined;
    // As it is once their leases have lapsed.
    await product.db.execute("UPDATE jobs SET lease_until = 0 WHERE state = 'active'");
    for (const one of [id, ...queued.map((sent) => sent.id)]) await untilState(one, "completed");
    const subjects = new Set(mail.mails.map(({ headers }) => headers.get("subject")));
    expect(subjects.size).toBe(21);
  }, 120_000);
});

/** The role is in a process's environment alone: only an edge process has cells. */
function isEdge(pid: number): boolean {
  return childrenOf(pid).some((child) => wordsOf(child).some((word) => word.includes("workerd")));
}
