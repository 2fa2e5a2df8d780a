// What scripts return, in every shape, and the data with which the call goes on.

import { APPS, EVERY_KIND, failure, type Call, type Outcome } from "./calls.ts";

const ROUTES = [
  {
    provider_id: 77,
    gw: { gw1: { ip: "203.0.113.5", cli: "44" }, gw2: { cli: "44" } },
    headers: [{ key: "X-Customer-ID", value: 1234 }],
    remove_headers: [],
  },
  { provider_id: 78 },
];

const ROUTING = {
  callid: "a-b-c",
  cli: "44",
  dest_number: "45",
  params: { au: null, sp: 5060 },
  egress_routing: ROUTES,
  headers: [{ key: "X-Own", value: "1" }],
  remove_headers: [{ key: "X-Gone" }],
};

const SENT = { before: [1, { a: null }], routing: ROUTING, after: true };

const CHANGED = { ...SENT, routing: { ...ROUTING, cli: "9" } };
const KEPT_ROUTES = "left out egress_routing";
const UNKNOWN = "without routing";
const HEADER_GONE = '"X-Customer-ID" is gone';
const RETURNED_NOTHING = "main returned nothing";
const NO_ROUTES: Outcome = { rejects: [503, "No Routes Available (U)"] };

type Options = Pick<Call, "body" | "kinds" | "assignment">;

/** A script whose main is `body`, of a call with data of every kind in it. */
function main(body: string, becomes: Outcome, options: Options = {}): Call {
  const code = `function main(data) { ${body} }`;
  return { claim: body, code, becomes, body: SENT, ...options };
}

export const WHOLE: readonly Call[] = [
  main("return data;", { continues: SENT }),
  main("data.routing.cli = '9'; return data;", { continues: CHANGED }),
  main("return { ...data };", { continues: SENT }),
  main("return JSON.parse(JSON.stringify(data));", { continues: SENT }),
  main("return structuredClone(data);", { continues: SENT }),
  main("return Object.assign(Object.create(null), data);", { continues: SENT }),
  main("return Object.freeze(data);", { continues: SENT }),
  main("return new Proxy(data, {});", { continues: SENT }),
  main("return { routing: data.routing };", { continues: SENT }),
  main("return { routing: { ...data.routing, cli: '9' } };", { continues: CHANGED }),
  main("return { routing: { ...data.routing, cli: '9' }, after: 1, mine: 2 };", {
    continues: { ...CHANGED, after: 1, mine: 2 },
  }),
  main("return { routing: { egress_routing: [{}] } };", {
    continues: { ...SENT, routing: { egress_routing: [{}] } },
    warnings: [HEADER_GONE],
  }),
  main("data.routing.params.au = 'x'; delete data.routing.callid; return data;", {
    continues: {
      ...SENT,
      routing: { ...ROUTING, callid: undefined, params: { au: "x", sp: 5060 } },
    },
  }),
  main(
    "return { routing: { f() {}, s: Symbol(), u: undefined, d: new Date(0), n: NaN } };",
    { continues: { routing: { d: "1970-01-01T00:00:00.000Z", n: null } } },
    { body: { routing: {} } },
  ),
  main("return vars;", { continues: SENT }),
  main("vars.routing.cli = '9'; return vars;", { continues: CHANGED }),
  main("vars.routing.cli = '9'; return vars();", { continues: CHANGED }),
  main("vars.routing.cli = '9'; exit(vars);", { continues: CHANGED }),
  main("vars.routing.cli = '9'; exit(vars());", { continues: CHANGED }),
  main("exit(data.routing);", { continues: SENT }),
  main("exit([604, 'On the list']);", { rejects: [604, "On the list"] }),
  main(
    "return data;",
    { continues: { routing: {} } },
    { kinds: EVERY_KIND, body: { routing: {} } },
  ),
  {
    ...main("return data;", { continues: SENT }, { kinds: APPS }),
    code: "async function main(data) { await 1; return data; }",
  },
  {
    ...main("return data;", { continues: SENT }, { kinds: APPS }),
    claim: "what a promise comes to",
    code: "function main(data) { return new Promise((take) => setTimeout(take, 1, data)); }",
  },
  // Members are put right in the very objects that the script returned, but these are frozen or have no setter.
  main("return Object.freeze({ routing: Object.freeze({ ...data.routing, cli: 9 }) });", {
    continues: CHANGED,
  }),
  main("return { routing: { ...data.routing, get cli() { return 9; } } };", { continues: CHANGED }),
];

