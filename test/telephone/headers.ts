// What scripts do to headers and telephone numbers, and what of it reaches the call.

import { failure, type Call, type Outcome } from "./calls.ts";

const ROUTES = [
  {
    gw: { gw1: { cli: "44" }, gw2: { cli: "44" } },
    headers: [
      { key: "X-Customer-ID", value: 1234 },
      { key: "X-CX-Sec", value: "token" },
    ],
    remove_headers: [],
  },
  { provider_id: 78 },
];
const OWN = { key: "X-Own", value: "1" };
const GONE = { key: "X-Gone" };
const ROUTING = {
  cli: "44",
  dest_number: "45",
  egress_routing: ROUTES,
  headers: [OWN],
  remove_headers: [GONE],
};
const SENT = { routing: ROUTING };

type Options = Partial<Pick<Call, "claim" | "body">>;

function main(body: string, becomes: Outcome, options: Options = {}): Call {
  const code = `function main(data) { ${body} }`;
  return { claim: body, code, becomes, body: SENT, ...options };
}

/** The call goes on with these members of routing, and the others as they were. */
function goesOn(changed: object, ...warnings: string[]): Outcome {
  const continues = { routing: { ...ROUTING, ...changed } };
  return warnings.length === 0 ? { continues } : { continues, warnings };
}

/** These are the members of the first route. */
function firstRoute(changed: object): { egress_routing: object[] } {
  return { egress_routing: [{ ...ROUTES[0], ...changed }, { provider_id: 78 }] };
}

const A = { key: "X-A", value: "a" };
const B = { key: "X-B" };
const LIST_WARNING = "on the list egress_routing";
const RETURNED_NOTHING = "main returned nothing";
/** What is told where no route has the engine's own headers any more. */
const ENGINES_GONE = ['"X-Customer-ID" is gone', '"X-CX-Sec" is gone'];

export const PLACED: readonly Call[] = [
  main(
    "data.routing.headers.push({ key: 'X-A', value: 'a' }); return data;",
    goesOn({ headers: [OWN, A] }),
  ),
  main(
    "data.routing.headers = [{ key: 'X-A', value: 'a' }]; return data;",
    goesOn({ headers: [A] }),
  ),
  main(
    "data.routing.remove_headers.push({ key: 'X-B' }); return data;",
    goesOn({ remove_headers: [GONE, B] }),
  ),
  main("delete data.routing.headers; return data;", goesOn({ headers: undefined })),
  main(
    "const [first] = data.routing.egress_routing; first.headers.push({ key: 'X-A', value: 'a' }); first.remove_headers.push({ key: 'X-B' }); return data;",
    goesOn(firstRoute({ headers: [...(ROUTES[0]?.headers ?? []), A], remove_headers: [B] })),
  ),
  main(
    "data.routing.egress_routing[1].headers = [{ key: 'X-A', value: 'a' }]; return data;",
    goesOn({ egress_routing: [ROUTES[0], { provider_id: 78, headers: [A] }] }),
  ),
  main("data.headers = [{ key: 'X-A', value: 'a' }]; return data;", goesOn({ headers: [OWN, A] })),
  main(
    "data.remove_headers = [{ key: 'X-B' }]; return data;",
    goesOn({ remove_headers: [GONE, B] }),
  ),
  main(
    "data.headers = [{ key: 'X-A', value: 'a' }];",
    goesOn({ headers: [OWN, A] }, RETURNED_NOTHING),
  ),
  main(
    "return { routing: data.routing, headers: [{ key: 'X-A', value: 'a' }], remove_headers: [{ key: 'X-B' }] };",
    goesOn({ headers: [OWN, A], remove_headers: [GONE, B] }),
  ),
  main(
    "data.headers = [{ key: 'X-A', value: 'a' }]; data.remove_headers = [{ key: 'X-B' }]; return data;",
    { continues: { routing: { headers: [A], remove_headers: [B] } } },
    { body: { routing: {} } },
  ),
  main(
    "data.headers = [{ key: 'X A', value: 'a' }, { key: 'X-A', value: 'a\\r\\nb' }]; return data;",
    goesOn({}, "X A", "X-A"),
  ),
  main("return { egress_routing: [{}], headers: [{ key: 'X-A', value: 'a' }] };", {
    continues: { routing: { egress_routing: [{}], headers: [A] } },
    warnings: ENGINES_GONE,
  }),
  // The engine's own lists beside routing stay where they are.
  main(
    "data.headers.push({ key: 'X-A', value: 'a\\r\\nEvil: 1' }); return data;",
    { continues: { headers: [], routing: {} }, warnings: ["X-A"] },
    { body: { headers: [], routing: {} } },
  ),
  main(
    "data.remove_headers = 5; return data;",
    { continues: { routing: {} }, warnings: ["remove_headers is no list"] },
    { body: { remove_headers: [], routing: {} } },
  ),
];

