// What scripts publish to each other within their account.

import { z } from "zod";
import { countText } from "../../schemas/count-text.ts";
import { MAX_EVENT, MAX_MESSAGE_BYTES } from "../../schemas/message-limits.ts";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";
import { isStorable } from "../../schemas/storable.ts";
import type { Library } from "./host-server.ts";
import type { MessageBus } from "./message-bus.ts";
import { readInput } from "./read-input.ts";

const Name = z
  .string()
  .max(MAX_EVENT, `An event and a key have at most ${MAX_EVENT} characters`)
  .refine(isStorable, "Neither half characters nor NUL can be used");

const Topic = z.object({ event: Name.min(1, "An event has a name"), key: Name });
const Publish = Topic.extend({
  payload: z
    .string()
    .refine(
      (text) => Buffer.byteLength(text) <= MAX_MESSAGE_BYTES,
      `A message has at most ${countText(MAX_MESSAGE_BYTES)} bytes of JSON`,
    )
    .refine((text) => parseOrUndefined(text) !== undefined, "It is not JSON"),
});
const Subscriber = z.object({ id: z.string().max(100) });

export function pubSubLibrary(bus: MessageBus): Library {
  return {
    async publish({ account }, input) {
      await bus.publish({ account, ...readInput(Publish, input, "publish the message") });
    },
    async subscribe({ account }, input) {
      return { id: await bus.subscribe({ account, ...readInput(Topic, input, "subscribe") }) };
    },
    async next({ account }, input, signal) {
      const { id } = readInput(Subscriber, input, "go on with the subscription");
      try {
        return await bus.next(account, id, signal);
      } catch (error) {
        // Nobody is there to be told: its run is over.
        if (!signal.aborted) throw error;
        bus.unsubscribe(account, id);
        return null;
      }
    },
    async unsubscribe({ account }, input) {
      bus.unsubscribe(account, readInput(Subscriber, input, "unsubscribe").id);
    },
  };
}
