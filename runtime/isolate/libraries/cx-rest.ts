// What scripts get by `require('cxRest')`: the account's own data and the operator's API, in the name of a user. Every isolate
// carries this file.
// Trust: all arguments are the script's. Which account asks, and with which credentials, the platform knows.

import { MAX_REST_BODY } from "../../../schemas/rest-limits.ts";
import type { Ask } from "./ask.ts";
import { asModule } from "./as-module.ts";
import { told } from "./told.ts";

/** What a request has besides its method and path, as the script gave it. */
type Content = { query?: unknown; body?: unknown };

// Taken before the script can change them.
const { parse, stringify } = JSON;
const { isArray } = Array;
const { assign, keys } = Object;
const { defineProperty } = Reflect;
const encode = encodeURIComponent;
const NativeError = Error;
const NativeSearchParams = URLSearchParams;
const NativeString = String;
const NativeTypeError = TypeError;

/**
 * The library, for one run: `auth(user)`, also as `new auth(user)` and under its own name `auth`, makes a client. Its methods
 * take a path below the API's address and resolve to what the answer means.
 */
export function makeCxRest(ask: Ask): object {
  function auth(user: unknown): object {
    return makeClient(ask, user);
  }
  defineProperty(auth, "auth", { value: auth, enumerable: true });
  return asModule(auth);
}

function makeClient(ask: Ask, user: unknown): object {
  async function send(method: string, path: unknown, content: Content = {}): Promise<unknown> {
    const what = `${method} "${areaText(path)}"`;
    const name = userText(user, what);
    const query = queryText(content.query, what);
    const body = bodyText(content.body, what);
    return valueOf(await ask("ask", { user: name, method, path, query, body }), what);
  }

  /** `(area, data)` or `(area, key, data)`: what is no key is the data. */
  async function write(method: string, [area, key, data]: unknown[]): Promise<unknown> {
    const isKey = typeof key === "string" || typeof key === "number";
    const body = isKey ? data : (key ?? data);
    return await send(method, isKey ? pathOf(area, key) : area, { body });
  }

  const client = {
    get: async (path: unknown, query: unknown) => await send("GET", path, { query }),
    post: async (path: unknown, body: unknown) => await send("POST", path, { body }),
    put: async (path: unknown, body: unknown) => await send("PUT", path, { body }),
    delete: async (area: unknown, key: unknown) => await send("DELETE", pathOf(area, key)),
    create: async (...given: unknown[]) => await write("POST", given),
    async read(area: unknown, key: unknown): Promise<unknown> {
      const isQuery = typeof key === "object" && key !== null;
      return await (isQuery ? send("GET", area, { query: key }) : send("GET", pathOf(area, key)));
    },
    update: async (...given: unknown[]) => await write("PUT", given),
  };
  // Not enumerable, so that a client can be shown.
  defineProperty(client, "defaultHeaders", { value: hiddenHeaders() });
  return client;
}

/** Its one member says why there is none. */
function hiddenHeaders(): object {
  const headers = {};
  defineProperty(headers, "Authorization", {
    get() {
      throw new NativeError(
        "Cannot read the Authorization of cxRest: scripts ask in a user's name and see no credentials. The client's get, post, put and delete take any path of the API, and resolve to texts as well",
      );
    },
  });
  return headers;
}

function userText(user: unknown, what: string): string {
  if (typeof user === "string" && user !== "") return user;
  const shown = user === "" ? "empty" : told(user);
  const message = `Cannot ${what}: the user's name is ${shown}; auth needs one, such as process.env.CX_API_USER`;
  throw assign(new NativeError(message), { status: 401 });
}

/** With the key as its last part. */
function pathOf(area: unknown, key: unknown): unknown {
  if (key === undefined || key === null) return area;
  if (typeof key === "string" || typeof key === "number") return `${areaText(area)}/${encode(key)}`;
  throw new NativeTypeError(
    `Cannot use a key of "${areaText(area)}": it has to be a string or a number, not ${told(key)}`,
  );
}

function areaText(area: unknown): string {
  if (typeof area === "string") return area;
  throw new NativeTypeError(`Cannot use a path: it has to be a string, not ${told(area)}`);
}

/** Lists as several of the same name, objects as JSON; what is null or undefined is left out. */
function queryText(query: unknown, what: string): string {
  if (query === undefined || query === null) return "";
  if (typeof query === "string") return query;
  if (query instanceof NativeSearchParams) return NativeString(query);
  if (typeof query === "object") return pairsText({ ...query });
  throw new NativeTypeError(`Cannot ${what}: the query has to be an object, not ${told(query)}`);
}

function pairsText(members: Record<string, unknown>): string {
  let text = "";
  const names = keys(members);
  for (let at = 0; at < names.length; at += 1) {
    const name = names[at] ?? "";
    const value = members[name];
    const values: unknown[] = isArray(value) ? value : [value];
    for (let index = 0; index < values.length; index += 1) {
      const pair = pairText(name, values[index]);
      if (pair !== "") text += `${text === "" ? "" : "&"}${pair}`;
    }
  }
  return text;
}

function pairText(name: string, value: unknown): string {
  if (value === undefined || value === null) return "";
  const text: unknown = typeof value === "object" ? stringify(value) : NativeString(value);
  return `${encode(name)}=${encode(NativeString(text))}`;
}

/** null for no body. */
function bodyText(body: unknown, what: string): string | null {
  if (body === undefined) return null;
  const text: unknown = stringify(body);
  if (typeof text !== "string") {
    throw new NativeTypeError(`Cannot ${what}: the body is ${told(body)}, which is not JSON`);
  }
  if (text.length <= MAX_REST_BODY) return text;
  throw new NativeTypeError(
    `Cannot ${what}: the body has ${text.length} characters of JSON, more than ${MAX_REST_BODY}`,
  );
}

function valueOf(answer: unknown, what: string): unknown {
  if (!isAnswer(answer)) throw new NativeError(`Cannot ${what}: the platform did not answer`);
  const { is, text = "", type = "" } = answer;
  if (is === "nothing") return null;
  if (is === "text") return text;
  if (is === "file") return { type, base64: text };
  try {
    return parse(text);
  } catch (error) {
    // Whoever says no type may mean any.
    if (is === "unsaid") return text;
    const reason = error instanceof SyntaxError ? error.message : "";
    throw assign(new NativeError(`Cannot ${what}: the answer is not JSON: ${reason}`), {
      status: 502,
    });
  }
}

type Answer = { is: string; text?: string; type?: string };

function isAnswer(answer: unknown): answer is Answer {
  return typeof answer === "object" && answer !== null && "is" in answer;
}
