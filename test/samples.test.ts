// The built-in samples, through the running product, with scripts of the kind that people write for their places.

import { afterAll, beforeAll, describe, it } from "vitest";
import { z } from "zod";
import { PLACES } from "../schemas/assignment.ts";
import { RunResult } from "../schemas/call.ts";
import { Sample } from "../schemas/sample.ts";
import { startProduct, type Product } from "./harness.ts";

const CLI = "442079460099";

const SET_CLI = `
function main(data) {
  const { routing } = data;
  routing.cli = "${CLI}";
  for (const { gw } of routing.egress_routing ?? []) {
    for (const gateway of Object.values(gw ?? {})) gateway.cli = routing.cli;
  }
  return data;
}`;

const RETURN_DATA = "function main(data) { return data; }";

/** For each sample that is no call: a script of its place, and what it makes of the sample. */
const OTHERS: Record<string, { type: string; function?: string; code: string; value: unknown }> = {
  form: {
    type: "app",
    code: "exports.main = async ({ name, email }) => ({ status: 'OK', to: email, name });",
    value: { status: "OK", to: "ada@example.com", name: "Ada Example" },
  },
  "form-company": {
    type: "script",
    code: "function main(form) { return { company: form._company.company_id }; }",
    value: { company: 1234 },
  },
  "did-search": {
    type: "driver",
    function: "search",
    code: "module.export = { search: async ({ number }) => [{ did: number + '42' }] };",
    value: [{ did: "442079460042" }],
  },
  "did-allocate": {
    type: "driver",
    function: "allocate",
    code: "module.export = { allocate: async ({ did }) => ({ did, customer_id: 1234 }) };",
    value: { did: "442079460042", customer_id: 1234 },
  },
  "did-release": {
    type: "app",
    function: "release",
    code: "exports.release = async ({ did }) => did.length === 12;",
    value: true,
  },
  alert: {
    type: "app",
    code: "exports.main = async ({ alert }) => alert.recipients.length + ' of ' + alert.title;",
    value: "2 of Carrier-locked CLIs",
  },
  voice: {
    type: "app",
    code: "exports.main = async (data) => data['Caller-Caller-ID-Number'].replace('+', '');",
    value: "447700900456",
  },
  empty: { type: "script", code: RETURN_DATA, value: {} },
  "empty-routing": { type: "script", code: SET_CLI, value: { routing: { cli: CLI } } },
};

const Call = z.looseObject({
  routing: z.looseObject({
    cli: z.string(),
    egress_routing: z.array(
      z.looseObject({ gw: z.record(z.string(), z.looseObject({ cli: z.string() })).optional() }),
    ),
  }),
});
type Call = z.infer<typeof Call>;

const Decision = z.strictObject({ action: z.literal("continue"), data: z.unknown() });

let product: Product;
let samples: Sample[];

beforeAll(async () => {
  product = await startProduct({ SCRIPTFORGE_CELLS: "1" });
  samples = z.array(Sample).parse((await product.manage("GET", "/samples")).body);
  for (const type of ["script", "app", "driver"]) {
    await product.manage("POST", "/scripts", { name: `draft-${type}`, type });
  }
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
});

describe("a sample of a call", () => {
  it("comes back as it is from a script that returns its data", async ({ expect }) => {
    for (const { name, data } of callSamples()) {
      expect([name, await run({ type: "script", sample: name, code: RETURN_DATA })]).toEqual([
        name,
        data,
      ]);
    }
  });

  it("has gateways, in each of which a script sets the CLI", async ({ expect }) => {
    for (const { name, place, data } of callSamples()) {
      for (const type of PLACES[place].takes) {
        const changed = Call.parse(await run({ type, sample: name, code: SET_CLI }));
        expect(gateways(changed).length).toBeGreaterThan(0);
        expect([name, changed]).toEqual([name, withCli(Call.parse(data))]);
      }
    }
  });

  it("is decided when a routing engine sends it", async ({ expect }) => {
    await product.assign({ name: "set CLI", code: SET_CLI, customer: "acme" });
    for (const { name, data } of callSamples()) {
      const { status, body } = await product.ask("/call/termination/acme/main", data);
      expect([name, status]).toEqual([name, 200]);
      expect(Decision.parse(body).data).toEqual(withCli(Call.parse(data)));
    }
  });
});

describe("any other sample", () => {
  it("is input that scripts of its place can work with", async ({ expect }) => {
    const names = samples.filter((sample) => !isCall(sample)).map(({ name }) => name);
    expect(names.toSorted()).toEqual(Object.keys(OTHERS).toSorted());
    for (const [sample, { value, ...request }] of Object.entries(OTHERS)) {
      expect([sample, await run({ ...request, sample })]).toEqual([sample, value]);
    }
  });
});

describe("a sample of a script's own", () => {
  it("is what its run is given", async ({ expect }) => {
    const data = { routing: { cli: "1", egress_routing: [] } };
    await product.manage("PUT", "/scripts/draft-app/samples/my call", { data });
    const code = RETURN_DATA;
    expect(await run({ type: "app", sample: "my call", code })).toEqual(data);
  });
});

type CallSample = Sample & { place: keyof typeof PLACES };

function callSamples(): CallSample[] {
  return samples.filter(isCall);
}

function isCall(sample: Sample): sample is CallSample {
  return sample.place !== "run" && PLACES[sample.place].decidesCalls;
}

/** The value of a draft's run. Throws with what happened where it failed. */
async function run({ type, ...request }: Record<string, unknown>): Promise<unknown> {
  const answer = await product.manage("POST", `/scripts/draft-${String(type)}/run`, request);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  const result = RunResult.parse(answer.body);
  if (result.outcome !== "ok") throw new Error(JSON.stringify(result));
  return result.value;
}

function gateways({ routing }: Call): { cli: string }[] {
  return routing.egress_routing.flatMap(({ gw }) => Object.values(gw ?? {}));
}

/** The call with another CLI, in its gateways too. */
function withCli(call: Call): Call {
  const changed = structuredClone(call);
  changed.routing.cli = CLI;
  for (const gateway of gateways(changed)) gateway.cli = CLI;
  return changed;
}
