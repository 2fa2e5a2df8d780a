// From what a call's script returned to the data with which the call goes on. Here, because here a list still has the members
// that somebody put on it, and the routing object that came back may be the very one that went in.

/** What went in. `sent` are the names that the engine sent, `added` those of variables beside them. */
export type CallInput = {
  payload: string;
  /** Which headers of its own the engine sent, as `engineHeadersIn` tells. */
  engineHeaders: number;
  data: Record<string, unknown>;
  sent: readonly string[];
  added: readonly string[];
};

/** `noRoutes`: no egress route is left. */
export type Continued = { is: "continue"; data: object; warnings: string[] } | { is: "noRoutes" };

/** Members by which a returned object is a routing object itself. */
const ROUTING_MEMBERS = ["egress_routing", "dest_number", "cli", "callid", "asrPlus"];

/** Lists of headers, by what a member needs besides its key. */
const HEADER_LISTS = { headers: "value", remove_headers: "nothing" } as const;
type HeaderList = keyof typeof HEADER_LISTS;
const LIST_NAMES: readonly HeaderList[] = ["headers", "remove_headers"];

/** Headers that routing engines send themselves. Each is a bit of a set. */
const ENGINE_HEADERS = ["X-Customer-ID", "X-CX-Sec"];

const MOST_WARNINGS = 20;

// Taken before the script can change them.
const { parse, stringify } = JSON;
const { isArray } = Array;
const { hasOwn, keys } = Object;
const { MAX_SAFE_INTEGER } = Number;
const text = String;

type Fields = Record<string, unknown>;

/** Undefined where the result is something else than data, routing or headers: the gateway decides on that. */
export function continueCall(result: unknown, input: CallInput): Continued | undefined {
  const warnings: string[] = [];
  const whole = wholeOf(result, input, warnings);
  if (whole === undefined) return undefined;
  const data = restore(whole, input);
  try {
    return putRight(data, input, warnings);
  } catch {
    // Something in it is frozen, or a getter: its JSON is neither.
    const plainData: unknown = parse(stringify(data));
    return putRight(isRecord(plainData) ? plainData : {}, input, warnings);
  }
}

/** In place. Throws where something in the data cannot be changed. */
function putRight(data: Fields, input: CallInput, warnings: string[]): Continued {
  const { routing } = data;
  if (!isRecord(routing)) return { is: "continue", data, warnings };
  takeAliases(data, { routing, input });
  if (!takeRoutes(routing, input, warnings)) return { is: "noRoutes" };
  const check = new Check(input.payload, warnings);
  check.lists(data);
  check.routing(routing);
  warnOfGone(input.engineHeaders & ~check.engineHeaders, warnings);
  return { is: "continue", data, warnings };
}

function warnOfGone(gone: number, warnings: string[]): void {
  for (let at = 0; gone >> at !== 0; at += 1) {
    if (((gone >> at) & 1) === 0) continue;
    const name = ENGINE_HEADERS[at] ?? "";
    warnings.push(
      `"${name}" is gone, which the engine had sent: add to headers rather than replace them`,
    );
  }
}

/** The set of the headers of its own that the engine has put into the data of a call. */
export function engineHeadersIn(data: Fields): number {
  const { routing } = data;
  let found = engineHeadersOf(data["headers"]);
  if (!isRecord(routing)) return found;
  found |= engineHeadersOf(routing["headers"]);
  const routes = listOf(routing["egress_routing"]);
  for (let at = 0; at < routes.length; at += 1) {
    const route = routes[at];
    if (isRecord(route)) found |= engineHeadersOf(route["headers"]);
  }
  return found;
}

function engineHeadersOf(list: unknown): number {
  let found = 0;
  const headers = listOf(list);
  for (let at = 0; at < headers.length; at += 1) {
    const header = headers[at];
    if (isRecord(header)) found |= engineHeader(header["key"]);
  }
  return found;
}

function engineHeader(key: unknown): number {
  for (let at = 0; at < ENGINE_HEADERS.length; at += 1) {
    if (key === ENGINE_HEADERS[at]) return 1 << at;
  }
  return 0;
}

/** The result as data with a routing object in it, in each of the shapes that scripts return. */
function wholeOf(result: unknown, input: CallInput, warnings: string[]): Fields | undefined {
  const { data } = input;
  if (result === undefined || result === null) {
    warnings.push("main returned nothing: the call goes on with what main left of its data");
    return leftOf(input);
  }
  if (isArray(result)) return isHeaderList(result) ? withHeaders(leftOf(input), result) : undefined;
  if (!isRecord(result)) return undefined;
  if (isRecord(result["routing"])) return result;
  if (result !== data && isRouting(result, data)) return { ...data, routing: result };
  warnings.push("main returned an object without routing: the call goes on with what main left");
  return leftOf(input);
}

