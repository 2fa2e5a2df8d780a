// Hands releases to the dispatchers of this node, over a unix socket that only they and this user can open.

import { createServer } from "node:http";
import { once } from "node:events";

/** The code of a release, undefined when there is none. */
export type CodeSource = (id: string) => Promise<string | undefined>;

/** Answers `GET /releases/{id}` on `socket` until it is disposed. */
export async function serveReleases(
  socket: string,
  findCode: CodeSource,
): Promise<AsyncDisposable> {
  const server = createServer(async (request, response) => {
    const id = /^\/releases\/([0-9a-f]+)$/.exec(request.url ?? "")?.[1];
    const code = id === undefined ? undefined : await findCode(id).catch(() => undefined);
    response.writeHead(code === undefined ? 404 : 200).end(code);
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
