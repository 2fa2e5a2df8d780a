// What the data with which a call goes on are to be, put right where they are not. In the isolate where that stays, and else
// in the gateway, where V8 has compiled it. No zod in here: isolates carry this file.

import {
  LIST_NAMES,
  type Continued,
  type HeaderList,
  type SentData,
  type SentHeaders,
} from "./continued.ts";
import { isRecord, listOf } from "./json-values.ts";

/** What a member of a list of headers needs besides its key. */
const BESIDE_KEY: Record<HeaderList, "value" | "nothing"> = {
  headers: "value",
  remove_headers: "nothing",
};

/** Headers that routing engines send themselves. Each is a bit of a set. */
const ENGINE_HEADERS = ["X-Customer-ID", "X-CX-Sec"];

const MOST_WARNINGS = 20;

// Taken before a script can change them.
const { parse, stringify } = JSON;
const { isArray } = Array;
const { hasOwn, keys } = Object;
const { isFinite: isFiniteNumber, MAX_SAFE_INTEGER } = Number;
const text = String;

type Fields = Record<string, unknown>;

/**
 * Puts the data of a call right, in place. They have what the engine sent, and no variables. Warnings come to be at most 20.
 * Throws where something in the data cannot be changed.
 */
export function putRight(data: Fields, input: SentData, warnings: string[]): Continued {
  const { routing } = data;
  if (!isRecord(routing)) return { is: "continue", data, warnings };
  takeAliases(data, { routing, input });
  if (!takeRoutes(routing, input, warnings)) return { is: "noRoutes" };
  const check = new Check(input.headers, warnings);
  check.lists(data);
  check.routing(routing);
  warnOfGone(input.headers.engine & ~check.engineHeaders, warnings);
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

/** What the engine has put into the data of a call as headers. */
export function sentHeadersIn(data: Fields): SentHeaders {
  const { routing } = data;
  const sent: SentHeaders = { engine: 0, numbers: [] };
  addHeaders(sent, data["headers"]);
  if (!isRecord(routing)) return sent;
  addHeaders(sent, routing["headers"]);
  const routes = listOf(routing["egress_routing"]);
  for (let at = 0; at < routes.length; at += 1) {
    const route = routes[at];
    if (isRecord(route)) addHeaders(sent, route["headers"]);
  }
  return sent;
}

function addHeaders(sent: SentHeaders, list: unknown): void {
  const headers = listOf(list);
  for (let at = 0; at < headers.length; at += 1) {
    const header = headers[at];
    if (!isRecord(header)) continue;
    const { key, value } = header;
    sent.engine |= engineHeader(key);
    if (typeof value === "number") sent.numbers.push(key, value);
  }
}

function engineHeader(key: unknown): number {
  for (let at = 0; at < ENGINE_HEADERS.length; at += 1) {
    if (key === ENGINE_HEADERS[at]) return 1 << at;
  }
  return 0;
}

/** What the script put beside `routing` under the names of its members belongs into it. */
function takeAliases(data: Fields, { routing, input }: { routing: Fields; input: SentData }): void {
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
function takeRoutes(routing: Fields, { payload }: SentData, warnings: string[]): boolean {
  const routes = routing["egress_routing"];
  if (isArray(routes) && routes.length > 0) return true;
  const sent = sentRoutes(payload);
  if (isArray(routes)) return sent === undefined || sent.length === 0;
  if (sent === undefined) return true;
  routing["egress_routing"] = sent;
  warnings.push("main left out egress_routing: the routes stay as they were");
  return true;
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
  readonly #sentNumbers: readonly unknown[];
  readonly #warnings: string[];
  /** Where in `#sentNumbers` the next one stands, if the script left them in their order. */
  #nextNumber = 0;
  #sentTexts: Set<string> | undefined;

  constructor({ numbers }: SentHeaders, warnings: string[]) {
    this.#sentNumbers = numbers;
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
    if (name === "headers") for (const { key } of kept) this.engineHeaders |= engineHeader(key);
  }

  /** Whether the header may go out as it is. */
  #isFit(header: unknown, name: HeaderList): boolean {
    if (!isRecord(header)) return false;
    const { key, value } = header;
    if (typeof key !== "string" || !isToken(key)) return false;
    if (BESIDE_KEY[name] === "nothing") return true;
    this.engineHeaders |= engineHeader(key);
    if (typeof value === "string") return isPlain(value);
    // It has no JSON, which is told with its place as it is anywhere else.
    if (typeof value === "bigint") return true;
    return typeof value === "number" && this.#isSent(header);
  }

  /** The header as it may go out, undefined where it may not. */
  #header(header: unknown, name: HeaderList): Fields | undefined {
    if (!isRecord(header) || typeof header["key"] !== "string" || !isToken(header["key"])) {
      return this.#drop(header, name, "its key is no header name");
    }
    if (BESIDE_KEY[name] === "nothing") return header;
    const { value } = header;
    if (typeof value === "string") {
      return isPlain(value) ? header : this.#drop(header, name, "its value has control characters");
    }
    if (typeof value === "boolean" || typeof value === "bigint" || isFiniteNumber(value)) {
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
    const numbers = this.#sentNumbers;
    const at = this.#nextNumber;
    this.#nextNumber = at + 2;
    if (numbers[at] === key && numbers[at + 1] === value) return true;
    this.#sentTexts ??= textsOf(numbers);
    return this.#sentTexts.has(headerText(key, value));
  }

  #warn(warning: string): void {
    if (this.#warnings.length < MOST_WARNINGS) this.#warnings.push(warning);
  }
}

function textsOf(numbers: readonly unknown[]): Set<string> {
  const found = new Set<string>();
  for (let at = 0; at < numbers.length; at += 2) {
    found.add(headerText(numbers[at], numbers[at + 1]));
  }
  return found;
}

function headerText(key: unknown, value: unknown): string {
  return `${text(key)}: ${text(value)}`;
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
