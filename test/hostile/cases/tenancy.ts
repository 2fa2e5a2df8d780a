// What one run leaves for another: the same script's next call, another script, another account.
// The expectation speaks of the victim's answer.

import type { HostileCase, Victim } from "../hostile-case.ts";

const js = String.raw;

type Attack = Omit<HostileCase, "group" | "expect" | "victim">;

function isUnseen(attack: Attack, victim: Victim, value: unknown): HostileCase {
  return { group: "tenancy", ...attack, victim, expect: { is: "value", value } };
}

/** Leaves a mark wherever it can, and tells what marks it found. */
const MARKS = js`
function main() {
  const found = [];
  const look = (name, holder) => { try { if (Object.hasOwn(holder, 'mark') && holder.mark === 'left') found.push(name); holder.mark = 'left'; } catch {} };
  look('globalThis', globalThis);
  look('Object.prototype', Object.prototype);
  look('Array', Array);
  look('Function.prototype', Function.prototype);
  look('JSON', JSON);
  look('Math', Math);
  look('console', console);
  look('console.log', console.log);
  look('process.env', process.env);
  look('require', typeof require === 'function' ? require : {});
  look('module', module);
  look('exports', exports);
  look('main', main);
  look('Symbol.for', Symbol.for('shared').constructor.prototype);
  look('Error', Error);
  look('RegExp', RegExp);
  look('Intl', Intl);
  try { if (RegExp.$1 === 'left') found.push('RegExp.$1'); /(left)/.test('left'); } catch {}
  try { if (Error.stackTraceLimit === 77) found.push('stackTraceLimit'); Error.stackTraceLimit = 77; } catch {}
  return found;
}`;

const LOOK_AT_GLOBALS = js`
function main() {
  return ['mark', 'leaked', 'secret', 'pwned'].filter((name) => name in globalThis || name in {} || name in [] || name in main);
}`;

const POISON = js`
for (const [holder, name] of [[Object.prototype, 'mark'], [Array.prototype, 'leaked'], [Function.prototype, 'secret'], [globalThis, 'pwned']]) {
  try { holder[name] = 'left'; } catch {}
  try { Object.defineProperty(holder, name, { value: 'left' }); } catch {}
}
try { JSON.stringify = () => '"forged"'; } catch {}
try { Array.prototype.map = () => ['forged']; } catch {}
try { Array.prototype.filter = () => ['forged']; } catch {}
try { Object.prototype.toJSON = () => 'forged'; } catch {}
try { Date.now = () => 1; } catch {}
try { Math.random = () => 0.5; } catch {}
try { globalThis.main = () => 'forged'; } catch {}
try { main2 = 1; } catch {}
function main() { return 'poisoned'; }`;

const HONEST = js`
function main() {
  return { map: [1, 2].map((n) => n * 2), json: JSON.stringify([1]), time: Date.now() > 1e12, random: Math.random() !== 0.5, main: typeof globalThis.main };
}`;

const HONEST_VALUE = { map: [2, 4], json: "[1]", time: true, random: true, main: "undefined" };

const VICTIMS = [
  { of: "itself", runs: "after" },
  { of: "same account", runs: "after" },
  { of: "other account", runs: "after" },
  { of: "other account", runs: "beside" },
] as const;

/** Attacks by globals and built-ins, which each type keeps from others in another way. */
function leavesBehind(type: "script" | "app"): HostileCase[] {
  return [
    isUnseen(
      { name: `leaves marks for the next call of the same ${type}`, type, code: MARKS, runs: 3 },
      { of: "itself", runs: "after" },
      [],
    ),
    isUnseen(
      {
        name: `counts its calls in variables of the ${type}'s module`,
        type,
        code: js`let n = 0; var m = 0; implicit = typeof implicit === 'undefined' ? 1 : implicit + 1; function main() { n += 1; m += 1; main.n = (main.n ?? 0) + 1; return [n, m, main.n, implicit]; }`,
        runs: 3,
      },
      { of: "itself", runs: "after" },
      [1, 1, 1, 1],
    ),
    ...VICTIMS.slice(1).map((victim) =>
      isUnseen(
        {
          name: `poisons the built-ins of a ${type} for ${victim.of}, ${victim.runs} it`,
          type,
          code: POISON,
        },
        Object.assign({ type, code: HONEST }, victim),
        HONEST_VALUE,
      ),
    ),
    isUnseen(
      { name: `leaves globals of a ${type} for another account`, type, code: POISON },
      { of: "other account", runs: "after", type, code: LOOK_AT_GLOBALS },
      [],
    ),
  ];
}

