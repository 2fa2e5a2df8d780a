// What scripts throw and reject with, and the SIP answer that each of them names.

import { APPS, failure, type Call, type Outcome } from "./calls.ts";

/** A thrown expression and what it comes to. */
type Thrown = { expression: string; claim: string; becomes: Outcome };

function thrown(
  rows: readonly (readonly [expression: string, code: number, reason: string])[],
): Thrown[] {
  return rows.map(([expression, code, reason]) => ({
    expression,
    claim: `${expression} is ${code} ${reason}`,
    becomes: { rejects: [code, reason] },
  }));
}

/** What names no answer. The message of the fault says `says`. */
function unnamed(rows: readonly (readonly [expression: string, says: string])[]): Thrown[] {
  return rows.map(([expression, says]) => ({
    expression,
    claim: `${expression} names no answer`,
    becomes: failure(says),
  }));
}

/** A script and an app that throw what they are asked for, the app from an async main. */
function callsOf(rows: readonly Thrown[]): Call[] {
  const all = `const ALL = [${rows.map(({ expression }) => `() => (${expression})`).join(", ")}];`;
  const main = "function main({ routing }) { throw ALL[routing.row](); }";
  return rows.flatMap(({ claim, becomes }, row): Call[] => {
    const call = { claim, body: { routing: { row } }, becomes };
    return [
      { ...call, kinds: ["script"], code: `${all} ${main}` },
      { ...call, kinds: APPS, code: `${all} async ${main}` },
    ];
  });
}

export const TEXTS: readonly Call[] = callsOf([
  ...thrown([
    ["new Error('404 Not Found')", 404, "Not Found"],
    ["new Error('401 CLI Not Authorized')", 401, "CLI Not Authorized"],
    ["new Error('603 Destination Blocked')", 603, "Destination Blocked"],
    ["new Error('480 Later')", 480, "Later"],
    ["new Error('503 No Routes')", 503, "No Routes"],
    ["'486 Busy'", 486, "Busy"],
    ["new TypeError('404 Of a subclass')", 404, "Of a subclass"],
    ["new (class Denied extends Error {})('404 Of my own')", 404, "Of my own"],
    ["new Error('  603   Much   Space  ')", 603, "Much   Space"],
    ["new Error('404\\tTab')", 404, "Tab"],
    ["new Error('404\\nNext line')", 404, "Next line"],
    ["'404'", 404, "Not Found"],
    ["new Error(' 486 ')", 486, "Busy Here"],
    ["'499'", 499, "Request Failure"],
    ["'404-Gone'", 404, "Gone"],
    ["'404 - Gone'", 404, "Gone"],
    ["'404: Gone'", 404, "Gone"],
    ["'404 : Gone'", 404, "Gone"],
    ["'300 Lowest'", 300, "Lowest"],
    ["'699 Highest'", 699, "Highest"],
  ]),
  ...unnamed([
    ["'100 Trying'", "100 Trying"],
    ["'183 Session Progress'", "183 Session Progress"],
    ["'200 OK'", "200 OK"],
    ["'299 Too low'", "299 Too low"],
    ["'700 Too high'", "700 Too high"],
    ["'1404 Four digits'", "1404 Four digits"],
    ["'404Gone'", "404Gone"],
    ["'Error 404 Not Found'", "Error 404 Not Found"],
    ["''", ""],
    ["new Error('')", ""],
    ["new Error('Missing Destination')", "Missing Destination"],
    ["new Error('outer', { cause: new Error('404 Inner') })", "outer"],
  ]),
]);

export const PAIRS: readonly Call[] = callsOf([
  ...thrown([
    ["[604, 'On the list']", 604, "On the list"],
    ["['604', 'Of digits']", 604, "Of digits"],
    ["[404, 'first', 'third']", 404, "first"],
    ["[300, 'Lowest']", 300, "Lowest"],
    ["[699, 'Highest']", 699, "Highest"],
    ["[500, new Error('db down')]", 500, "db down"],
    ["[500, new TypeError('db down')]", 500, "db down"],
    ["[500, { message: 'db down' }]", 500, "db down"],
    ["[500, { error: 'db down' }]", 500, "db down"],
    ["[500, { message: 'first', error: 'second' }]", 500, "first"],
    ["[404]", 404, "Not Found"],
    ["[404, null]", 404, "Not Found"],
    ["[404, undefined]", 404, "Not Found"],
    ["[404, '']", 404, "Not Found"],
    ["[404, '   ']", 404, "Not Found"],
    ["[404, new Error('')]", 404, "Not Found"],
    ["[499]", 499, "Request Failure"],
    ["[599]", 599, "Server Failure"],
    ["[699]", 699, "Global Failure"],
    ["[399]", 399, "Redirected"],
    ["[500, 42]", 500, "42"],
    ["[500, 0]", 500, "0"],
    ["[500, false]", 500, "false"],
    ["[500, Symbol('s')]", 500, "Symbol(s)"],
    // Rather than what String() makes of them, which says less.
    ["[500, ['a', 'b']]", 500, '["a","b"]'],
    ["[500, { a: 1 }]", 500, '{"a":1}'],
    ["[500, 10n]", 500, "10n"],
  ]),
  ...unnamed([
    ["[]", "[]"],
    ["['a', 'b']", '["a","b"]'],
    ["[100, 'Trying']", "Trying"],
    ["[200, 'OK']", "OK"],
    ["[299, 'Too low']", "Too low"],
    ["[700, 'Too high']", "Too high"],
    ["[404.5, 'No integer']", "No integer"],
    ["[NaN, 'No integer']", "No integer"],
    ["[404n, 'No number']", "No number"],
    ["['0604', 'Four digits']", "Four digits"],
    ["['', 'No digits']", "No digits"],
    ["[null, 'Nothing']", "Nothing"],
    ["[[404, 'Nested']]", "Nested"],
    ["new Error([404, 'In an Error'])", "404,In an Error"],
  ]),
]);

