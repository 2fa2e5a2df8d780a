// What scripts ask of the platform itself. Called by the prelude of an isolate, for the run that was lent it.
// Trust: names and values are the script's. Whose they are is ours: it goes with the run.

import { RpcTarget } from "cloudflare:workers";
import type { Egress } from "./egress.ts";
import { admitted } from "./outbound.ts";

type Answer = { value?: object; error?: string; status?: number; hasPayload?: boolean };

/** The platform as one run reaches it. Each question counts as one of the run's requests. */
export class Platform extends RpcTarget {
  readonly #egress: Egress;
  readonly #host: Fetcher | undefined;

  /** `host` is the edge node, where there is one. */
  constructor(egress: Egress, host: Fetcher | undefined) {
    super();
    this.#egress = egress;
    this.#host = host;
  }

  /** Asks `method` of `library`. Throws an Error with the reason where that is refused, and with `status` where it has one. */
  async ask(library: string, method: string, input: unknown): Promise<unknown> {
    await admitted(this.#egress);
    return await this.#post(library, method, input);
  }

  /** Asks on for what a question began: no request of its own. */
  async follow(library: string, method: string, input: unknown): Promise<unknown> {
    return await this.#post(library, method, input);
  }

  async #post(library: string, method: string, input: unknown): Promise<unknown> {
    const { owner } = this.#egress;
    if (this.#host === undefined) throw new Error(`Without an edge node there is no ${library}`);
    const path = [library, method].map((name) => encodeURIComponent(name)).join("/");
    const response = await this.#host.fetch(`http://host/libraries/${path}`, {
      method: "POST",
      body: JSON.stringify({ owner, input }),
    });
    if (!response.ok) throw new Error(`The platform's ${library} does not answer at the moment`);
    return valueOf(await response.text());
  }
}

/** What a library of the edge node answered: a line of JSON, and a text behind it where the line says so. */
function valueOf(text: string): unknown {
  const end = text.indexOf("\n");
  const line = end === -1 ? text : text.slice(0, end);
  const answer: Answer = JSON.parse(line);
  const { value, error, status, hasPayload = false } = answer;
  if (error === undefined) return hasPayload ? { ...value, text: text.slice(end + 1) } : value;
  throw status === undefined ? new Error(error) : Object.assign(new Error(error), { status });
}
