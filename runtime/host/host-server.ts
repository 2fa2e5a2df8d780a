// Answers the dispatchers of this node, over a unix socket that only they and this user can open: the texts of programs,
// and what scripts ask of the platform.

import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { z } from "zod";
import type { Owner } from "../../schemas/call.ts";
import { Fault } from "../../schemas/fault.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import type { ProgramParts } from "../../schemas/program-code.ts";
import { LibraryError } from "./library-error.ts";
import { Payload } from "./payload.ts";

/** Both are undefined where there is no such thing. */
export type ProgramSource = {
  findProgram: (id: string) => Promise<ProgramParts | undefined>;
  findModule: (name: string) => Promise<string | undefined>;
};

/**
 * The methods of a library, which a script of `owner` calls. They return JSON or a `Payload`. What they throw as a Fault or a LibraryError, the script is
 * told. `signal` aborts when the script's run is over.
 */
export type Library = Record<
  string,
  (owner: Owner, input: unknown, signal: AbortSignal) => Promise<unknown>
>;

/** What dispatchers may ask for: programs, and libraries by name. */
export type Host = ProgramSource & {
  libraries: Record<string, Library>;
  /** The key of an account for `cxHelper`. */
  pbxKey: (account: string) => string;
};

const LibraryRequest = z.object({
  owner: z.object({
    account: z.string(),
    script: z.string(),
    job: z.object({ id: z.string(), owner: z.string() }).exactOptional(),
  }),
  input: z.unknown(),
});

/** Answers on `socket` until it is disposed. Failures go to `onError`. */
export async function serveHost(
  socket: string,
  { host, onError }: { host: Host; onError: (error: unknown) => void },
): Promise<AsyncDisposable> {
  const server = createServer(async (request, response) => {
    try {
      const question = { body: () => text(request), signal: () => closeSignal(response) };
      const answer = await find(request.url ?? "", { host, ...question });
      response.writeHead(answer === undefined ? 404 : 200).end(answer);
    } catch (error) {
      onError(error);
      response.writeHead(500).end();
    }
  });
  server.listen(socket);
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close").catch(() => undefined);
    },
  };
}

/** Aborts when whoever asked has gone. */
function closeSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
}

async function find(
  path: string,
  { host, body, signal }: { host: Host; body: () => Promise<string>; signal: () => AbortSignal },
): Promise<string | Buffer | undefined> {
  const [, kind = "", name = "", method = ""] = path.split("/").map(decodeURIComponent);
  switch (kind) {
    case "programs": {
      const parts = await host.findProgram(name);
      return parts && JSON.stringify(parts);
    }
    case "modules":
      return await host.findModule(name);
    case "pbx-keys":
      return host.pbxKey(name);
    case "libraries": {
      const gone = signal();
      return answerText(await askLibrary(host.libraries[name]?.[method], await body(), gone));
    }
    default:
      return undefined;
  }
}

/** A line of JSON. Behind that of a payload, which says so, stands its text. */
function answerText(answer: { value: unknown } | { error: string }): string | Buffer {
  if (!("value" in answer && answer.value instanceof Payload)) return JSON.stringify(answer);
  const { head, bytes } = answer.value;
  const line = JSON.stringify({ value: head, hasPayload: true });
  return Buffer.concat([Buffer.from(`${line}\n`), bytes]);
}

async function askLibrary(
  method: Library[string] | undefined,
  body: string,
  signal: AbortSignal,
): Promise<{ value: unknown } | { error: string; status?: number }> {
  if (method === undefined) return { error: "The platform has no such function" };
  const { owner, input } = LibraryRequest.parse(parseOrUndefined(body));
  try {
    return { value: await method(owner, input, signal) };
  } catch (error) {
    if (error instanceof Fault) return { error: error.message };
    if (error instanceof LibraryError) return { error: error.message, status: error.status };
    throw error;
  }
}
