// Runs the commands of docs/watch.md through the running product. In front of each stands a comment with what it writes:
//   => JSON      just this
//   has JSON     an object with these members, in lists one with these
//   says TEXT    a line that begins with this; there may be several
// What is told of runs comes a moment later: a command is asked again until it writes that.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, it, type ExpectStatic } from "vitest";
import { parseOrUndefined } from "../schemas/parse-or-undefined.ts";
import { parseSettings } from "../schemas/settings.ts";
import { startProduct, type Product } from "./harness.ts";

const PAGE = readFileSync(new URL("../docs/watch.md", import.meta.url), "utf8");
const BLOCKS = [...PAGE.matchAll(/(?:<!--\n([^]*?)-->\n\n)?```sh\n([^]*?)```/g)].map(
  ([, comment, script = ""]) => ({ comment, script }),
);
const TOLD = BLOCKS.flatMap(({ comment, script }) =>
  comment === undefined ? [] : [{ comment, script, title: script.split("\n", 1)[0] ?? "" }],
);

/** Commands that only ask, about what is told a moment later. */
const LATE = /^(?:ID=|curl -sSN? "\$(?:API\/v1\/(?:invocations|stats|cells)|EDGE\/metrics))/;

let product: Product;
beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_GATEWAYS: "1", SCRIPTFORGE_CELLS: "1" });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

async function runShell(script: string): Promise<string> {
  const { api, edge, token } = product;
  const env = { PATH: process.env["PATH"], API: api, EDGE: edge, TOKEN: token };
  return await new Promise((resolve, reject) => {
    execFile("/bin/sh", ["-euc", script], { env }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new Error(script, { cause: error }));
    });
  });
}

/** Throws where `output` is not what the comment says. */
function check(comment: string, output: string, expect: ExpectStatic): void {
  for (const [, verb, rest = ""] of comment.matchAll(/^(=>|has|says) (.+)$/gm)) {
    if (verb === "=>") expect(parseOrUndefined(output)).toEqual(JSON.parse(rest));
    else if (verb === "has") expect(parseOrUndefined(output)).toMatchObject(JSON.parse(rest));
    else {
      const line = expect.stringMatching(`^${RegExp.escape(rest)}`);
      expect(output.split("\n")).toContainEqual(line);
    }
  }
}

/** What is wrong with what a command writes, undefined for nothing. */
async function problemOf(comment: string, script: string, expect: ExpectStatic): Promise<unknown> {
  const output = await runShell(script);
  try {
    check(comment, output, expect);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("the commands about watching", () => {
  it("are told what they write, but for the one that says where all is", ({ expect }) => {
    const untold = BLOCKS.filter(({ comment }) => comment === undefined);
    expect(untold.map(({ script }) => script)).toEqual([expect.stringMatching(/^API=/)]);
    for (const { comment } of TOLD) expect(comment).toMatch(/^(?:=>|has|says) /m);
  });

  it.for(TOLD)("do it: $title", async ({ comment, script }, { expect }) => {
    let told = await problemOf(comment, script, expect);
    while (told !== undefined && LATE.test(script)) told = await problemOf(comment, script, expect);
    expect(told).toBeUndefined();
  });
});

describe("the page tells", () => {
  it("the settings' names and defaults", ({ expect }) => {
    const defaults = parseSettings({});
    const names = Object.keys(defaults).filter((name) => /_(?:INVOCATION|STATS|AUDIT)/.test(name));
    expect(names).toHaveLength(6);
    for (const name of names) expect(PAGE).toContain(`\`${name}\``);
    expect(defaults).toMatchObject({
      SCRIPTFORGE_INVOCATIONS: 10_000,
      SCRIPTFORGE_INVOCATION_DAYS: 7,
      SCRIPTFORGE_INVOCATIONS_PER_SECOND: 20,
      SCRIPTFORGE_STATS_DAYS: 1,
      SCRIPTFORGE_AUDIT_DAYS: 365,
    });
  });
});