export const ENGINES_OWN: readonly Call[] = [
  main(
    "data.routing.egress_routing[0].headers = [{ key: 'X-A', value: 'a' }]; return data;",
    goesOn(firstRoute({ headers: [A] }), ...ENGINES_GONE),
  ),
  main(
    "data.routing.egress_routing[0].headers.shift(); return data;",
    goesOn(
      firstRoute({ headers: [{ key: "X-CX-Sec", value: "token" }] }),
      '"X-Customer-ID" is gone',
    ),
  ),
  main(
    "data.routing.egress_routing[0].headers.pop(); return data;",
    goesOn(firstRoute({ headers: [{ key: "X-Customer-ID", value: 1234 }] }), '"X-CX-Sec" is gone'),
  ),
  main(
    "data.routing.egress_routing.shift(); return data;",
    goesOn({ egress_routing: [{ provider_id: 78 }] }, ...ENGINES_GONE),
  ),
  // Only where no route has it any more is anybody told.
  main(
    "data.routing.egress_routing[0].headers = [{ key: 'X-A', value: 'a' }]; data.routing.egress_routing[1].headers = [{ key: 'X-Customer-ID', value: 1 }, { key: 'X-CX-Sec', value: '' }]; return data;",
    goesOn({
      egress_routing: [
        { ...ROUTES[0], headers: [A] },
        {
          provider_id: 78,
          headers: [
            { key: "X-Customer-ID", value: "1" },
            { key: "X-CX-Sec", value: "" },
          ],
        },
      ],
    }),
  ),
  main(
    "data.routing.egress_routing = [{}]; return data;",
    { continues: { routing: { egress_routing: [{}] } } },
    { body: { routing: { egress_routing: [{ headers: [A] }] } } },
  ),
];

export const ALIASES: readonly Call[] = [
  main(
    "data.egress_routing[0].headers = [...data.egress_routing[0].headers, { key: 'X-A', value: 'a' }]; return data;",
    goesOn(firstRoute({ headers: [...(ROUTES[0]?.headers ?? []), A] })),
  ),
  main(
    "data.egress_routing[0].remove_headers = [{ key: 'X-B' }];",
    goesOn(firstRoute({ remove_headers: [B] }), RETURNED_NOTHING),
  ),
  main(
    "data.egress_routing = [{ provider_id: 9 }]; return data;",
    goesOn({ egress_routing: [{ provider_id: 9 }] }, ...ENGINES_GONE),
  ),
  main(
    "return { ...data, egress_routing: data.egress_routing.slice(1) };",
    goesOn({ egress_routing: [{ provider_id: 78 }] }, ...ENGINES_GONE),
  ),
  main("return { routing: { cli: '9' }, egress_routing: [{ provider_id: 9 }] };", {
    continues: { routing: { cli: "9", egress_routing: [{ provider_id: 9 }] } },
    warnings: ENGINES_GONE,
  }),
  main(
    "data.routing.saw = [data.egress_routing === data.routing.egress_routing, Object.keys(data), JSON.stringify(data).split('egress_routing').length]; return data;",
    goesOn({ saw: [true, ["routing"], 2] }),
  ),
  main(
    "data.routing.saw = data.egress_routing === undefined; return data;",
    { continues: { routing: { saw: true } } },
    { body: { routing: {} } },
  ),
  main(
    "data.egress_routing = [{ provider_id: 9 }]; return data;",
    { continues: { routing: { egress_routing: [{ provider_id: 9 }] } } },
    { body: { routing: {} } },
  ),
  main(
    "data.routing.egress_routing = [{ provider_id: data.egress_routing.length }]; return data;",
    goesOn({ egress_routing: [{ provider_id: 2 }] }, ...ENGINES_GONE),
  ),
  main(
    "return data;",
    { continues: { egress_routing: [{ own: 1 }], routing: { egress_routing: [{}] } } },
    { body: { egress_routing: [{ own: 1 }], routing: { egress_routing: [{}] } } },
  ),
  main(
    "data.routing.egress_routing = [{ provider_id: 9 }]; data.egress_routing[0].rate = 1; return data;",
    goesOn({ egress_routing: [{ provider_id: 9, rate: 1 }] }, ...ENGINES_GONE),
  ),
];

