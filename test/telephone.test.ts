// The contract with the routing engine, row by row: what scripts throw, return and do to the data, and what each call gets.

import { afterAll, beforeAll, describe, it } from "vitest";
import { Decision } from "../schemas/decision.ts";
import { startProduct, type Product } from "./harness.ts";
import {
  askEdge,
  describeCalls,
  EVERY_KIND,
  failure,
  ofEveryKind,
  publish,
  PATIENT,
  put,
  seen,
  told,
  type Kind,
  type Outcome,
} from "./telephone/calls.ts";
import { UNTOUCHED } from "./telephone/exact.ts";
import {
  ALIASES,
  CHECKED,
  ENGINES_OWN,
  NUMBERS,
  ON_THE_LIST,
  PLACED,
} from "./telephone/headers.ts";
import {
  BARE_ROUTING,
  EGRESS,
  LISTS,
  NOTHING,
  SMUGGLERS,
  UNSERIALISABLE,
  VALUES,
  WHOLE,
} from "./telephone/returned.ts";
import { ENGINE_ERRORS, OBJECTS, PAIRS, REASONS, TEXTS, WAYS } from "./telephone/thrown.ts";
import { LEVELS, SETTER, WAYS as WRONG_WAYS, wrongCall } from "./telephone/wrong-types.ts";

let started: Product;
const product = (): Product => started;
beforeAll(async () => {
  started = await startProduct();
});
afterAll(async () => {
  await started[Symbol.asyncDispose]();
});

describeCalls(product, "a thrown text", TEXTS);
describeCalls(product, "a thrown pair", PAIRS);
describeCalls(product, "a thrown thing of another kind", OBJECTS);
describeCalls(product, "the reason of an answer is cleaned", REASONS);
describeCalls(product, "however it is thrown", ofEveryKind(WAYS));
describeCalls(product, "an error that names no answer", ENGINE_ERRORS);
describeCalls(product, "a returned object with routing", ofEveryKind(WHOLE));
describeCalls(product, "a returned routing object", BARE_ROUTING);
describeCalls(product, "a returned list", LISTS);
describeCalls(product, "nothing returned that is known", NOTHING);
describeCalls(product, "a returned value", VALUES);
describeCalls(product, "the egress routes", EGRESS);
describeCalls(product, "what is not JSON", UNSERIALISABLE);
describeCalls(
  product,
  "what is checked is what goes out",
  SMUGGLERS.map((call) => ({ ...call, kinds: ["script", "scoped app"] })),
);
describeCalls(product, "headers and where they are put", PLACED);
describeCalls(product, "headers of the engine's own", ENGINES_OWN);
describeCalls(product, "data.egress_routing", ALIASES);
describeCalls(product, "headers on the list of routes", ON_THE_LIST);
describeCalls(product, "headers are checked", CHECKED);
describeCalls(product, "telephone numbers", ofEveryKind(NUMBERS));
describeCalls(product, "data that nobody touches", ofEveryKind(UNTOUCHED));

describe("what goes out of an isolate of the call's own", () => {
  beforeAll(async () => {
    for (const [at, { code }] of SMUGGLERS.entries()) {
      await publish(started, { name: `smuggler ${at}`, kind: "app", code });
      await put(started, `/assignments/termination/smuggler-${at}/main`, {
        script: `smuggler ${at}`,
        ...PATIENT,
      });
    }
    await started.untilRevision();
  });

  for (const [at, { code, body = { routing: {} } }] of SMUGGLERS.entries()) {
    it(`has no line's end in it: ${code}`, async ({ expect }) => {
      const { text } = await askEdge(started, `termination/smuggler-${at}/main`, body);
      const decision = Decision.parse(JSON.parse(text));
      const data = decision.action === "continue" ? decision.data : undefined;
      expect(JSON.stringify(data ?? null)).not.toMatch(/\\r|\\n|\\u007f|\u007f/);
    });
  }
});

describe("a wrong type", () => {
  beforeAll(() => assignToEvery("setter", SETTER));

  for (const kind of EVERY_KIND) {
    for (const way of WRONG_WAYS) {
      for (const level of LEVELS) {
        it(`${way} in the place of ${level.title} (${kind})`, async ({ expect }) => {
          for (const value of level.values) {
            const { body, becomes } = wrongCall(level, value, way);
            const answer = await askEdge(started, `termination/setter/${kind}`, body);
            expect(seen(answer)).toEqual(told(expect, becomes));
          }
        });
      }
    }
  }
});

/** Assigns the script to a customer of its name, with a route for every kind. */
async function assignToEvery(name: string, code: string): Promise<void> {
  for (const kind of EVERY_KIND) {
    await publish(started, { name: `${name} ${kind}`, kind, code });
    const assignment = { script: `${name} ${kind}`, ...PATIENT };
    await put(started, `/assignments/termination/${name}/${kind}`, assignment);
  }
  await started.untilRevision();
}

