// The engine's data on their way through a script that leaves them alone, compared as text.

import type { Call } from "./calls.ts";

const KEEP = "function main(data) { return data; }";

type Options = { code?: string; vars?: string };

/** The call goes on with the very text that came in. */
function kept(claim: string, body: string, { code = KEEP, vars }: Options = {}): Call {
  const assignment = vars === undefined ? {} : { vars };
  return { claim, code, body, becomes: { writes: body }, assignment };
}

const LONG = `{"id":12345678901234567890,"routing":{"cli":"1","id":9223372036854775807,"below":-9223372036854775808,"rate":0.12345678901234567890,"exp":1.2345678901234567890e25,"deep":{"ids":[12345678901234567,{"id":98765432109876543}]}}}`;
const ORDER = `{"zeta":1,"routing":{"zeta":1,"cli":"1","alpha":{"z":1,"a":null},"Z":true},"alpha":[{"z":1,"a":2}],"_":""}`;

export const UNTOUCHED: readonly Call[] = [
  kept("unknown fields stay, in their order", ORDER),
  kept("unknown fields stay, in their order, beside variables", ORDER, {
    vars: "a = 1\n[zz]\nb = 1",
  }),
  kept("unknown fields stay, in their order, of a bare routing object", ORDER, {
    code: "function main(data) { return data.routing; }",
  }),
  kept("unknown fields stay, in their order, where main leaves them out", ORDER, {
    code: "function main(data) { return { routing: data.routing }; }",
    vars: "a = 1",
  }),
  kept("numbers of 64 bits stay", LONG),
  kept("numbers of 64 bits stay, beside variables", LONG, { vars: "a = 1" }),
  kept("numbers of 64 bits stay, of a bare routing object", LONG, {
    code: "function main(data) { return data.routing; }",
  }),
  kept("numbers of 64 bits stay, in a copy", LONG, {
    code: "function main(data) { return JSON.parse(JSON.stringify(data)); }",
  }),
  kept(
    "a header's number of 64 bits stays",
    `{"routing":{"headers":[{"key":"X-A","value":12345678901234567890}]}}`,
  ),
  {
    claim: "numbers of 64 bits stay with the routes that move",
    code: "function main(data) { data.routing.egress_routing.reverse(); return data; }",
    body: `{"routing":{"egress_routing":[{"id":12345678901234567},{"id":98765432109876543}]}}`,
    becomes: {
      writes: `{"routing":{"egress_routing":[{"id":98765432109876543},{"id":12345678901234567}]}}`,
    },
  },
  {
    claim: "a number of 64 bits that the script replaces is the script's",
    code: "function main(data) { data.routing.id = 5; return data; }",
    body: `{"routing":{"id":9223372036854775807,"other":9223372036854775807}}`,
    becomes: { writes: `{"routing":{"id":5,"other":9223372036854775807}}` },
  },
  kept(
    "neighbouring numbers of 64 bits stay apart",
    `{"routing":{"egress_routing":[{"id":12345678901234567},{"id":12345678901234568}]}}`,
  ),
  {
    claim: "numbers of 64 bits stay in a list that gets shorter",
    code: "function main(data) { data.routing.ids.shift(); return data; }",
    body: `{"routing":{"ids":[1,12345678901234567]}}`,
    becomes: { writes: `{"routing":{"ids":[12345678901234567]}}` },
  },
  // E.164 has 15 digits: no telephone number is that long, and as text it would be the rounded one.
  kept(
    "a telephone number of 64 bits stays the number that it is",
    `{"routing":{"cli":12345678901234567890,"dest_number":9007199254740993}}`,
  ),
  // JavaScript has no number for it, and JSON no word for what JavaScript has.
  {
    claim: "a number beyond all that JavaScript has is null",
    code: KEEP,
    body: `{"routing":{"a":1e400}}`,
    becomes: { writes: `{"routing":{"a":null}}` },
  },
  kept(
    "names that JavaScript's objects have stay",
    `{"then":1,"toJSON":2,"constructor":3,"hasOwnProperty":4,"length":5,"routing":{"then":1,"toJSON":2,"constructor":3,"hasOwnProperty":4,"toString":5,"valueOf":6}}`,
  ),
  kept(
    "names of a run's own answer stay",
    `{"is":"continue","text":"{}","warnings":"[]","logs":"[]","cpuMs":0,"routing":{"is":"outcome","action":"reject","sip":{"code":404}}}`,
  ),
  kept(
    "the name of an object's prototype stays",
    `{"__proto__":{"x":1},"routing":{"__proto__":{"y":2},"cli":"1"}}`,
  ),
  kept(
    "the name of an object's prototype stays where main leaves it out",
    `{"__proto__":{"x":1},"routing":{"__proto__":{"y":2},"cli":"1"}}`,
    {
      code: "function main(data) { return { routing: data.routing }; }",
      vars: "a = 1",
    },
  ),
  kept(
    "texts of every script stay",
    `{"routing":{"name":"é ñ 日本 😀 \u2028","escaped":"\\" \\\\ \\n \\u0000 \\ud800"}}`,
  ),
  kept(
    "what looks like a header or a number elsewhere stays",
    `{"routing":{"params":{"cli":5,"headers":[{"key":"a b","value":1}]},"meta":{"dest_number":5},"log":["a\\r\\nb"],"ingress_routing":{"headers":"x"}}}`,
  ),
  kept(
    "headers that the engine wrote with numbers stay",
    `{"routing":{"headers":[{"value":5,"key":"X-A"},{"key":"X-B","value":5,"note":1}],"egress_routing":[{"headers":[{"key":"X-C","value":1.5}]}]}}`,
  ),
  kept(
    "empty lists and objects stay",
    `{"routing":{"egress_routing":[],"headers":[],"remove_headers":[],"params":{},"log":[]}}`,
  ),
  kept(
    "routes without gateways stay",
    `{"routing":{"egress_routing":[{},{"gw":null},{"gw":{}},{"gw":{"a":null}}]}}`,
  ),
];
