// Reads server-sent events of a running product, as a console does: by fetch, with a token.

import type { Product } from "./harness.ts";

export type ServerEvent = { event: string; data: unknown };

/** The events of an answer, until it ends or its reader goes. Comments are left out. */
export async function* eventsOf({ body }: Response): AsyncGenerator<ServerEvent> {
  let rest = "";
  for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const [, event] = /^event: (.*)$/m.exec(block) ?? [];
      const [, data] = /^data: (.*)$/m.exec(block) ?? [];
      if (event !== undefined) yield { event, data: JSON.parse(data ?? "null") };
    }
  }
}

/** Opens a stream of the control plane. `path` begins behind `/v1`. */
export async function openStream(
  product: Product,
  path: string,
  options: { method?: string; body?: unknown; token?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  const { method = "GET", body, token = product.token, signal } = options;
  return await fetch(`${product.api}/v1${path}`, {
    method,
    headers: {
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
}