export const ON_THE_LIST: readonly Call[] = [
  main(
    "data.routing.egress_routing.headers = [{ key: 'X-A', value: 'a' }]; return data;",
    goesOn({ headers: [OWN, A] }, LIST_WARNING),
  ),
  main(
    "data.routing.egress_routing.remove_headers = [{ key: 'X-B' }]; return data;",
    goesOn({ remove_headers: [GONE, B] }, LIST_WARNING),
  ),
  main(
    "data.egress_routing.headers = [{ key: 'X-A', value: 'a' }]; return data;",
    goesOn({ headers: [OWN, A] }, LIST_WARNING),
  ),
  main(
    "data.routing.egress_routing.headers = [{ key: 'X-A', value: 'a' }]; return data.routing;",
    goesOn({ headers: [OWN, A] }, LIST_WARNING),
  ),
  main(
    "data.routing.egress_routing.headers = [{ key: 'X-A', value: 1 }, { key: 'X B', value: '1' }]; return data;",
    goesOn({ headers: [OWN, { key: "X-A", value: "1" }] }, LIST_WARNING, "X B"),
  ),
  main(
    "data.routing.egress_routing = Object.assign([{}], { headers: [{ key: 'X-A', value: 'a' }] }); return data;",
    goesOn({ egress_routing: [{}], headers: [OWN, A] }, LIST_WARNING, ...ENGINES_GONE),
  ),
];

/** A list with one header, and how its value reaches the call. */
function value(written: string, text: string): Call {
  return main(
    `data.routing.headers = [{ key: 'X-A', value: ${written} }]; return data;`,
    goesOn({ headers: [{ key: "X-A", value: text }] }),
  );
}

/** A header that does not reach the call, for all destinations or for one. */
function refused(header: string): Call {
  const list = `[${header}]`;
  return main(
    `data.routing.headers = ${list}; data.routing.egress_routing[1].headers = ${list}; return data;`,
    goesOn(
      { headers: [], egress_routing: [ROUTES[0], { provider_id: 78, headers: [] }] },
      "headers",
      "headers",
    ),
  );
}

export const CHECKED: readonly Call[] = [
  value("'text'", "text"),
  value("''", ""),
  value("'tab\\there'", "tab\there"),
  value("'é 日本 😀'", "é 日本 😀"),
  value("1", "1"),
  value("0", "0"),
  value("-1.5", "-1.5"),
  value("true", "true"),
  value("false", "false"),
  // What is no text, number or boolean is left out, and told, rather than made a text that nobody meant.
  ...["null", "undefined", "NaN", "['a', 'b']", "{ a: 1 }", "() => 1"].map((written) =>
    refused(`{ key: 'X-A', value: ${written} }`),
  ),
  main(
    "data.routing.headers = [{ key: 'X-A', value: 10n }]; return data;",
    failure('"routing.headers.0.value": Do not know how to serialize a BigInt', "not_serialisable"),
  ),
  ...["a\\r\\nEvil: 1", "a\\nb", "a\\rb", "\\u0000", "\\u001b", "\\u007f"].map((text) =>
    refused(`{ key: 'X-A', value: '${text}' }`),
  ),
  ...["X A", "X:A", "", "é", "X\\r\\nA", "X\\u0000", "(X)", "X@A", "X=", '"X"'].map((key) =>
    refused(`{ key: '${key}', value: 'a' }`),
  ),
  refused("{ value: 'a' }"),
  refused("{ key: 5, value: 'a' }"),
  refused("'X-A: a'"),
  refused("['X-A', 'a']"),
  refused("null"),
  main(
    "data.routing.remove_headers = [{ key: 'X A' }, { key: 'X\\r\\nA' }, 'X-A', { name: 'X-A' }, { key: 'X-B' }]; return data;",
    goesOn({ remove_headers: [B] }, "X A", "X\\r\\nA", "X-A", "remove_headers"),
  ),
  main(
    "data.routing.headers = [{ key: \"Az09-.!%*_+`'~\", value: 'a' }]; return data;",
    goesOn({ headers: [{ key: "Az09-.!%*_+`'~", value: "a" }] }),
  ),
  main(
    "data.routing.headers[0].note = 1; return data;",
    goesOn({ headers: [{ ...OWN, note: 1 }] }),
  ),
  main(
    "data.routing.egress_routing[0].headers[0].value = 5; return data;",
    goesOn(
      firstRoute({
        headers: [
          { key: "X-Customer-ID", value: "5" },
          { key: "X-CX-Sec", value: "token" },
        ],
      }),
    ),
  ),
  ...["'x'", "5", "true", "{ key: 'X-A', value: 'a' }"].map((list) =>
    main(
      `data.routing.headers = ${list}; data.routing.remove_headers = ${list}; return data;`,
      goesOn(
        { headers: undefined, remove_headers: undefined },
        "headers is no list",
        "remove_headers is no list",
      ),
    ),
  ),
];

