// Calls in tables: each with the script that decides it and what becomes of it, tried with every kind of script.

import { beforeAll, describe, it, type ExpectStatic } from "vitest";
import { Decision } from "../../schemas/decision.ts";
import type { FaultCode } from "../../schemas/fault.ts";
import { MAX_CPU_MS } from "../../schemas/limits.ts";
import type { Product } from "../harness.ts";

/** What may decide a call: a type, in an isolate that calls share or of the call's own. */
const KINDS = {
  script: { type: "script" },
  app: { type: "app" },
  "scoped app": { type: "app", isolation: "scope" },
} as const;
export type Kind = keyof typeof KINDS;

/** The kinds that differ in what a script may do. */
const BOTH_TYPES: readonly Kind[] = ["script", "app"];
export const EVERY_KIND: readonly Kind[] = ["script", "app", "scoped app"];
export const APPS: readonly Kind[] = ["app", "scoped app"];

/** A fault's code, and what its message has in it. */
type FaultSeen = readonly [code: FaultCode, says: string];

/**
 * `continues` is the whole data, `writes` its very text, `warnings` what each of them has in it.
 */
export type Outcome =
  | { continues: unknown; warnings?: readonly string[]; fault?: FaultSeen }
  | { writes: string }
  | { rejects: readonly [code: number, reason: string]; fault?: FaultSeen };

export type Call = {
  claim: string;
  code: string;
  becomes: Outcome;
  /** Both types, where it makes no difference whether calls share an isolate. */
  kinds?: readonly Kind[];
  /** A string travels as it is. */
  body?: unknown;
  assignment?: Record<string, unknown>;
};

/** Long enough for a busy machine: what is told here has nothing to do with time. */
export const PATIENT = { timeout: 10 };
/** As many requests are under way at a time. */
const LANES = 8;

/** A call that a script's own failure ends. */
export function failure(says: string, code: FaultCode = "script_error"): Outcome {
  return { rejects: [500, "ScriptForge Error"], fault: [code, says] };
}

/** The calls, tried with every kind that may decide one, where they do not say otherwise. */
export function ofEveryKind(calls: readonly Call[]): Call[] {
  return calls.map((call) => ({ kinds: EVERY_KIND, ...call }));
}

/** A script, and the settings of the route that it decides. */
type Deciding = { route: string; kind: Kind; code: string; assignment: Record<string, unknown> };

/** A call with one kind of script. */
type Tried = { call: Call; kind: Kind; route: string };

/** Publishes the scripts of `calls`, each once, and declares a test for each call and kind. */
export function describeCalls(product: () => Product, title: string, calls: readonly Call[]): void {
  const { scripts, tried } = planCalls(calls);
  describe.concurrent(`${title}:`, () => {
    beforeAll(async () => {
      await inLanes(scripts, async ({ route, kind, code, assignment }) => {
        const name = `${title}: ${route}`;
        await publish(product(), { name, kind, code });
        const settings = { script: name, ...PATIENT, ...assignment };
        await put(product(), `/assignments/termination/${pathOf(title, route)}`, settings);
      });
      await product().untilRevision();
    });

    for (const { call, kind, route } of tried) {
      it(`${call.claim} (${kind})`, async ({ expect }) => {
        const body = call.body ?? { routing: {} };
        const answer = await askEdge(product(), `termination/${pathOf(title, route)}`, body);
        expect(seen(answer)).toEqual(told(expect, call.becomes));
      });
    }
  });
}

function planCalls(calls: readonly Call[]): { scripts: Deciding[]; tried: Tried[] } {
  const scripts = new Map<string, Deciding>();
  const tried = calls.flatMap((call) =>
    (call.kinds ?? BOTH_TYPES).map((kind): Tried => {
      const { code, assignment = {} } = call;
      const key = JSON.stringify([kind, code, assignment]);
      const script = scripts.get(key) ?? {
        route: `${scripts.size} ${kind}`,
        kind,
        code,
        assignment,
      };
      scripts.set(key, script);
      return { call, kind, route: script.route };
    }),
  );
  return { scripts: [...scripts.values()], tried };
}

