// Code of a script that runs while its call is being answered, and calls that end badly.

import type { LeakCase } from "../leak-case.ts";
import { fault, leaking, LOOK_SPOILT, SPOIL, value } from "../script-parts.ts";

const js = String.raw;

/** Each spoils the realm on its way out. */
const ENDINGS: readonly (readonly [name: string, leave: string, left: LeakCase["left"]])[] = [
  [
    "a value with a getter",
    "return { get made() { spoil(); return 1; }, deep: [{ get made() { spoil(); return 2; } }] };",
    value({ made: 1, deep: [{ made: 2 }] }),
  ],
  [
    "a value with a toJSON",
    "return [{ toJSON() { spoil(); return 'left'; } }, Object.assign(() => {}, { toJSON() { spoil(); return 1; } })];",
    value(["left", 1]),
  ],
  [
    "a value that is a proxy",
    js`const run = (name) => (...all) => { spoil(); return Reflect[name](...all); };
return new Proxy({ a: 1 }, { get: run("get"), has: run("has"), ownKeys: run("ownKeys"), getOwnPropertyDescriptor: run("getOwnPropertyDescriptor") });`,
    value({ a: 1 }),
  ],
  [
    "a value whose then is asked for",
    "return { get then() { spoil(); return undefined; }, made: 1 };",
    value({ made: 1 }),
  ],
  [
    "nothing, but data with a getter",
    "Object.defineProperty(data, 'late', { enumerable: true, get() { spoil(); return 1; } }); data.toJSON = function () { spoil(); return {}; };",
    { is: "value" },
  ],
  [
    "a value that JSON does not know",
    "const value = { get made() { spoil(); return 1n; } }; return value;",
    fault("not_serialisable"),
  ],
  [
    "a value that contains itself",
    "const value = { get made() { spoil(); return this; } }; return value;",
    fault("not_serialisable"),
  ],
  [
    "a value that is too large",
    "spoil(); return { get made() { spoil(); return 'x'.repeat(1100000); } };",
    fault("output_too_large"),
  ],
  [
    "the global object",
    "spoil(); mine = { toJSON() { spoil(); return 1; } }; globalThis.toJSON = () => ({ mine }); return globalThis;",
    value({ mine: 1 }),
  ],
  ["an error", "spoil(); throw new Error('404 left');", fault("script_error", "404 left")],
  [
    "an error with getters",
    js`const error = new Error("left"); Object.defineProperty(error, "message", { get() { spoil(); return "left by a getter"; } });
for (const name of ["stack", "code", "name", "cause"]) Object.defineProperty(error, name, { get() { spoil(); return undefined; } });
throw error;`,
    fault("script_error", "left by a getter"),
  ],
  [
    "an error whose stack is written by the script",
    "const error = new Error('left'); Error.prepareStackTrace = () => { spoil(); return 'left'; }; throw Object.assign(error, { extra: 1 });",
    fault("script_error", "left"),
  ],
  [
    "an error of the engine's, whose stack is written by the script",
    "Error.prepareStackTrace = () => { spoil(); return {}; }; null.left;",
    { is: "fault", code: "script_error" },
  ],
  [
    "a thrown proxy",
    js`const run = (name) => (...all) => { spoil(); return Reflect[name](...all); };
throw new Proxy(new Error("left"), Object.fromEntries(Reflect.ownKeys(Reflect).filter((key) => typeof key === "string").map((key) => [key, run(key)])));`,
    { is: "fault", code: "script_error" },
  ],
  [
    "a thrown proxy that throws",
    "throw new Proxy({}, { get() { spoil(); throw new Error('again'); }, getPrototypeOf() { spoil(); throw new Error('again'); } });",
    { is: "fault", code: "script_error" },
  ],
  [
    "a thrown object that names an answer",
    "throw { get code() { spoil(); return 404; }, get message() { spoil(); return 'left'; }, get stack() { spoil(); } };",
    { is: "fault", code: "script_error" },
  ],
  [
    "a thrown pair",
    "spoil(); throw [404, { get message() { spoil(); return 'left'; } }];",
    { is: "fault", code: "script_error" },
  ],
  ["a thrown nothing", "spoil(); throw undefined;", { is: "fault", code: "script_error" }],
  ["a thrown symbol", "spoil(); throw Symbol('left');", { is: "fault", code: "script_error" }],
  [
    "a finally that has the last word",
    "try { throw new Error('left'); } finally { spoil(); return 'last'; }",
    value("last"),
  ],
  [
    "lines for the console that run code",
    js`const touchy = { toString() { spoil(); return "left"; }, toJSON() { spoil(); return 1; } };
const error = Object.defineProperty(new Error("left"), "stack", { get() { spoil(); return "left"; } });
console.log(touchy, error, { get made() { spoil(); return 1; } });
console.error(new Proxy({}, { get() { spoil(); return undefined; } }).made, touchy);
return "logged";`,
    value("logged"),
  ],
  [
    "a stack that ran over",
    js`function deeper() { return deeper() + 1; }
let thrown; try { deeper(); } catch (error) { thrown = error; }
spoil(); over = thrown;
return thrown instanceof RangeError;`,
    value(true),
  ],
  [
    "writes at the very end of the stack",
    "function deeper() { try { deeper(); } catch { try { spoil(); } catch {} } } deeper(); spoil(); return 'back';",
    value("back"),
  ],
  [
    "a stack that ran over in the engine's own functions",
    js`const ways = [() => { const one = { toString() { return "" + one; } }; return "" + one; }, () => { const one = { get a() { return this.a; } }; return one.a; },
  () => { const one = new Proxy({}, { get: (_, key, self) => self[key] }); return one.a; }, () => [1].map(function again() { return [1].map(again); })];
let errors = 0;
for (const way of ways) try { way(); } catch (error) { if (error instanceof RangeError) errors += 1; }
spoil();
return errors;`,
    value(4),
  ],
  [
    "long texts and many things",
    js`long = "x".repeat(4000000); keyed = { ["k".repeat(100000)]: 1 }; rope = ""; for (let n = 0; n < 20000; n++) rope += n;
many = Array.from({ length: 20000 }, (_, n) => ({ n })); spoil();
return [long.length, rope.length > 80000, many.length];`,
    value([4000000, true, 20000]),
  ],
];

const MERGE = js`
function merge(target, source) {
  for (const key in source) {
    if (typeof source[key] === "object" && source[key] !== null) { if (!target[key]) target[key] = {}; merge(target[key], source[key]); }
    else target[key] = source[key];
  }
  return target;
}`;

export const OUTCOME_CASES: readonly LeakCase[] = [
  ...ENDINGS.map(([name, leave, left]) =>
    leaking(`nothing stays of a call that ended with ${name}`, {
      top: SPOIL,
      leave,
      look: LOOK_SPOILT,
      left,
    }),
  ),
  leaking("data that a careless merge takes for a prototype changes nothing for others", {
    top: MERGE,
    leave: js`merge({}, data); merge([], data); merge(leave, data); Object.assign({}, data);
return [Object.hasOwn(data, "__proto__"), Object.keys(data)];`,
    look: js`return [surface(Object.prototype), surface(Array.prototype), surface(Function.prototype), ({}).left === undefined, [].left === undefined];`,
    left: value([true, ["__proto__", "constructor"]]),
    data: JSON.parse('{"__proto__":{"left":1},"constructor":{"prototype":{"left":1}}}'),
  }),
];