export const TENANCY_CASES: readonly HostileCase[] = [
  ...leavesBehind("script"),
  ...leavesBehind("app"),
  isUnseen(
    {
      name: "poisons the built-ins of an app for a Script of the same account",
      type: "app",
      code: POISON,
    },
    { of: "same account", runs: "beside", type: "script", code: HONEST },
    HONEST_VALUE,
  ),
  isUnseen(
    {
      name: "publishes the same text as another account to share its isolate",
      type: "script",
      code: MARKS,
      runs: 2,
    },
    { of: "other account", runs: "after", code: MARKS },
    [],
  ),
  isUnseen(
    {
      name: "publishes the same text under another name to share its isolate",
      type: "app",
      code: MARKS,
      runs: 2,
    },
    { of: "same account", runs: "after", type: "app", code: MARKS },
    [],
  ),
  isUnseen(
    {
      name: "keeps a timer that changes the next call's data",
      type: "app",
      code: js`function main(data) { setInterval(() => { globalThis.pwned = data; Object.prototype.pwned = 1; }, 1); return 1; }`,
    },
    { of: "other account", runs: "beside", type: "app", code: LOOK_AT_GLOBALS },
    [],
  ),
  isUnseen(
    {
      name: "reads another call's argument in its own",
      type: "app",
      code: js`async function main(data) { await new Promise((r) => setTimeout(r, 50)); return data; }`,
      data: { secret: "of the attacker" },
    },
    { of: "itself", runs: "beside", data: { own: 1 } },
    { own: 1 },
  ),
  isUnseen(
    {
      name: "spins while another account is served",
      type: "script",
      code: js`function main() { for (;;); }`,
    },
    {
      of: "other account",
      runs: "beside",
      code: js`function main(data) { return data.n + 1; }`,
      data: { n: 1 },
    },
    2,
  ),
  isUnseen(
    {
      name: "stalls in native code while another account is served",
      type: "script",
      code: js`function main() { return /^(a+)+$/.test('a'.repeat(40) + '!'); }`,
    },
    {
      of: "other account",
      runs: "beside",
      code: js`function main(data) { return data.n + 1; }`,
      data: { n: 1 },
    },
    2,
  ),
  isUnseen(
    {
      name: "runs out of memory while another account is served",
      type: "script",
      code: js`function main() { const kept = []; for (let i = 0; i < 130; i += 1) kept.push(Array(1e6).fill(i + 0.5)); return kept.length; }`,
      limits: { cpuMs: 250 },
    },
    {
      of: "other account",
      runs: "beside",
      code: js`function main(data) { return data.n + 1; }`,
      data: { n: 1 },
    },
    2,
  ),
  {
    name: "reads the node's environment and secrets",
    group: "tenancy",
    type: "app",
    code: js`function main() { return [Object.keys(process.env).filter((name) => !/^(SCRIPTFORGE_(ID|UUID|NAME)|APP_ID|EXEC_HOST|CORRELATION_ID)$/.test(name)), typeof process.env.SCRIPTFORGE_TOKEN, typeof process.env.PATH, process.argv?.length ?? 0, process.pid ?? 0]; }`,
    expect: { is: "value", value: [[], "undefined", "undefined", 0, 0], never: /sfe_/ },
  },
  {
    name: "finds what others left in memory that was not cleared",
    group: "tenancy",
    type: "app",
    code: js`
function main() {
  const chunks = [new Uint8Array(2 ** 20), typeof Buffer === 'undefined' ? [] : Buffer.allocUnsafe(2 ** 20), typeof Buffer === 'undefined' ? [] : Buffer.allocUnsafeSlow(2 ** 20),
    typeof Buffer === 'undefined' ? [] : new Uint8Array(Buffer.from('x').buffer).slice(1)];
  return chunks.map((chunk) => chunk.some((byte) => byte !== 0));
}`,
    expect: { is: "value", value: [false, false, false, false] },
  },
  {
    name: "finds predictable random numbers, the same in each isolate",
    group: "tenancy",
    type: "app",
    code: js`function main() { return [typeof crypto.randomUUID(), Math.random() === Math.random(), crypto.getRandomValues(new Uint8Array(16)).every((byte) => byte === 0)]; }`,
    expect: { is: "value", value: ["string", false, false] },
  },
  {
    name: "asks the host for another account's release",
    group: "tenancy",
    type: "app",
    code: js`
async function main() {
  const names = ['host', 'HOST', 'dispatcher', 'internet', 'localhost', 'calls'];
  const results = await Promise.all(names.map((name) => fetch('http://' + name + '/releases/NEIGHBOUR_RELEASE').then((r) => r.text(), () => '')));
  return results.filter((text) => text.includes('neighbour'));
}`,
    expect: { is: "value", value: [] },
  },
  {
    name: "finds the neighbour's data in its own isolate",
    group: "tenancy",
    type: "script",
    code: js`
function main() {
  const seen = new Set(), found = [];
  const walk = (thing, depth) => {
    if ((typeof thing !== 'object' && typeof thing !== 'function') || thing === null || seen.has(thing) || depth > 5) return;
    seen.add(thing);
    for (const key of Reflect.ownKeys(thing)) {
      let value;
      try { value = Object.getOwnPropertyDescriptor(thing, key).value; } catch { continue; }
      if (typeof value === 'string' && /neighbour|sfe_|scr_[0-9a-f]/.test(value)) found.push(String(key));
      walk(value, depth + 1);
    }
  };
  walk(globalThis, 0);
  return found;
}`,
    limits: { cpuMs: 250 },
    expect: { is: "value", value: [] },
  },
];