const BARE = { before: SENT.before, after: true };
const keptRoutes = (routing: object): Outcome => ({
  continues: { ...BARE, routing: { ...routing, egress_routing: ROUTES } },
  warnings: [KEPT_ROUTES],
});

export const BARE_ROUTING: readonly Call[] = [
  main("return data.routing;", { continues: SENT }),
  main("data.routing.cli = '9'; return data.routing;", { continues: CHANGED }),
  main("return { ...data.routing, cli: '9' };", { continues: CHANGED }),
  main("data.routing = { own: 1 }; return data.routing;", keptRoutes({ own: 1 })),
  main("return { egress_routing: [{}] };", {
    continues: { ...BARE, routing: { egress_routing: [{}] } },
    warnings: [HEADER_GONE],
  }),
  main("return { dest_number: '7' };", keptRoutes({ dest_number: "7" })),
  main("return { cli: '7' };", keptRoutes({ cli: "7" })),
  main("return { callid: '7' };", keptRoutes({ callid: "7" })),
  main(
    "return { asrPlus: { status: 'Invalid' } };",
    keptRoutes({ asrPlus: { status: "Invalid" } }),
  ),
  ...["egress_routing: [{}]", "dest_number: '7'", "cli: '7'", "callid: '7'", "asrPlus: {}"].map(
    (member) =>
      main(
        `return { ${member} };`,
        { continues: { routing: { [member.split(":")[0] ?? ""]: expectedOf(member) } } },
        { body: {} },
      ),
  ),
  main(
    "return { cli: '7', own: 1 };",
    { continues: { other: 1, routing: { cli: "7", own: 1 } } },
    { body: { other: 1, routing: { gone: 1 } } },
  ),
];

function expectedOf(member: string): unknown {
  if (member.includes("[")) return [{}];
  return member.includes("{") ? {} : "7";
}

const withHeaders = (...added: object[]): Outcome => ({
  continues: { ...SENT, routing: { ...ROUTING, headers: [...ROUTING.headers, ...added] } },
});

export const LISTS: readonly Call[] = [
  main(
    "return [{ key: 'X-A', value: '1' }, { key: 'X-B', value: 2 }];",
    withHeaders({ key: "X-A", value: "1" }, { key: "X-B", value: "2" }),
  ),
  main("return [{ key: 'x-tts', value: 'Hello' }];", withHeaders({ key: "x-tts", value: "Hello" })),
  main(
    "return [{ key: 'X-A', value: '1' }];",
    { continues: { routing: { headers: [{ key: "X-A", value: "1" }] } } },
    { body: {} },
  ),
  main("data.routing.cli = '9'; return [];", { continues: CHANGED }),
  main("return [604, 'On the list'];", { rejects: [604, "On the list"] }),
  main("return ['604', 'On the list'];", { rejects: [604, "On the list"] }),
  main("return [604];", { rejects: [604, "Does Not Exist Anywhere"] }),
  main("return [604, ''];", { rejects: [604, "Does Not Exist Anywhere"] }),
  main("return [500, new Error('db down')];", { rejects: [500, "db down"] }),
  main("return [500, { message: 'db down' }];", { rejects: [500, "db down"] }),
  main("return [500, { error: 'db down' }];", { rejects: [500, "db down"] }),
  main("return [500, 42];", { rejects: [500, "42"] }),
  main("return [503, 'a\\r\\nX-Evil: 1'];", { rejects: [503, "a X-Evil: 1"] }),
  main("return [500, ['a', 'b']];", { rejects: [500, '["a","b"]'] }),
  main("return [200, 'OK'];", failure("OK")),
  main("return [183, 'Session Progress'];", failure("Session Progress")),
  main("return [700, 'Too high'];", failure("Too high")),
  main("return [404.5, 'No integer'];", failure("No integer")),
  main("return ['x', 'y'];", failure("y")),
  main("return [{ key: 'X-A', value: '1' }, 5];", failure("no list of headers")),
  main("return [{ name: 'X-A' }];", failure("no list of headers")),
  main("return [true, 'x'];", failure("no list of headers")),
  main("return [null];", failure("no list of headers")),
  main("return [[604, 'Nested']];", failure("no list of headers")),
  main("return data.routing.egress_routing;", failure("no list of headers")),
];