const numbers = (text: string): object => ({
  cli: text,
  dest_number: text,
  ...firstRoute({ gw: { gw1: { cli: text }, gw2: { cli: "44" } } }),
});

function dialled(written: string, becomes: Outcome, options: Options = {}): Call {
  const at = [
    "data.routing.cli",
    "data.routing.dest_number",
    "data.routing.egress_routing[0].gw.gw1.cli",
  ];
  return main(`${at.join(" = ")} = ${written}; return data;`, becomes, options);
}

/** What is no text is not put right, so that the whole call is refused. */
const CHANGED_ENGINE = failure("changed the engine");
const TAKEN_OUT = ["cli had control", "dest_number had control", "cli had control"];

/** An engine's own data with a control character in it that no script touches. */
function unclean(claim: string, routing: object): Call {
  return main("return data;", { continues: { routing } }, { claim, body: { routing } });
}

const UNCLEAN: readonly Call[] = [
  unclean("a number with a control character above ASCII goes on", { cli: "44\u0085" }),
  unclean("a header with a control character above ASCII goes on", {
    headers: [{ key: "X-A", value: "\u0085" }],
  }),
  unclean("a gateway's own dest_number, which is none of ours, goes on", {
    egress_routing: [{ gw: { gw1: { dest_number: "a\nb" } } }],
  }),
  main(
    "return data;",
    {
      continues: {
        routing: { egress_routing: [{ cli: "ab", dest_number: "5" }], gw: { gw1: { cli: "ab" } } },
      },
      warnings: ["cli had control", "cli had control"],
    },
    {
      claim: "a route may have numbers as the call has, and the call gateways as a route has",
      body: {
        routing: {
          egress_routing: [{ cli: "a\nb", dest_number: 5 }],
          gw: { gw1: { cli: "a\nb" } },
        },
      },
    },
  ),
];

export const NUMBERS: readonly Call[] = [
  dialled("447700900123", goesOn(numbers("447700900123"))),
  dialled("0", goesOn(numbers("0"))),
  dialled("-1.5", goesOn(numbers("-1.5"))),
  dialled("'+44 (0) 20'", goesOn(numbers("+44 (0) 20"))),
  dialled("''", goesOn(numbers(""))),
  dialled("'anonymous é'", goesOn(numbers("anonymous é"))),
  dialled("'44\\r\\nEvil: 1'", goesOn(numbers("44Evil: 1"), ...TAKEN_OUT)),
  dialled("'4\\u00004\\u007f'", goesOn(numbers("44"), ...TAKEN_OUT)),
  dialled("['44\\r\\nEvil: 1']", CHANGED_ENGINE),
  dialled("{ a: '44\\r\\nEvil: 1' }", CHANGED_ENGINE),
  dialled("{ a: { b: '44\\r\\nEvil: 1' } }", CHANGED_ENGINE),
  main(
    "data.routing.cli = true; data.routing.dest_number = null; return data;",
    goesOn({ cli: true, dest_number: null }),
  ),
  main(
    "data.routing.egress_routing[1].gw = { gw1: {}, gw2: 'x', gw3: null }; return data;",
    goesOn({
      egress_routing: [ROUTES[0], { provider_id: 78, gw: { gw1: {}, gw2: "x", gw3: null } }],
    }),
  ),
  main(
    "data.routing.egress_routing[0].gw.gw1.port = 5060; return data;",
    goesOn(firstRoute({ gw: { gw1: { cli: "44", port: 5060 }, gw2: { cli: "44" } } })),
  ),
  ...UNCLEAN,
];
