// oxlint-disable consistent-function-scoping, no-explicit-any -- scripts stand where they are judged, and know no types

import { describe, it } from "vitest";
import { readArgument } from "./call-data.ts";
import { continueCall } from "./continuation.ts";
import type { Continued } from "../../../schemas/continued.ts";

type Fields = Record<string, unknown>;
type Main = (data: any) => unknown;

const ROUTE = {
  provider_id: 1,
  gw: { 301: { cli: "44", ip: "192.0.2.1" } },
  headers: [{ key: "X-Customer-ID", value: 1234 }],
};
const SENT = {
  routing: {
    cli: "44",
    dest_number: "45",
    egress_routing: [ROUTE, { provider_id: 2 }],
    headers: [],
  },
  other: { kept: true },
};

/** What the call goes on with after `main`, with what was sent. */
function after(
  main: Main,
  { sent = SENT, vars }: { sent?: object; vars?: object } = {},
): Continued | undefined {
  const payload = JSON.stringify(sent);
  const texts = {
    payload,
    vars: vars === undefined ? "" : JSON.stringify(vars),
    isCall: true,
    hasLongNumber: false,
  };
  const { data, call } = readArgument(texts, { egressRouting: true, body: true });
  return call && continueCall(main(data) ?? data, call);
}

function dataAfter(main: Main, given: { sent?: object; vars?: object } = {}): Fields {
  const continued = after(main, given);
  if (continued?.is !== "continue") throw new Error(JSON.stringify(continued));
  return JSON.parse(JSON.stringify(continued.data));
}

function warningsAfter(main: Main, given: { sent?: object; vars?: object } = {}): string[] {
  const continued = after(main, given);
  if (continued?.is !== "continue") throw new Error(JSON.stringify(continued));
  return continued.warnings;
}

function routingAfter(main: Main, given: { sent?: object; vars?: object } = {}): Fields {
  return Object(dataAfter(main, given)["routing"]);
}

const sentWith = (routing: object): { sent: object } => ({ sent: { routing } });

describe("a result with routing", () => {
  it("is what the call goes on with", ({ expect }) => {
    const routing = { ...SENT.routing, cli: "9", added: [1, { a: null }] };
    expect(dataAfter(() => ({ ...SENT, routing }))).toEqual({ ...SENT, routing });
    expect(warningsAfter((data) => data)).toEqual([]);
  });

  it("is the script's own object where nothing is to be put right", ({ expect }) => {
    const result = { routing: {}, other: 1 };
    const continued = after(() => result, sentWith({}));
    expect(continued?.is === "continue" && continued.data).toBe(result);
  });

  it("adds, changes and need not repeat members beside routing", ({ expect }) => {
    const { routing } = SENT;
    expect(dataAfter(() => ({ routing }))).toEqual(SENT);
    expect(dataAfter(() => ({ routing, other: 5, mine: 1 }))).toEqual({
      routing,
      other: 5,
      mine: 1,
    });
  });

  it("has none of the variables that the engine never sent", ({ expect }) => {
    const sent = { routing: {}, dnc: { of: "engine" } };
    const main: Main = () => ({ routing: {}, dnc: { of: "script" }, cli: 2, mine: 3 });
    expect(dataAfter(main, { sent, vars: { dnc: { db: 1 }, cli: 2 } })).toEqual({
      routing: {},
      dnc: { of: "script" },
      mine: 3,
    });
  });
});

describe("a bare routing object", () => {
  it("is put in its place, be it the very one or one with its members", ({ expect }) => {
    expect(dataAfter((data) => data.routing)).toEqual(SENT);
    const changed = routingAfter((data) => ({ ...data.routing, cli: "9" }));
    expect(changed).toEqual({ ...SENT.routing, cli: "9" });
    for (const name of ["dest_number", "cli", "callid", "asrPlus"]) {
      expect(dataAfter(() => ({ [name]: "x" }), { sent: { a: 1 } })).toEqual({
        a: 1,
        routing: { [name]: "x" },
      });
    }
  });

  it("is not taken for one by what every object inherits", ({ expect }) => {
    expect(dataAfter(() => ({ toString: 1 }))).toEqual(SENT);
  });
});