const HEADERS_OF_NOBODY = [{ key: "X-A", value: "1" }];

export const NOTHING: readonly Call[] = [
  ...["", "return;", "return null;"].map((end) =>
    main(`data.routing.cli = '9'; ${end}`, { continues: CHANGED, warnings: [RETURNED_NOTHING] }),
  ),
  main("return {};", { continues: SENT, warnings: [UNKNOWN] }),
  main("return { ok: true };", { continues: SENT, warnings: [UNKNOWN] }),
  main("return { headers: [{ key: 'X-A', value: '1' }] };", {
    continues: SENT,
    warnings: [UNKNOWN],
  }),
  main("return { routing: null };", { continues: SENT, warnings: [UNKNOWN] }),
  main("return { routing: 'x' };", { continues: SENT, warnings: [UNKNOWN] }),
  main("return { routing: [] };", { continues: SENT, warnings: [UNKNOWN] }),
  ...["7", "null", "'x'", "[]"].map((value) =>
    main(`data.routing = ${value}; return data;`, { continues: SENT, warnings: [UNKNOWN] }),
  ),
  main("delete data.routing; return data;", { continues: SENT, warnings: [UNKNOWN] }),
  main("return Object.create({ cli: '9' });", { continues: SENT, warnings: [UNKNOWN] }),
  main("return new Error('404 Returned');", { continues: SENT, warnings: [UNKNOWN] }),
  main("return new Date(0);", { continues: SENT, warnings: [UNKNOWN] }),
  main("return new Map();", { continues: SENT, warnings: [UNKNOWN] }),
  main("return data;", { continues: { a: 1 }, warnings: [UNKNOWN] }, { body: { a: 1 } }),
  main(
    "return { headers: data.a };",
    { continues: { a: HEADERS_OF_NOBODY }, warnings: [UNKNOWN] },
    { body: { a: HEADERS_OF_NOBODY } },
  ),
  main("data.routing.cli = '9'; return { ok: true };", { continues: CHANGED, warnings: [UNKNOWN] }),
];

export const VALUES: readonly Call[] = [
  main("return false;", failure("main returned false")),
  main("return true;", failure("main returned true")),
  main("return 0;", failure("main returned 0")),
  main("return 5;", failure("main returned 5")),
  main("return NaN;", failure("main returned")),
  main("return '';", failure('main returned ""')),
  main("return '503 Later';", failure("503 Later")),
  main("return () => 1;", failure("function", "not_serialisable")),
  main("return Symbol('s');", failure("symbol", "not_serialisable")),
  main("return 10n;", failure("BigInt", "not_serialisable")),
  main("exit(false);", failure("main returned false")),
  {
    ...main("return false;", failure("main returned false"), { kinds: APPS }),
    claim: "what a promise comes to is false",
    code: "async function main() { return false; }",
  },
];

export const EGRESS: readonly Call[] = [
  main("data.routing.egress_routing = []; return data;", NO_ROUTES),
  main("data.routing.egress_routing.length = 0;", NO_ROUTES),
  main("return { routing: { egress_routing: [] } };", NO_ROUTES),
  main("return { cli: '9', egress_routing: [] };", NO_ROUTES),
  main("data.egress_routing = []; return data;", NO_ROUTES),
  main("data.routing.egress_routing.pop(); return data;", {
    continues: { ...SENT, routing: { ...ROUTING, egress_routing: [ROUTES[0]] } },
  }),
  main("data.routing.egress_routing.reverse(); return data;", {
    continues: { ...SENT, routing: { ...ROUTING, egress_routing: ROUTES.toReversed() } },
  }),
  ...["delete data.routing.egress_routing", "data.routing.egress_routing = null"].map((change) =>
    main(`${change}; return data;`, { continues: SENT, warnings: [KEPT_ROUTES] }),
  ),
  ...["undefined", "'x'", "5", "false", "{ 0: {} }"].map((value) =>
    main(`data.routing.egress_routing = ${value}; return data;`, {
      continues: SENT,
      warnings: [KEPT_ROUTES],
    }),
  ),
  main("data.egress_routing = 'x'; return data;", { continues: SENT, warnings: [KEPT_ROUTES] }),
  main("return { routing: { cli: '9' } };", keptRoutes({ cli: "9" })),
  main(
    "data.routing.egress_routing[0].rate = 2; delete data.routing.egress_routing; return data;",
    { continues: SENT, warnings: [KEPT_ROUTES] },
  ),
  main(
    "return data;",
    { continues: { routing: { egress_routing: [] } } },
    { body: { routing: { egress_routing: [] } } },
  ),
];