/** The data as main left them. What stands in the place of the engine's routing object and is none is no change of it. */
function leftOf({ data, payload }: CallInput): Fields {
  if (isRecord(data["routing"])) return data;
  const { routing } = parse(payload);
  return isRecord(routing) ? { ...data, routing } : data;
}

function isRouting(result: Fields, data: Fields): boolean {
  if (result === data["routing"]) return true;
  for (let at = 0; at < ROUTING_MEMBERS.length; at += 1) {
    if (hasOwn(result, ROUTING_MEMBERS[at] ?? "")) return true;
  }
  return false;
}

function isHeaderList(list: readonly unknown[]): boolean {
  return list.every((header) => isRecord(header) && hasOwn(header, "key"));
}

/** Headers for all destinations, behind those that are there. */
function withHeaders(data: Fields, list: readonly unknown[]): Fields {
  const routing = isRecord(data["routing"]) ? data["routing"] : {};
  return { ...data, routing: { ...routing, headers: [...listOf(routing["headers"]), ...list] } };
}

/**
 * Without the variables, which the engine did not send and does not get, and with what the engine sent and the script left
 * out. The script's own object where nothing is to be put right.
 */
function restore(whole: Fields, { payload, sent, added }: CallInput): Fields {
  const isWhole = sent.every((name) => hasOwn(whole, name));
  if (isWhole && !added.some((name) => hasOwn(whole, name))) return whole;
  const rest: Fields = isWhole ? { ...whole } : { ...parse(payload), ...whole };
  for (const name of added) delete rest[name];
  return rest;
}

/** What the script put beside `routing` under the names of its members belongs into it. */
function takeAliases(
  data: Fields,
  { routing, input }: { routing: Fields; input: CallInput },
): void {
  for (let at = 0; at < LIST_NAMES.length; at += 1) {
    const name = LIST_NAMES[at] ?? "headers";
    if (!hasOwn(data, name) || input.sent.includes(name)) continue;
    routing[name] = [...listOf(routing[name]), ...listOf(data[name])];
    delete data[name];
  }
  if (!hasOwn(data, "egress_routing") || input.sent.includes("egress_routing")) return;
  const list = data["egress_routing"];
  delete data["egress_routing"];
  if (list !== routing["egress_routing"]) routing["egress_routing"] = list;
}

/** Puts the egress routes in order. False where the script has left none. */
function takeRoutes(routing: Fields, { payload }: CallInput, warnings: string[]): boolean {
  const routes = routing["egress_routing"];
  if (isArray(routes) && routes.length > 0) {
    takeListHeaders(routing, routes, warnings);
    return true;
  }
  const sent = sentRoutes(payload);
  if (isArray(routes)) return sent === undefined || sent.length === 0;
  if (sent === undefined) return true;
  routing["egress_routing"] = sent;
  warnings.push("main left out egress_routing: the routes stay as they were");
  return true;
}

/** Headers that a script set on the list itself are meant for all of its routes. */
function takeListHeaders(routing: Fields, routes: object, warnings: string[]): void {
  for (let at = 0; at < LIST_NAMES.length; at += 1) {
    const name = LIST_NAMES[at] ?? "headers";
    if (!hasOwn(routes, name)) continue;
    const list: unknown = Reflect.get(routes, name);
    routing[name] = [...listOf(routing[name]), ...listOf(list)];
    warnings.push(`main set ${name} on the list egress_routing: they count for all destinations`);
  }
}

function sentRoutes(payload: string): unknown[] | undefined {
  if (!payload.includes('"egress_routing"')) return undefined;
  const { routing } = parse(payload);
  const routes: unknown = isRecord(routing) ? routing["egress_routing"] : undefined;
  return isArray(routes) ? routes : undefined;
}

/** Makes what reaches a SIP message fit for it: numbers are text, and no text has a line's end in it. */
class Check {
  /** The set of the engine's own headers that are there. */
  engineHeaders = 0;
  readonly #payload: string;
  readonly #warnings: string[];

  constructor(payload: string, warnings: string[]) {
    this.#payload = payload;
    this.#warnings = warnings;
  }

  routing(routing: Fields): void {
    this.#route(routing);
    const routes = routing["egress_routing"];
    if (!isArray(routes)) return;
    for (let at = 0; at < routes.length; at += 1) {
      const route: unknown = routes[at];
      if (isRecord(route)) this.#route(route);
    }
  }