describe("a list of headers", () => {
  const added = [
    { key: "X-A", value: "1" },
    { key: "X-B", value: "2" },
  ];

  it("is added for all destinations, behind those that are there", ({ expect }) => {
    expect(routingAfter(() => added)).toEqual({ ...SENT.routing, headers: added });
    const first = { key: "X-0", value: "0" };
    expect(routingAfter(() => added, sentWith({ headers: [first] }))).toEqual({
      headers: [first, ...added],
    });
  });

  it("is added even where the engine sent no routing", ({ expect }) => {
    for (const sent of [{}, { routing: null }, { routing: { headers: "none" } }]) {
      expect(routingAfter(() => added, { sent })).toEqual({ headers: added });
    }
  });

  it("comes on top of what the script changed in place", ({ expect }) => {
    const main: Main = (data) => {
      data.routing.cli = "9";
      return added;
    };
    expect(routingAfter(main)).toMatchObject({ cli: "9", headers: added });
  });

  it("is no other list", ({ expect }) => {
    for (const list of [[200, "OK"], ["x"], [{ key: "X-A" }, 5], [{ name: "X-A" }], [[]], [null]]) {
      expect(after(() => list)).toBeUndefined();
    }
  });
});

describe("a result that is none of these", () => {
  it("lets the call go on as main left it where it is an object, with a warning", ({ expect }) => {
    for (const result of [{}, { ok: true }, { routing: null }, { routing: 5 }, { routing: [] }]) {
      expect(dataAfter(() => result)).toEqual(SENT);
      expect(warningsAfter(() => result)).toEqual([expect.stringContaining("without routing")]);
      const changed = routingAfter((data) => {
        data.routing.cli = "9";
        return result;
      });
      expect(changed["cli"]).toBe("9");
    }
  });

  it("is nothing, and then counts what main left, with a warning", ({ expect }) => {
    const texts = { payload: JSON.stringify(SENT), vars: "", isCall: true, hasLongNumber: false };
    const { data, call } = readArgument(texts, { egressRouting: false, body: false });
    for (const nothing of [undefined, null]) {
      expect(call && continueCall(nothing, call)).toEqual({
        is: "continue",
        data,
        warnings: [expect.stringContaining("returned nothing")],
      });
    }
  });

  it("is put right in a copy where it cannot be changed", ({ expect }) => {
    const frozen: Main = (data) =>
      Object.freeze({ routing: Object.freeze({ ...data.routing, cli: 9 }) });
    expect(routingAfter(frozen)).toMatchObject({ cli: "9" });
    const getter: Main = (data) => ({
      routing: Object.defineProperty({ ...data.routing }, "cli", {
        get: () => 9,
        enumerable: true,
      }),
    });
    expect(routingAfter(getter)).toMatchObject({ cli: "9" });
  });

  it("has to be decided on where it is no object", ({ expect }) => {
    for (const result of [false, true, 0, "", "x"]) expect(after(() => result)).toBeUndefined();
  });

  it("is what main left in place, where it returned nothing", ({ expect }) => {
    const main: Main = (data) => {
      data.routing.cli = "9";
    };
    expect(routingAfter(main)).toEqual({ ...SENT.routing, cli: "9" });
  });
});

