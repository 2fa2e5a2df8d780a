// What scripts ask of the platform itself. Called by the prelude of an isolate, for the run that was lent it.
// Trust: names and values are the script's. Whose they are is ours: it goes with the run.

import { RpcTarget } from "cloudflare:workers";
import type { Egress } from "./egress.ts";
import { admitted } from "./outbound.ts";

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
    const { owner } = await admitted(this.#egress);
    if (this.#host === undefined) throw new Error(`Without an edge node there is no ${library}`);
    const path = [library, method].map((name) => encodeURIComponent(name)).join("/");
    const response = await this.#host.fetch(`http://host/libraries/${path}`, {
      method: "POST",
      body: JSON.stringify({ owner, input }),
    });
    if (!response.ok) throw new Error(`The platform's ${library} does not answer at the moment`);
    const answer: { value?: unknown; error?: string; status?: number } = await response.json();
    const { value, error, status } = answer;
    if (error === undefined) return value;
    throw status === undefined ? new Error(error) : Object.assign(new Error(error), { status });
  }
}