const unserialisable = (says: string): Outcome => failure(says, "not_serialisable");

export const UNSERIALISABLE: readonly Call[] = [
  main("data.routing.x = 1n; return data;", unserialisable('"routing.x"')),
  main("data.routing.x = { y: [0, { z: 1n }] }; return data;", unserialisable('"routing.x.y.1.z"')),
  main("data.routing.egress_routing[1].x = 5n;", unserialisable('"routing.egress_routing.1.x"')),
  main("data.routing.self = data; return data;", unserialisable('"routing.self"')),
  main("data.routing.list = [data.routing]; return data;", unserialisable('"routing.list.0"')),
  main("return { routing: data.routing, other: 1n };", unserialisable('"other"')),
  main("data.routing.x = { toJSON() { throw new Error('no') } };", unserialisable("no")),
];

const evil = (text: string): string => `'${text}\\r\\nEvil: 1'`;

/** A script that lets one thing be looked at and sends another: then its whole call is refused. */
function smuggler(trick: string, options: Pick<Options, "body"> = {}): Call {
  const start = "let n = 0; const l = [{ key: 'X-Own', value: '1' }]; data.routing.headers = l;";
  return main(`${start} ${trick} return data;`, failure("changed the engine"), options);
}

/** They make another thing of it when it is written. An isolate of the call's own is not asked: what it wrote is checked. */
export const SMUGGLERS: readonly Call[] = [
  smuggler(`l.toJSON = () => [{ key: 'A', value: ${evil("b")} }];`),
  smuggler(`l.push({ key: 'A b' }); l.map = () => [{ key: ${evil("A")}, value: 'b' }];`),
  smuggler(
    `l[0] = new Proxy(l[0], { get: (t, k) => (k === 'value' && n++ > 0 ? ${evil("b")} : t[k]) });`,
  ),
  smuggler(
    `l[0] = new Proxy(l[0], { get: (t, k) => (k === 'key' && n++ > 0 ? ${evil("A")} : t[k]) });`,
  ),
  smuggler(
    `data.routing.remove_headers = Object.assign([], { toJSON: () => [{ key: ${evil("A")} }] });`,
  ),
  smuggler(
    `data.routing.egress_routing[1].headers = Object.assign([], { toJSON: () => l, });  l.toJSON = 0; l[0].toJSON = () => ({ key: 'A', value: ${evil("b")} });`,
  ),
  smuggler(`data.routing.cli = { toJSON: () => ${evil("44")} };`),
  smuggler(`data.routing.egress_routing[0].gw.gw2 = { toJSON: () => ({ cli: ${evil("44")} }) };`),
  smuggler(
    `Object.defineProperty(data.routing, 'cli', { enumerable: true, get: () => (n++ > 0 ? ${evil("44")} : '44') });`,
  ),
  smuggler(`data.routing.toJSON = () => ({ cli: ${evil("44")} });`),
  smuggler(`data.toJSON = () => ({ routing: { cli: ${evil("44")} } });`),
  smuggler("data.toJSON = () => 5;"),
  smuggler(`data.headers.toJSON = () => [{ key: 'A', value: ${evil("b")} }];`, {
    body: { ...SENT, headers: [] },
  }),
  smuggler(`l.toJSON = () => ({ 0: { key: 'A', value: ${evil("b")} } });`),
  smuggler(`l.toJSON = () => ${evil("b")};`),
  smuggler(`data.routing.egress_routing.toJSON = () => ({ 0: { cli: ${evil("44")} } });`, {}),
  // JSON writes this character as it is.
  smuggler("data.routing.cli = { toJSON: () => '4\\u007f4' };"),
];