/** Creates a script with a live release and with all the CPU time that it may have. Throws where it is refused. */
export async function publish(
  product: Product,
  { name, kind, code }: { name: string; kind: Kind; code: string },
): Promise<void> {
  const settings = KINDS[kind];
  const limits = { cpuMs: MAX_CPU_MS[settings.type] };
  const script = { name, code, limits, ...settings };
  const { status, body } = await product.manage("POST", "/scripts", script);
  if (status !== 201) throw new Error(`Cannot publish ${code}: ${JSON.stringify(body)}`);
}

/** Puts what must not be refused. `path` begins behind `/v1`. */
export async function put(product: Product, path: string, body: unknown): Promise<void> {
  const answer = await product.manage("PUT", path, body);
  if (answer.status !== 200) throw new Error(`Cannot put ${path}: ${JSON.stringify(answer.body)}`);
}

/** The answer to a call, as text. */
type Answered = { status: number; headers: Headers; text: string };

/** Asks for a decision at `path`, which begins behind `/call`. A string body travels as it is. */
export async function askEdge(product: Product, path: string, body: unknown): Promise<Answered> {
  const response = await fetch(`${product.edge}/call/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${product.token}` },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** What a test compares: the whole answer, the headers that the contract names, and the body as text too. */
type Seen = {
  status: number;
  type: string | null;
  sipCode: string | null;
  sipReason: string | null;
  invocation: string | null;
  timing: string | null;
  text: string;
  body: unknown;
};

const INVOCATION = "(the invocation)";

/** The answer with one name for the invocation, wherever it is named. */
export function seen({ status, headers, text }: Answered): Seen {
  const id = headers.get("x-invocation");
  const reason = headers.get("x-sip-reason");
  const written = id === null ? text : text.replaceAll(id, INVOCATION);
  return {
    status,
    type: headers.get("content-type"),
    sipCode: headers.get("x-sip-code"),
    // HTTP has bytes where fetch shows characters.
    sipReason: reason === null ? null : Buffer.from(reason, "latin1").toString("utf8"),
    invocation: id === null ? null : INVOCATION,
    timing: headers.get("server-timing"),
    text: written,
    body: JSON.parse(written),
  };
}

/** What is to be seen of a call that comes to `outcome`. */
export function told(expect: ExpectStatic, outcome: Outcome): Record<keyof Seen, unknown> {
  const [code, reason] = "rejects" in outcome ? outcome.rejects : [null, null];
  return {
    status: 200,
    type: "application/json",
    sipCode: code === null ? null : String(code),
    sipReason: reason,
    invocation: INVOCATION,
    timing: expect.stringMatching(/^cpu;dur=[\d.]+, script;dur=[\d.]+$/),
    text: textOf(expect, outcome),
    body: bodyOf(expect, outcome),
  };
}

function textOf(expect: ExpectStatic, outcome: Outcome): unknown {
  if ("writes" in outcome) return `{"action":"continue","data":${outcome.writes}}`;
  return expect.any(String);
}

function bodyOf(expect: ExpectStatic, outcome: Outcome): unknown {
  if ("writes" in outcome) return expect.schemaMatching(Decision);
  const { fault } = outcome;
  const failed = fault && {
    fault: { code: fault[0], message: expect.stringContaining(fault[1]), invocation: INVOCATION },
  };
  if ("rejects" in outcome) {
    const [code, reason] = outcome.rejects;
    return { action: "reject", sip: { code, reason }, ...failed };
  }
  const warnings = outcome.warnings?.map((says): unknown => expect.stringContaining(says));
  return {
    action: "continue",
    data: outcome.continues,
    ...failed,
    ...(warnings === undefined ? {} : { warnings }),
  };
}

/** Does `work` for every item, some at a time. */
async function inLanes<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

function pathOf(...keys: string[]): string {
  return keys.map(encodeURIComponent).join("/");
}