describe("a telephone number", () => {
  it("that became a number is text again", ({ expect }) => {
    const main: Main = (data) => {
      data.routing.cli = 442071838750;
      data.routing.dest_number = 5;
      data.routing.egress_routing[0].gw[301].cli = 442071838750;
    };
    expect(routingAfter(main)).toMatchObject({
      cli: "442071838750",
      dest_number: "5",
      egress_routing: [{ gw: { 301: { cli: "442071838750" } } }, {}],
    });
    expect(warningsAfter(main)).toEqual([]);
  });

  it("loses control characters, with a warning", ({ expect }) => {
    const main: Main = (data) => {
      data.routing.cli = "44\r\nX-Evil: 1";
      data.routing.egress_routing[0].gw[301].cli = "44\u0000";
    };
    expect(routingAfter(main)).toMatchObject({
      cli: "44X-Evil: 1",
      egress_routing: [{ gw: { 301: { cli: "44" } } }, {}],
    });
    expect(warningsAfter(main)).toHaveLength(2);
  });

  it("may be anything else", ({ expect }) => {
    for (const cli of [null, { a: 1 }, [], true]) {
      expect(routingAfter(() => ({ routing: { cli } }), sentWith({}))).toEqual({ cli });
    }
  });
});

describe("a header", () => {
  const places: [place: string, main: (list: unknown) => Main, read: (routing: any) => unknown][] =
    [
      [
        "for all destinations",
        (list) => (data) => void (data.routing.headers = list),
        (routing) => routing.headers,
      ],
      [
        "for one destination",
        (list) => (data) => void (data.routing.egress_routing[1].headers = list),
        (routing) => routing.egress_routing[1].headers,
      ],
      [
        "beside routing",
        (list) => (data) => void (data.headers = list),
        (routing) => routing.headers,
      ],
    ];

  for (const [place, main, read] of places) {
    it(`goes out ${place}, with its value as text`, ({ expect }) => {
      const list = [
        { key: "X-Text", value: "a b\tc é" },
        { key: "X-Number", value: 5 },
        { key: "X-True", value: true, more: 1 },
        { key: "X-Empty", value: "" },
      ];
      expect(read(routingAfter(main(list)))).toEqual([
        { key: "X-Text", value: "a b\tc é" },
        { key: "X-Number", value: "5" },
        { key: "X-True", value: "true", more: 1 },
        { key: "X-Empty", value: "" },
      ]);
      expect(warningsAfter(main(list))).toEqual([]);
    });

    it(`is left out ${place} where it would break the message, with a warning`, ({ expect }) => {
      const bad = [
        { key: "X-A", value: "1\r\nX-Evil: 1" },
        { key: "X-A", value: "1\n" },
        { key: "X-A", value: "\u0000" },
        { key: "X-A\r\nX-Evil", value: "1" },
        { key: "X A", value: "1" },
        { key: "X-A:", value: "1" },
        { key: "", value: "1" },
        { key: "X-Ä", value: "1" },
        { key: 5, value: "1" },
        { value: "1" },
        { key: "X-A" },
        { key: "X-A", value: null },
        { key: "X-A", value: {} },
        { key: "X-A", value: ["1\r\nX-Evil: 1"] },
        null,
        5,
        "X-A: 1",
        [],
      ];
      for (const one of bad) {
        const list = [{ key: "X-0", value: "0" }, one, { key: "X-2", value: "2" }];
        expect([one, read(routingAfter(main(list)))]).toEqual([
          one,
          [
            { key: "X-0", value: "0" },
            { key: "X-2", value: "2" },
          ],
        ]);
        expect(warningsAfter(main(list))).toHaveLength(1);
      }
    });
  }

  it("that is to be removed needs a name and nothing else", ({ expect }) => {
    const main: Main = (data) => {
      data.routing.remove_headers = [{ key: "X-A" }, { key: "X\r\nEvil" }, 5];
      data.remove_headers = [{ key: "X-B" }];
    };
    expect(routingAfter(main)["remove_headers"]).toEqual([{ key: "X-A" }, { key: "X-B" }]);
    expect(warningsAfter(main)).toHaveLength(2);
  });

  it("that the engine sent with a number stays as it came", ({ expect }) => {
    const main: Main = (data) => {
      data.routing.egress_routing[0].headers.push({ key: "X-Mine", value: 1234 });
    };
    expect(routingAfter(main)).toMatchObject({
      egress_routing: [
        {
          headers: [
            { key: "X-Customer-ID", value: 1234 },
            { key: "X-Mine", value: "1234" },
          ],
        },
        {},
      ],
    });
    const spaced = `{ "routing": { "headers": [ { "key" : "X-A", "value" : 7 } ] } }`;
    const texts = { payload: spaced, vars: "", isCall: true, hasLongNumber: false };
    const { data, call } = readArgument(texts, { egressRouting: false, body: false });
    expect(call && continueCall(data, call)).toMatchObject({
      data: { routing: { headers: [{ key: "X-A", value: 7 }] } },
    });
  });

  it("stands in a list, and anything else in its place is left out with a warning", ({
    expect,
  }) => {
    for (const headers of [{ "X-A": "1" }, "X-A: 1", 5]) {
      const main: Main = (data) => void (data.routing.headers = headers);
      expect(routingAfter(main)).not.toHaveProperty("headers");
      expect(warningsAfter(main)).toEqual([expect.stringContaining("no list")]);
    }
    expect(routingAfter((data) => void (data.routing.headers = null))["headers"]).toBeNull();
  });

  it("beside routing that the engine itself sends stays there", ({ expect }) => {
    const sent = { routing: { headers: [] }, headers: [{ key: "X-A", value: "1" }] };
    expect(dataAfter((data) => data, { sent })).toEqual(sent);
  });

  it("on the list of egress routes counts for all of them, with a warning", ({ expect }) => {
    const main: Main = (data) => {
      data.routing.egress_routing.headers = [{ key: "X-A", value: "1" }];
    };
    expect(routingAfter(main)["headers"]).toEqual([{ key: "X-A", value: "1" }]);
    expect(warningsAfter(main)).toEqual([expect.stringContaining("egress_routing")]);
  });

  it("warns in number, not without end", ({ expect }) => {
    const main: Main = (data) => void (data.routing.headers = Array.from({ length: 500 }, () => 5));
    expect(warningsAfter(main)).toHaveLength(20);
  });
});