/** Of which calls a body is told: with a script of each kind, and with none. */
const PLACES: readonly (Kind | "no script")[] = [...EVERY_KIND, "no script"];

const MOST_BYTES = 1_000_000;

/** A body of so many bytes. */
function bodyOf(bytes: number): string {
  const [start, end] = ['{"routing":{"cli":"', '"}}'];
  return start + "x".repeat(bytes - start.length - end.length) + end;
}

function path(place: Kind | "no script"): string {
  return `termination/body/${place}`;
}

function nested(depth: number, inmost = ""): string {
  return `{"routing":{"x":${"[".repeat(depth)}${inmost}${"]".repeat(depth)}}}`;
}

describe("the body of a call", () => {
  beforeAll(() => assignToEvery("body", "function main(data) { return data; }"));

  const tooDeep: Outcome = failure("nested deeper", "output_too_large");

  for (const place of PLACES) {
    it.for(["[1]", "[]", "1", '"x"', "null", "true"])(
      `%s is refused, for it is no object (${place})`,
      async (body, { expect }) => {
        const { status, headers, text } = await askEdge(started, path(place), body);
        expect(status).toBe(400);
        expect(headers.get("content-type")).toBe("application/problem+json");
        expect(headers.get("x-sip-code")).toBeNull();
        expect(JSON.parse(text)).toEqual({
          type: "urn:scriptforge:fault:bad_request",
          title: "The request cannot be read",
          status: 400,
          code: "bad_request",
          detail: 'The body of a call is a JSON object, e.g. {"routing":{}}',
        });
      },
    );

    it.for(["{", "{}}", "{'a':1}", "undefined", "NaN", "{}{}", '{"a":1,}', "[".repeat(100_000)])(
      `%.20s is refused, for it is no JSON (${place})`,
      async (body, { expect }) => {
        const { status, text } = await askEdge(started, path(place), body);
        expect(status).toBe(400);
        expect(JSON.parse(text)).toEqual({
          type: "urn:scriptforge:fault:bad_request",
          title: "The request cannot be read",
          status: 400,
          code: "bad_request",
          detail: expect.stringMatching(/^The body is not JSON: ./),
        });
      },
    );

    it.for(["", " ", "\r\n\t "])(`%j means no data (${place})`, async (body, { expect }) => {
      const { status, text } = await askEdge(started, path(place), body);
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({ action: "continue", data: {} });
    });

    it(`may have a million bytes (${place})`, async ({ expect }) => {
      const body = bodyOf(MOST_BYTES);
      const { text } = await askEdge(started, path(place), body);
      expect(text === `{"action":"continue","data":${body}}`).toBe(true);
    });

    it(`may not have a byte more (${place})`, async ({ expect }) => {
      const wide = `{"a":"${"é".repeat(MOST_BYTES / 2)}"}`;
      for (const body of [bodyOf(MOST_BYTES + 1), wide]) {
        const { status, headers, text } = await askEdge(started, path(place), body);
        expect(status).toBe(413);
        expect(headers.get("x-sip-code")).toBeNull();
        expect(JSON.parse(text)).toEqual({
          type: "urn:scriptforge:fault:body_too_large",
          title: "The body is too large",
          status: 413,
          code: "body_too_large",
          detail: "A body has at most 1000000 bytes",
        });
      }
    });
  }

  it("is not looked at where no script is assigned", async ({ expect }) => {
    const bodies = [
      '{"a":1, "a":2,\n"10":0,"2":1e400}',
      nested(100_000),
      nested(9, "1".repeat(30)),
    ];
    for (const body of bodies) {
      const { status, headers, text } = await askEdge(started, path("no script"), body);
      expect(status).toBe(200);
      expect(text === `{"action":"continue","data":${body}}`).toBe(true);
      expect(headers.get("x-invocation")).toBeNull();
      expect(headers.get("x-sip-code")).toBeNull();
    }
  });

  for (const kind of EVERY_KIND) {
    it(`may be nested some hundred levels deep (${kind})`, async ({ expect }) => {
      const body = nested(490);
      const answer = await askEdge(started, path(kind), body);
      expect(seen(answer)).toEqual(told(expect, { writes: body }));
    });

    it(`may not come back deeper than that (${kind})`, async ({ expect }) => {
      for (const depth of [500, 1_000, 100_000]) {
        const answer = await askEdge(started, path(kind), nested(depth));
        expect(seen(answer)).toEqual(told(expect, tooDeep));
      }
    });

    it(`is as deep with a long number in it (${kind})`, async ({ expect }) => {
      const body = nested(100_000, "9223372036854775807");
      const answer = await askEdge(started, path(kind), body);
      expect(seen(answer)).toEqual(told(expect, tooDeep));
    });
  }
});