export const OBJECTS: readonly Call[] = [
  ...callsOf([
    ...thrown([
      ["{ code: 404, message: 'No such' }", 404, "No such"],
      ["{ code: '404', message: 'No such' }", 404, "No such"],
      ["{ code: 404 }", 404, "Not Found"],
      ["{ code: 404, message: new Error('No such') }", 404, "No such"],
      ["{ sip_code: 486, sip_reason: 'Busy' }", 486, "Busy"],
      ["{ status: 403, statusText: 'Not you' }", 403, "Not you"],
      ["{ code: 'ENOENT', status: 404, statusText: 'No file' }", 404, "No file"],
      ["{ code: 404, message: '603 Declined' }", 404, "603 Declined"],
      ["{ code: 'ENOENT', message: '603 Declined' }", 603, "Declined"],
      // A number is as good as the text of its digits.
      ["404", 404, "Not Found"],
    ]),
    ...unnamed([
      ["{}", "{}"],
      ["{ code: 200, message: 'OK' }", "OK"],
      ["{ code: 700, sip_code: 299, status: 1 }", "700"],
      ["{ message: 'no code' }", "no code"],
      ["Object.assign(new Error('not there'), { status: 404 })", "not there"],
      ["null", "null"],
      ["undefined", "undefined"],
      ["true", "true"],
      ["5", "5"],
      ["Symbol('404 x')", "404 x"],
      ["() => 404", "Function"],
      ["Object.create(null)", "{}"],
      ["{ get code() { throw 1; } }", "cannot be shown"],
      ["new Proxy({}, { get() { throw 1; } })", "cannot be shown"],
    ]),
  ]),
  {
    claim: "a Response is its status",
    kinds: APPS,
    code: "function main() { throw new Response('', { status: 404, statusText: 'Gone away' }); }",
    becomes: { rejects: [404, "Gone away"] },
  },
];

export const REASONS: readonly Call[] = callsOf(
  thrown([
    ["[404, 'a\\r\\nX-Evil: 1']", 404, "a X-Evil: 1"],
    ["'404 a\\rb\\nc'", 404, "a b c"],
    ["[404, '\\u0000a\\u0007\\tb\\u007fc\\u0085d\\u2028e']", 404, "a b c d e"],
    ["[404, '\\r\\n']", 404, "Not Found"],
    ["[404, 'x'.repeat(129)]", 404, "x".repeat(128)],
    ["[404, 'é'.repeat(100)]", 404, "é".repeat(64)],
    ["[404, 'x' + 'é'.repeat(64)]", 404, `x${"é".repeat(63)}`],
    ["[404, '😀'.repeat(40)]", 404, "😀".repeat(32)],
    ["[404, 'é ñ 日本 😀']", 404, "é ñ 日本 😀"],
    ["[404, 'a\\ud800b']", 404, "a\ufffdb"],
    ["[404, new Error('a\\r\\nb')]", 404, "a b"],
    ["{ code: 404, message: 'a\\r\\nb' }", 404, "a b"],
    ["[404, '\"quoted\" \\\\ back']", 404, '"quoted" \\ back'],
  ]),
);

/** How a failure leaves main. */
const rejecting = (body: string): string => `function main(data) { ${body} }`;
const asyncMain = (body: string): string => `async function main(data) { await 1; ${body} }`;
const ON_LIST = { rejects: [604, "On the list"] } as const;
const ASYNC = failure("asynchronous", "async_in_script");

