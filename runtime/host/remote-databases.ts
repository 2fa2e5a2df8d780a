// The databases of accounts on the control plane's machine, for an edge node elsewhere.

import { z } from "zod";
import { Fault, FaultCode } from "../../schemas/fault.ts";
import { edgeToken } from "../../schemas/token-hash.ts";
import { EdgeQuestion, type Question } from "../../schemas/userspace/question.ts";
import type { DatabaseSource } from "../../schemas/userspace/userspace.ts";

/** How long the control plane may take, in milliseconds: what waits there for its turn waits 2 s at most. */
const ANSWER_MS = 4_000;

const Answered = z.object({ value: z.unknown() });
const Problem = z.object({ code: FaultCode, detail: z.string() });

/** Asks the control plane at `url`. Without one every question is refused. */
export class RemoteDatabases implements DatabaseSource {
  readonly #url: string | undefined;
  readonly #authorization: string;

  constructor(url: string | undefined, secretKey: string) {
    this.#url = url;
    this.#authorization = `Bearer ${edgeToken(secretKey)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is open between two questions.
  }

  async ask(account: string, asked: Question): Promise<unknown> {
    const question = EdgeQuestion.parse({ account, question: asked });
    if (this.#url === undefined) {
      const advice = "SCRIPTFORGE_CONTROL_URL says where";
      throw new Fault("overloaded", `The databases are with the control plane: ${advice}`);
    }
    try {
      return await this.#send(new URL("/internal/userspace", this.#url), question);
    } catch (error) {
      if (error instanceof Fault) throw error;
      const problem = "The control plane, which has the databases, does not answer";
      throw new Fault("overloaded", problem, { cause: error });
    }
  }

  async #send(url: URL, question: EdgeQuestion): Promise<unknown> {
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: this.#authorization, "content-type": "application/json" },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const answer: unknown = await response.json();
    if (response.ok) return Answered.parse(answer).value;
    const { code, detail } = Problem.parse(answer);
    throw new Fault(code, detail);
  }
}
