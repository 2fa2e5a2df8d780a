// A peer of the product, running.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { endProcess } from "../../schemas/kept-process.ts";
import { PAYLOAD } from "./payload.ts";
import type { PeerId, Subject } from "./subject.ts";

const Announcement = z.object({ url: z.url() });

/** A process with an HTTP server. It ends when it is disposed, or when this process is gone. */
class PeerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Where it listens. Throws when it ends before it does. */
  async untilListening(): Promise<string> {
    const message = once(this.#child, "message").then(([first]) => Announcement.parse(first));
    const first = await Promise.race([message, this.#exited()]);
    if (first === undefined) throw new Error(`exit code ${this.#child.exitCode}`);
    return first.url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endProcess(this.#child);
  }

  async #exited(): Promise<undefined> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) await once(this.#child, "exit");
  }
}

/** Starts a peer, owned by `stack`, and returns it as a subject. */
export async function startPeer(id: PeerId, stack: AsyncDisposableStack): Promise<Subject> {
  const program = fileURLToPath(new URL(`peers/${id}.ts`, import.meta.url));
  const child = fork(program, {
    // isolated-vm wants it from Node 20 on.
    execArgv: ["--no-node-snapshot"],
    // A group of its own: Ctrl-C in a terminal reaches the bench, which then ends it.
    detached: true,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const peer = stack.use(new PeerProcess(child));
  const url = await peer.untilListening().catch((error: unknown) => {
    throw new Error(`Cannot start the peer "${id}"`, { cause: error });
  });
  return { id, target: { url, paths: ["/"], body: PAYLOAD }, countFaults: () => 0 };
}
