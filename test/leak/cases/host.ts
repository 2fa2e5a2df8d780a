// What the platform puts beside the language: console, process, the web's classes and objects.

import type { LeakCase } from "../leak-case.ts";
import { attempts, holding, leaking, value } from "../script-parts.ts";

const js = String.raw;

/** Tries on each of `targets`, by its name, whatever can be tried on an object. A target that is not there is none. */
const TAMPER = js`"use strict";
each(targets, (target) => {
  if (target === undefined || target === null) return;
  attempt(() => { target.left = 1; });
  attempt(() => { target[Symbol.for("left")] = { secret: data }; });
  attempt(() => defineProperty(target, "leftToo", { get: () => data, configurable: true }));
  attempt(() => defineProperty(target, "pinned", { value: 1 }));
  attempt(() => { target.toString = () => "left"; });
  attempt(() => { target.__defineGetter__("leftAgain", () => "left"); });
  each(Reflect.ownKeys(target), (key) => attempt(() => { target[key] = () => "left"; }));
  attempt(() => setPrototypeOf(target, { left: 1 }));
  attempt(() => { Object.freeze(target); });
});
return { isTold: attempts.made >= targets.length, odd: attempts.odd };`;

/** Expressions for what belongs together. One that throws stands for nothing. */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  console: [
    "console",
    "console.log",
    "console.warn",
    "console.error",
    "console.log.prototype",
    "Object.getPrototypeOf(console)",
  ],
  process: ["process", "Object.getPrototypeOf(process)", "process.nextTick", "process.versions"],
  "the classes of URLs": [
    "URL",
    "URL.prototype",
    "URL.canParse",
    "URLSearchParams",
    "URLSearchParams.prototype",
    "Object.getPrototypeOf(new URLSearchParams('a=1').entries())",
    "Object.getOwnPropertyDescriptor(URL.prototype, 'searchParams').get",
    "URLPattern.prototype",
  ],
  "the classes of text": [
    "TextEncoder",
    "TextEncoder.prototype",
    "TextDecoder",
    "TextDecoder.prototype",
    "TextEncoder.prototype.encode",
  ],
  crypto: [
    "crypto",
    "crypto.subtle",
    "Object.getPrototypeOf(crypto)",
    "Object.getPrototypeOf(crypto.subtle)",
    "crypto.getRandomValues",
    "crypto.randomUUID",
    "CryptoKey.prototype",
  ],
  performance: ["performance", "Object.getPrototypeOf(performance)", "performance.now"],
  "the class of the web's errors": [
    "DOMException",
    "DOMException.prototype",
    "Object.getPrototypeOf(DOMException)",
    "(() => { try { atob('*'); } catch (error) { return Object.getPrototypeOf(error); } })()",
    "(() => { try { structuredClone(() => 1); } catch (error) { return Object.getPrototypeOf(error); } })()",
  ],
  "functions of the web": ["structuredClone", "atob", "btoa", "queueMicrotask", "reportError"],
  "what else may be there": [
    "navigator",
    "Buffer",
    "Buffer.prototype",
    "EventTarget.prototype",
    "Event.prototype",
    "AbortSignal.prototype",
    "Headers.prototype",
    "Blob.prototype",
    "ReadableStream.prototype",
    "FinalizationRegistry.prototype",
    "WeakRef.prototype",
    "DisposableStack.prototype",
    "AsyncDisposableStack.prototype",
    "SuppressedError.prototype",
    "Temporal",
  ],
};

function tampering([name, expressions]: [string, readonly string[]]): LeakCase {
  const list = expressions.map((one) => `() => ${one}`).join(", ");
  return leaking(`${name} cannot be changed for another call`, {
    top: js`const targets = [${list}].map((one) => { try { return one(); } catch { return undefined; } });`,
    leave: TAMPER,
    look: js`const names = ["left", "leftToo", "leftAgain", "pinned", "toString", "log", "warn", Symbol.for("left")];
return targets.map((target) => [typeof target, surface(target), names.map((name) => kind(Object(target)[name]))]);`,
    left: value({ isTold: true, odd: [] }),
  });
}

const LOOK_PROCESS =
  "return [surface(process), surface(process.env), process.env.LEFT === undefined, new Date(0).toString(), new Date(0).getTimezoneOffset(), Intl.DateTimeFormat().resolvedOptions().timeZone, (1234.5).toLocaleString()];";

