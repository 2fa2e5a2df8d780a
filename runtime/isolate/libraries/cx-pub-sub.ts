// What scripts get by `require('cxPubSub')`: messages to other runs of their account, and from them. Every isolate carries this file.
// Trust: all arguments are the script's. Whose messages they are, the platform knows.

import { MAX_EVENT, MAX_MESSAGE_BYTES } from "../../../schemas/message-limits.ts";
import type { Ask } from "./ask.ts";
import { asModule } from "./as-module.ts";

/**
 * The run's way to messages. `follow` asks on for what `ask` began, which is no request of its own. `call` calls a function of the
 * script on the run's time, and `tell` writes to the run's console; both do nothing once the run is over.
 */
export type MessageWay = {
  ask: Ask;
  follow: Ask;
  call: (callback: Callback, values: unknown[]) => void;
  tell: (what: string, reason: unknown) => void;
};

export type Callback = (...values: unknown[]) => unknown;
type Message = { event: string; key: string; payload: string };

// Taken before the script can change them.
const { parse, stringify } = JSON;
const { isFinite } = Number;
const { defineProperty } = Reflect;
const NativeString = String;
const NativeTypeError = TypeError;

/** Every key. */
const ANY = "*";

/**
 * The library, for one run. `publish(event, payload)` and `publish(event, key, payload)` resolve once the message is on its way;
 * `subscribe(event, callback)` and `subscribe(event, key, callback)` return a promise of a handle, and are one themselves.
 */
export function makeCxPubSub(way: MessageWay): object {
  /** Settles when all that has subscribed so far does so: a script's own message is not to be faster. */
  let opened: Promise<unknown> | undefined;

  async function publish(event: unknown, second: unknown, ...rest: unknown[]): Promise<void> {
    const isShort = rest.length === 0;
    const topic = { event: eventText(event), key: isShort ? "" : keyText(second) };
    const payload = payloadText(isShort ? second : rest[0]);
    await opened;
    await way.ask("publish", { ...topic, payload });
  }

  function subscribe(event: unknown, second: unknown, ...rest: unknown[]): object {
    const isShort = typeof second === "function";
    const callback = isShort ? second : rest[0];
    let isOver = false;
    const isWanted = (): boolean => !isOver;
    const before = opened;

    async function open(): Promise<string> {
      const topic = { event: eventText(event), key: isShort ? ANY : keyText(second) };
      if (!isCallback(callback)) {
        throw new NativeTypeError(
          `Cannot subscribe to "${topic.event}": the last argument has to be a function, not ${told(callback)}`,
        );
      }
      const id = idOf(await way.ask("subscribe", topic));
      void listen(way, { id, callback, isWanted });
      return id;
    }

    async function unsubscribe(): Promise<void> {
      isOver = true;
      await way.follow("unsubscribe", { id: await opening });
    }

    const opening = open();
    opened = settled(before, opening);
    const handle = { unsubscribe };
    const subscription = handed(opening, handle);
    // So that nobody has to wait for it before it ends.
    defineProperty(subscription, "unsubscribe", { value: unsubscribe });
    return subscription;
  }

  return asModule({ publish, subscribe });
}

async function handed(opening: Promise<unknown>, handle: object): Promise<object> {
  await opening;
  return handle;
}

async function settled(
  before: Promise<unknown> | undefined,
  opening: Promise<unknown>,
): Promise<void> {
  try {
    await before;
    await opening;
  } catch {
    // Whoever has subscribed is told.
  }
}

async function listen(
  way: MessageWay,
  { id, callback, isWanted }: { id: string; callback: Callback; isWanted: () => boolean },
): Promise<void> {
  try {
    while (isWanted()) {
      const delivery = await way.follow("next", { id });
      if (!isDelivery(delivery)) return;
      const { messages, dropped } = delivery;
      if (dropped > 0)
        way.tell("Messages came too fast for a subscriber and were dropped:", dropped);
      for (let at = 0; at < messages.length && isWanted(); at += 1) {
        const message = messages[at];
        if (message === undefined) break;
        const { event, key, payload } = message;
        way.call(callback, [parse(payload), { event, key }]);
      }
    }
  } catch (error) {
    if (isWanted()) way.tell("A subscription has ended:", error);
  }
}

function eventText(event: unknown): string {
  if (typeof event === "string" && event.length > 0 && event.length <= MAX_EVENT) return event;
  throw new NativeTypeError(
    `Cannot use an event: it has to be a text of 1 to ${MAX_EVENT} characters, not ${told(event)}`,
  );
}

function keyText(key: unknown): string {
  const text = typeof key === "number" && isFinite(key) ? NativeString(key) : key;
  if (typeof text === "string" && text.length <= MAX_EVENT) return text;
  throw new NativeTypeError(
    `Cannot use a key: it has to be a number or a text of at most ${MAX_EVENT} characters, not ${told(key)}`,
  );
}

function payloadText(payload: unknown): string {
  const text: unknown = stringify(payload ?? null);
  if (typeof text !== "string") {
    throw new NativeTypeError(
      `Cannot publish the message: it is ${told(payload)}, which is not JSON`,
    );
  }
  // The edge node counts the bytes: each character has one at least.
  if (text.length <= MAX_MESSAGE_BYTES) return text;
  throw new NativeTypeError(
    `Cannot publish the message: it has ${text.length} characters of JSON, more than ${MAX_MESSAGE_BYTES}`,
  );
}

function isCallback(value: unknown): value is Callback {
  return typeof value === "function";
}

/** A value in an error's message: what kind of value it is. */
function told(value: unknown): string {
  return value === null || value === undefined ? NativeString(value) : `of type ${typeof value}`;
}

function idOf(answer: unknown): string {
  if (typeof answer === "object" && answer !== null && "id" in answer) {
    const { id } = answer;
    if (typeof id === "string") return id;
  }
  throw new NativeTypeError("The platform did not answer with a subscription");
}

function isDelivery(answer: unknown): answer is { messages: Message[]; dropped: number } {
  return typeof answer === "object" && answer !== null && "messages" in answer;
}
