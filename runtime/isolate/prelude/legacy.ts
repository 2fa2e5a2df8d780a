// What the oldest scripts find in place of a parameter and a result: `vars`, `exit`, `err` and `api`; and cxUserspace, which
// some use without `require`.

import type { ScriptType } from "../../../schemas/script-type.ts";
import { makeApi } from "./api.ts";
import { isThenable } from "./promise.ts";
import type { Require } from "./unit.ts";

export type LegacyGlobals = {
  vars: unknown;
  exit: Taker;
  err: Taker;
  api: object;
  cxUserspace?: unknown;
};

/** Takes a result, or the reason why there is none. */
type Taker = (value?: unknown) => void;

type Completion = { is: "exit"; value: unknown } | { is: "err"; reason: unknown };

// Taken before the script can change them.
const { defineProperty, get, getOwnPropertyDescriptor, has, ownKeys, set, deleteProperty } =
  Reflect;

/** The legacy globals of one run, and the result that it gives by them. */
export class Legacy {
  readonly #data: unknown;
  readonly #vars: unknown;
  readonly #type: ScriptType;
  #api: object | undefined;
  readonly #require: Require;
  #completion: Completion | undefined;
  readonly #completed = Promise.withResolvers<void>();
  /** The script names `exit` or `err`, and so may give its result by them. */
  #givesLater = false;

  constructor(data: unknown, { type, require }: { type: ScriptType; require: Require }) {
    this.#data = data;
    this.#require = require;
    this.#vars = varsOf(data);
    this.#type = type;
  }

  /** For the script's wrapper, which takes out what the script names. */
  get globals(): LegacyGlobals {
    const exit = (): Taker => this.#take((value) => ({ is: "exit", value }));
    const err = (): Taker => this.#take((reason) => ({ is: "err", reason }));
    // The same for the script and those that it requires.
    this.#api ??= makeApi(this.#type, this.#require);
    const globals = { vars: this.#vars, exit: ignore, err: ignore, api: this.#api };
    // Which of the two the script names shows by what it takes out.
    defineProperty(globals, "exit", { get: exit });
    defineProperty(globals, "err", { get: err });
    defineProperty(globals, "cxUserspace", { get: () => this.#require("cxUserspace") });
    return globals;
  }

  /**
   * The script's result, given what main returned: what it gave by `exit`, or else that. Throws what it gave by `err`.
   * `mayWait`: a main that returned nothing is waited for until it calls one of them.
   */
  resultOf(returned: unknown, mayWait: boolean): unknown {
    const completion = this.#completion;
    if (completion?.is === "exit") return this.#unwrap(completion.value);
    if (completion?.is === "err") throw completion.reason;
    if (mayWait && isThenable(returned)) return this.#resultLater(returned);
    if (mayWait && returned === undefined && this.#givesLater) return this.#resultOnceGiven();
    return this.#unwrap(returned);
  }

  async #resultLater(returned: PromiseLike<unknown>): Promise<unknown> {
    return this.resultOf(await returned, true);
  }

  async #resultOnceGiven(): Promise<unknown> {
    await this.#completed.promise;
    return this.resultOf(undefined, true);
  }

  #unwrap(value: unknown): unknown {
    return value === this.#vars ? this.#data : value;
  }

  /** The first call counts. */
  #take(completionOf: (value: unknown) => Completion): Taker {
    this.#givesLater = true;
    return (value) => {
      this.#completion ??= completionOf(value);
      this.#completed.resolve();
    };
  }
}

function ignore(): void {}

/** A function that returns the data, and has its members: `vars()` and `vars.routing` mean the same object's. */
function varsOf(data: unknown): unknown {
  const target = (): unknown => data;
  if (typeof data !== "object" || data === null) return target;
  return new Proxy(target, {
    get: (_target, name) => get(data, name),
    set: (_target, name, value) => set(data, name, value),
    has: (_target, name) => has(data, name),
    deleteProperty: (_target, name) => deleteProperty(data, name),
    defineProperty: (_target, name, descriptor) => defineProperty(data, name, descriptor),
    ownKeys: () => ownKeys(data),
    getOwnPropertyDescriptor: (_target, name) => {
      const descriptor = getOwnPropertyDescriptor(data, name);
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}