describe("the egress routes", () => {
  it("stay as they were where the script left them out, with a warning", ({ expect }) => {
    for (const value of [undefined, null, {}, 5, "x"]) {
      const main: Main = (data) => void (data.routing.egress_routing = value);
      expect(routingAfter(main)["egress_routing"]).toEqual(SENT.routing.egress_routing);
      expect(warningsAfter(main)).toEqual([expect.stringContaining("egress_routing")]);
    }
    expect(routingAfter(() => ({ routing: { cli: "1" } }))).toEqual({
      cli: "1",
      egress_routing: SENT.routing.egress_routing,
    });
  });

  it("are none where the script left an empty list", ({ expect }) => {
    const main: Main = (data) => void (data.routing.egress_routing.length = 0);
    expect(after(main)).toEqual({ is: "noRoutes" });
    expect(after(() => ({ routing: { egress_routing: [] } }))).toEqual({ is: "noRoutes" });
  });

  it("may be none where the engine sent none", ({ expect }) => {
    expect(routingAfter((data) => data, sentWith({ egress_routing: [] }))).toEqual({
      egress_routing: [],
    });
    expect(routingAfter((data) => data, sentWith({}))).toEqual({});
  });

  it("can be reached and replaced beside routing", ({ expect }) => {
    const reached = routingAfter((data) => void (data.egress_routing[0].rate = 1));
    expect(reached).toMatchObject({ egress_routing: [{ rate: 1 }, {}] });
    const replaced = routingAfter((data) => void (data.egress_routing = [{ provider_id: 9 }]));
    expect(replaced["egress_routing"]).toEqual([{ provider_id: 9 }]);
    const both = routingAfter((data) => {
      data.routing.egress_routing = [{}];
      data.egress_routing[0].rate = 1;
    });
    expect(both["egress_routing"]).toEqual([{ rate: 1 }]);
    const within = routingAfter(
      (data) => void (data.routing.egress_routing = [{ provider_id: 8 }]),
    );
    expect(within["egress_routing"]).toEqual([{ provider_id: 8 }]);
    expect(dataAfter((data) => data)).not.toHaveProperty("egress_routing");
  });
});
