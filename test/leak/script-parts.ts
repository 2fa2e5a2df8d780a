// What the scripts of the cases are made of.

import type { LeakCase } from "./leak-case.ts";

const js = String.raw;

/**
 * `attempt(act)` counts what is tried, in `attempts`: as done unless it returns false or throws. A TypeError is how an
 * engine refuses; any other error is `odd`, an attack that does not do what it says. All of it works on whatever
 * becomes of the realm, as `each` does, and what attacks need is taken before they spoil it.
 */
const ATTEMPT = js`
const { defineProperty, deleteProperty, setPrototypeOf } = Reflect;
const attempts = { made: 0, done: 0, odd: [], toJSON: undefined, then: undefined };
attempts.odd.toJSON = undefined;
const attempt = ((refusal, prototypeOf, { odd }) => (act) => {
  attempts.made += 1;
  try {
    if (act() !== false) attempts.done += 1;
  } catch (error) {
    if (prototypeOf(error) === refusal) return;
    defineProperty(odd, odd.length, { __proto__: null, value: "" + error, writable: true, enumerable: true, configurable: true });
  }
})(TypeError.prototype, Object.getPrototypeOf, attempts);
function each(list, act) {
  for (let at = 0; at < list.length; at += 1) act(list[at]);
}
`;

/**
 * `surface(object)` is all that can be seen of an object from outside, as a list of texts; `chain(object)` the surfaces
 * of its prototypes. Sources of functions are left out: the budget in them has other names in each release.
 */
const SURFACE = js`
function kind(value) {
  if (typeof value === "function") return "function " + String(value.name) + "/" + String(value.length);
  if (typeof value === "object" && value !== null) return Object.prototype.toString.call(value);
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
function surface(object) {
  if (object === null || (typeof object !== "object" && typeof object !== "function")) return [kind(object)];
  const lines = [kind(object), "extensible " + Reflect.isExtensible(object), "from " + kind(Reflect.getPrototypeOf(object))];
  for (const key of Reflect.ownKeys(object)) {
    const { value, get, set, writable, enumerable, configurable } = Reflect.getOwnPropertyDescriptor(object, key);
    const flags = (writable ? "w" : "") + (enumerable ? "e" : "") + (configurable ? "c" : "");
    const content = get || set ? kind(get) + " and " + kind(set) : kind(value);
    lines.push(String(key) + " " + flags + " " + content);
  }
  return lines;
}
function chain(object) {
  const surfaces = [];
  for (let at = Reflect.getPrototypeOf(object); at !== null; at = Reflect.getPrototypeOf(at)) surfaces.push(surface(at));
  return surfaces;
}
`;

/**
 * What the cases leave on the global object. `leftovers()` asks for these by name: nobody needs to list what he has for
 * others to find.
 */
const LEFT_NAMES = (
  "first second third i key item picked others head tail depth seen count list memo one two three proxy again frozen " +
  "handler main leave look exports module require data length left left0 left2999 0 299 999 byGlobalThis byThis byCallback bySelf " +
  "byGlobal byForEach byDefine byGetter bySetter byProxy byProxyDefine byReceiver bySet byAssign byDefineAll bySuper byField " +
  "byName byHeir byEval functionByEval byFunction trap0 trap2 hidden fixed pinned cell door loose leftToo leftAgain " +
  "leftByReceiver leftByProxy after stack late lateToo latePin spied over mine long keyed rope many toJSON then"
).split(" ");

const LEFTOVERS = js`
function leftovers() {
  return [...${JSON.stringify(LEFT_NAMES)}, Symbol.for("left"), Symbol.for("late"), Symbol.for("pinned"), Symbol.toStringTag]
    .filter((name) => name in globalThis).map((name) => String(name) + " " + kind(globalThis[name]));
}
`;

/** `spoil()` writes where a call may write and the next must not see it. Works at any moment, on any realm. */
export const SPOIL = js`
function spoil() {
  late = 1; globalThis.lateToo = { secret: "left" }; globalThis[Symbol.for("late")] = 1;
  /(late)/.exec("late"); Error.stackTraceLimit = 3; Error.prepareStackTrace = () => ({}); process.env.LATE = "1"; console.late = 1; console.info = spoil;
}
function deep(n) { return n === 0 ? new Error("mine") : deep(n - 1); }
function frames() { const { stack } = deep(20); return typeof stack === "string" ? stack.split("\n").length : typeof stack; }
`;

/** Body of a `look` for all that `spoil` leaves, and what else is likely. */
export const LOOK_SPOILT = js`
return [surface(globalThis), leftovers(), surface(Object.prototype), surface(Error), [RegExp.$1, RegExp.input, RegExp.lastMatch], frames(), surface(console), typeof console.late, surface(console.info), surface(process), surface(process.env)];`;

/** Bodies of the two functions, and code in front of them. */
export type Parts = { top?: string; leave: string; look: string };

/** A script with these parts, in sloppy mode unless they say otherwise. */
/** What the platform itself puts into the environment differs from call to call, and from script to script. */
export const WITHOUT_PLATFORM =
  "try { delete process.env.SCRIPTFORGE_ID; delete process.env.SCRIPTFORGE_UUID; delete process.env.SCRIPTFORGE_NAME; " +
  "delete process.env.APP_ID; delete process.env.EXEC_HOST; delete process.env.CORRELATION_ID; } catch {}\n";

export function script({ top = "", leave, look }: Parts): string {
  return `${WITHOUT_PLATFORM}${ATTEMPT}${SURFACE}${LEFTOVERS}${top}
function leave(data) {
${leave}
}
function look(data) {
${look}
}
module.exports = { leave, look };
`;
}

type Rest = Pick<LeakCase, "left"> & Partial<Pick<LeakCase, "data">>;

/** A case that leaks wherever a realm is used again as it is. */
export function leaking(name: string, parts: Parts & Rest): LeakCase {
  return { ...caseOf(name, parts), unguarded: "leaks" };
}

/** A case that a new module scope for each call is enough for. */
export function holding(name: string, parts: Parts & Rest): LeakCase {
  return { ...caseOf(name, parts), unguarded: "holds" };
}

function caseOf(name: string, { left, data, ...parts }: Parts & Rest): Omit<LeakCase, "unguarded"> {
  const view = JSON.stringify([parts.top, parts.look, data]);
  return { name, code: script(parts), left, data, view };
}

/** `leave` returns this. */
export function value(expected: unknown): LeakCase["left"] {
  return { is: "value", value: expected };
}

/** `leave` returns its attempts, so many, each of them done or refused. */
export function attempts(made: number): LeakCase["left"] {
  return { is: "value", value: { made, odd: [] } };
}

/** `leave` ends so. */
export function fault(code: string, message?: string): LeakCase["left"] {
  return message === undefined ? { is: "fault", code } : { is: "fault", code, message };
}