  #route(route: Fields): void {
    this.#number(route, "cli");
    this.#number(route, "dest_number");
    this.lists(route);
    const { gw } = route;
    if (!isRecord(gw)) return;
    const ids = keys(gw);
    for (let at = 0; at < ids.length; at += 1) {
      const gateway = gw[ids[at] ?? ""];
      if (isRecord(gateway)) this.#number(gateway, "cli");
    }
  }

  /** A telephone number is text. */
  #number(holder: Fields, name: string): void {
    const value = holder[name];
    // One that is too long for a number goes out as it came.
    if (typeof value === "number") {
      if (value <= MAX_SAFE_INTEGER) holder[name] = text(value);
    } else if (typeof value === "string" && !isPlain(value)) {
      holder[name] = plain(value);
      this.#warn(`${name} had control characters, which are taken out`);
    }
  }

  lists(holder: Fields): void {
    for (let at = 0; at < LIST_NAMES.length; at += 1) {
      const name = LIST_NAMES[at] ?? "headers";
      const list = holder[name];
      if (list === undefined || list === null) continue;
      if (isArray(list)) this.#list(holder, name, list);
      else {
        delete holder[name];
        this.#warn(`${name} is no list and is left out`);
      }
    }
  }

  #list(holder: Fields, name: HeaderList, list: readonly unknown[]): void {
    let isFit = true;
    for (let at = 0; at < list.length && isFit; at += 1) isFit = this.#isFit(list[at], name);
    if (isFit) return;
    const kept = list.map((header) => this.#header(header, name)).filter((it) => it !== undefined);
    holder[name] = kept;
    if (name === "headers") this.engineHeaders |= engineHeadersOf(kept);
  }

  /** Whether the header may go out as it is. */
  #isFit(header: unknown, name: HeaderList): boolean {
    if (!isRecord(header)) return false;
    const { key, value } = header;
    if (typeof key !== "string" || !isToken(key)) return false;
    if (HEADER_LISTS[name] === "nothing") return true;
    this.engineHeaders |= engineHeader(key);
    return typeof value === "string"
      ? isPlain(value)
      : typeof value === "number" && this.#isSent(header);
  }

  /** The header as it may go out, undefined where it may not. */
  #header(header: unknown, name: HeaderList): unknown {
    if (!isRecord(header) || typeof header["key"] !== "string" || !isToken(header["key"])) {
      return this.#drop(header, name, "its key is no header name");
    }
    if (HEADER_LISTS[name] === "nothing") return header;
    const { value } = header;
    if (typeof value === "string") {
      return isPlain(value) ? header : this.#drop(header, name, "its value has control characters");
    }
    if (typeof value === "number" || typeof value === "boolean") {
      return this.#isFit(header, name) ? header : { ...header, value: text(value) };
    }
    return this.#drop(header, name, "its value is no text");
  }

  #drop(header: unknown, name: HeaderList, reason: string): undefined {
    const shown = isRecord(header) ? header["key"] : header;
    const described = (stringify(shown) ?? typeof shown).slice(0, 60);
    this.#warn(`${name}: ${described} is left out: ${reason}`);
  }

  /** A number that the engine sent itself stays as it came. */
  #isSent({ key, value }: Fields): boolean {
    if (this.#payload.includes(`"key":"${text(key)}","value":${text(value)}}`)) return true;
    const { routing } = parse(this.#payload);
    if (!isRecord(routing)) return false;
    const holders = [routing, ...listOf(routing["egress_routing"])];
    return holders.some(
      (holder) =>
        isRecord(holder) &&
        listOf(holder["headers"]).some(
          (sent) => isRecord(sent) && sent["key"] === key && sent["value"] === value,
        ),
    );
  }

  #warn(warning: string): void {
    if (this.#warnings.length < MOST_WARNINGS) this.#warnings.push(warning);
  }
}

// By character, because a frozen RegExp costs many times as much.

/** No control characters but the tab. */
function isPlain(value: string): boolean {
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return false;
  }
  return true;
}

function plain(value: string): string {
  let kept = "";
  for (let at = 0; at < value.length; at += 1) {
    const character = value.charAt(at);
    if (isPlain(character)) kept += character;
  }
  return kept;
}

/** The characters of a header name of RFC 3261, by their codes. */
const TOKEN = new Uint8Array(128);
for (const character of "!%'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_`abcdefghijklmnopqrstuvwxyz~") {
  TOKEN[character.charCodeAt(0)] = 1;
}

function isToken(value: string): boolean {
  for (let at = 0; at < value.length; at += 1) {
    if (TOKEN[value.charCodeAt(at)] !== 1) return false;
  }
  return value !== "";
}

function listOf(value: unknown): readonly unknown[] {
  return isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !isArray(value);
}