export const WAYS: readonly Call[] = [
  {
    claim: "a rejected pair counts from a main that is not async",
    code: rejecting("return Promise.reject([604, 'On the list']);"),
    becomes: ON_LIST,
  },
  {
    claim: "a rejected pair has its Error's text",
    code: rejecting("return Promise.reject([500, new Error('db down')]);"),
    becomes: { rejects: [500, "db down"] },
  },
  {
    claim: "a rejected pair of no SIP code is a failure",
    code: rejecting("return Promise.reject([200, 'OK']);"),
    becomes: failure("OK"),
  },
  {
    claim: "a rejected Error counts where main may wait",
    kinds: APPS,
    code: rejecting("return Promise.reject(new Error('604 On the list'));"),
    becomes: ON_LIST,
  },
  {
    claim: "a rejected Error is a promise where main may not wait",
    kinds: ["script"],
    code: rejecting("return Promise.reject(new Error('604 On the list'));"),
    becomes: ASYNC,
  },
  {
    claim: "a promise of data is a promise where main may not wait",
    kinds: ["script"],
    code: rejecting("return Promise.resolve(data);"),
    becomes: ASYNC,
  },
  {
    claim: "a thenable is a promise where main may not wait",
    kinds: ["script"],
    code: rejecting("return { then(take, refuse) { refuse([604, 'On the list']); } };"),
    becomes: ASYNC,
  },
  {
    claim: "a thenable that refuses counts where main may wait",
    kinds: APPS,
    code: rejecting("return { then(take, refuse) { refuse([604, 'On the list']); } };"),
    becomes: ON_LIST,
  },
  {
    claim: "a pair rejected by an async main counts",
    kinds: APPS,
    code: asyncMain("return Promise.reject([604, 'On the list']);"),
    becomes: ON_LIST,
  },
  {
    claim: "a pair returned by an async main counts",
    kinds: APPS,
    code: asyncMain("return [604, 'On the list'];"),
    becomes: ON_LIST,
  },
  {
    claim: "an Error thrown by an async main counts",
    kinds: APPS,
    code: asyncMain("throw new Error('604 On the list');"),
    becomes: ON_LIST,
  },
  {
    claim: "an Error thrown by the top level counts",
    code: "throw new Error('604 On the list'); function main(data) { return data; }",
    becomes: ON_LIST,
  },
  {
    claim: "err() with a pair counts",
    code: rejecting("err([604, 'On the list']);"),
    becomes: ON_LIST,
  },
  {
    claim: "err() with an Error in a pair has its text",
    code: rejecting("err([500, new Error('db down')]);"),
    becomes: { rejects: [500, "db down"] },
  },
  { claim: "err() with text counts", code: rejecting("err('604 On the list');"), becomes: ON_LIST },
  {
    claim: "err() with an Error counts",
    code: rejecting("err(new Error('604 On the list'));"),
    becomes: ON_LIST,
  },
  {
    claim: "err() with nothing named is a failure",
    code: rejecting("err('wrong');"),
    becomes: failure("wrong"),
  },
  {
    claim: "err() counts whatever main returns behind it",
    code: rejecting("err([604, 'On the list']); return data;"),
    becomes: ON_LIST,
  },
  {
    claim: "the first of err() and exit() counts",
    code: rejecting("err([604, 'On the list']); exit(data); err([404, 'Later']);"),
    becomes: ON_LIST,
  },
];

export const ENGINE_ERRORS: readonly Call[] = [
  ["a TypeError", "return data.nothing.here;", "reading 'here'"],
  ["a ReferenceError", "return nowhere;", "nowhere is not defined"],
  ["a SyntaxError", "return JSON.parse('{');", "JSON"],
  ["a RangeError", "return 'x'.repeat(-1);", "-1"],
  ["an endless recursion", "return main(data);", "call stack"],
]
  .map(([claim = "", body = "", says = ""]): Call => ({
    claim: `${claim} is a failure`,
    code: `function main(data) { ${body} }`,
    becomes: failure(says),
  }))
  .concat([
    {
      claim: "a script without a main is a failure",
      code: "const nothing = 1;",
      becomes: failure("no main function", "function_not_found"),
    },
    {
      claim: "what fetch rejects with is a failure",
      kinds: APPS,
      code: "async function main() { await fetch('http://127.0.0.1:1/'); }",
      becomes: failure("127.0.0.1"),
    },
    {
      claim: "what a library rejects with is a failure",
      kinds: APPS,
      code: "const axios = require('axios'); async function main() { await axios.get('http://127.0.0.1:1/'); }",
      becomes: failure("127.0.0.1"),
    },
    {
      claim: "a library's error with a status is a failure",
      kinds: APPS,
      code: "async function main() { throw Object.assign(new Error('Request failed with status code 404'), { status: 404, code: 'ERR_BAD_REQUEST' }); }",
      becomes: failure("Request failed"),
    },
  ]);