export const HOST_CASES: readonly LeakCase[] = [
  ...Object.entries(TARGETS).map(tampering),
  leaking("the environment's variables are those of one call", {
    leave: js`process.env.LEFT = "1"; process.env[Symbol.for("left")] = 1; Object.assign(process.env, { SECRET: data.key });
Object.defineProperty(process.env, "HIDDEN", { get: () => "left" });
return [process.env.LEFT, process.env.SECRET, process.env.HIDDEN];`,
    look: LOOK_PROCESS,
    left: value(["1", "a", "left"]),
    data: { key: "a" },
  }),
  leaking("the environment sets no other call's time zone or language", {
    leave: js`Object.assign(process.env, { TZ: "Asia/Tokyo", LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", NODE_ENV: "left" });
return [process.env.TZ, new Date(0).getTime()];`,
    look: LOOK_PROCESS,
    left: value(["Asia/Tokyo", 0]),
  }),
  leaking("the environment as a whole is that of one call", {
    leave: js`"use strict";
attempt(() => { process.env.left = 1; });
attempt(() => setPrototypeOf(process.env, { LEFT: "1" }));
attempt(() => { Object.freeze(process.env); });
attempt(() => { process.env = { LEFT: "1" }; });
attempt(() => defineProperty(process, "env", { value: { LEFT: "1" } }));
attempt(() => { process.env.__proto__.LEFT = "1"; });
return attempts;`,
    look: LOOK_PROCESS,
    left: attempts(6),
  }),
  leaking("the console's functions are nobody's to replace", {
    leave: js`"use strict";
const lines = [];
for (const name of ["log", "info", "warn", "error", "debug", "trace", "dir", "table"]) attempt(() => { console[name] = (...all) => { lines.push(all); }; });
attempt(() => { console = { log() {} }; });
attempt(() => { globalThis.console = { log() {} }; });
attempt(() => deleteProperty(globalThis, "console"));
return attempts;`,
    look: js`console.log("secret");
const names = ["log", "info", "warn", "error", "debug", "trace", "dir", "table", "time", "left"];
return [typeof console, surface(console), chain(console), names.map((name) => surface(console[name]))];`,
    left: attempts(11),
  }),
  holding("URLs, encoders and their like are each call's own", {
    top: js`const url = new URL("https://example.com/a?b=1"), encoder = new TextEncoder(), decoder = new TextDecoder();`,
    leave: js`for (const one of [url, url.searchParams, encoder, decoder]) { one.left = 1; Object.defineProperty(one, "leftToo", { value: 1 }); Object.freeze(one); }
if (url.searchParams.append) { url.searchParams.append("left", "1"); url.hash = "#left"; decoder.decode(new Uint8Array([0xe2, 0x82]), { stream: true }); }
return [url.left, encoder.left, Object.keys(decoder)];`,
    look: js`return [String(url), Object.keys(url), Object.keys(encoder), Object.keys(decoder), decoder.decode(new Uint8Array([0x61])), String(new URL("https://example.com/")), Object.isFrozen(url)];`,
    left: value([1, 1, ["left"]]),
  }),
  holding("marks and measures of time are not handed on", {
    leave: js`let marked = 0;
for (const name of ["mark", "measure", "clearMarks", "setResourceTimingBufferSize"]) try { performance[name]("left"); marked += 1; } catch { marked += 1; }
return marked;`,
    look: js`const list = (name) => { try { return performance[name]().length; } catch (error) { return error.name; } };
const named = (() => { try { return performance.getEntriesByName("left").length; } catch (error) { return error.name; } })();
return [list("getEntries"), named, typeof performance.now(), typeof performance.timeOrigin];`,
    left: value(4),
  }),
  holding("what chance gave one call is not given to another", {
    top: js`const bytes = () => [...crypto.getRandomValues(new Uint8Array(16))].join();`,
    leave: "return [bytes() !== '', typeof crypto.randomUUID()];",
    look: js`const drawn = bytes(); return [typeof drawn, crypto.randomUUID().length];`,
    left: value([true, "string"]),
  }),
  holding("clones are each call's own", {
    top: js`const source = { list: [1], at: 0 };`,
    leave: js`const copy = structuredClone(source); copy.list.push("left"); source.list.push("left"); copy.__proto__.constructor === Object; return [copy.list, source.list];`,
    look: "return [structuredClone(source), source, structuredClone([1, 'a', null])];",
    left: value([
      [1, "left"],
      [1, "left"],
    ]),
  }),
  holding("errors of the web carry nothing over", {
    leave: js`let caught; try { atob("*"); } catch (error) { caught = error; }
caught.left = 1; Object.defineProperty(caught, "message", { value: "left" });
return [caught.left, caught.message];`,
    look: js`try { atob("*"); } catch (error) { return [Object.keys(error), error.name, typeof error.left, String(error.message).includes("left")]; }`,
    left: value([1, "left"]),
  }),
];
