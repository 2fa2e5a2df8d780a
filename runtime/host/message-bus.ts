// Brings what scripts publish to those of their account that have subscribed: at once within this process, and by way of the
// database from other processes and edge nodes.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { Fault } from "../../schemas/fault.ts";
import { MAX_BACKLOG } from "../../schemas/message-limits.ts";
import {
  addMessage,
  deleteOldMessages,
  newestMessage,
  readMessages,
  type Message,
  type NewMessage,
} from "../../schemas/message-store.ts";
import type { Database } from "../../schemas/tables/open.ts";
import { abortable } from "../abortable.ts";

/** What a subscriber wants: `key` "*" is every key. */
export type Topic = { account: string; event: string; key: string };

/** What a subscriber gets: messages in order, and how many were dropped before them. */
export type Delivery = {
  messages: Pick<Message, "event" | "key" | "payload">[];
  dropped: number;
};

type Subscriber = Topic & {
  /** Place of the last message before it subscribed. */
  since: number;
  backlog: Message[];
  dropped: number;
  /** Wakes who waits for the next message. */
  wake: (() => void) | undefined;
  seenAt: number;
};

const POLL_MS = 100;
const READ_AT_ONCE = 500;
const DELIVERED_AT_ONCE = 100;
/** Subscribers of one account in this process. */
const MOST_OF_ACCOUNT = 1_000;
/** Whoever does not ask for this long is gone, in milliseconds. */
const FORGET_MS = 30_000;
const PUBLISHED_PER_CLEANUP = 100;

/** Looks at what others have published while anybody here has subscribed. `now` is the clock, in milliseconds. */
export class MessageBus implements AsyncDisposable {
  readonly #db: Database;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #origin = randomUUID();
  readonly #subscribers = new Map<string, Subscriber>();
  readonly #stop = new AbortController();
  #published = 0;
  #cursor = 0;
  #polling: Promise<void> | undefined;

  constructor(options: { db: Database; log: Logger; now: () => number }) {
    this.#db = options.db;
    this.#log = options.log;
    this.#now = options.now;
  }

  /** Resolves once other processes can read it. Throws `conflict` where the account publishes too much. */
  async publish(message: Omit<NewMessage, "origin">): Promise<void> {
    const own = { ...message, origin: this.#origin };
    const seq = await addMessage(this.#db, own, this.#now());
    this.#deliver({ ...own, seq });
    this.#published += 1;
    if (this.#published % PUBLISHED_PER_CLEANUP === 1)
      await deleteOldMessages(this.#db, this.#now());
  }

  /** Resolves to the subscriber's name once it misses nothing any more. Throws `overloaded` where the account has too many. */
  async subscribe(topic: Topic): Promise<string> {
    const of = [...this.#subscribers.values()].filter(({ account }) => account === topic.account);
    if (of.length >= MOST_OF_ACCOUNT) {
      const message = `Cannot subscribe to "${topic.event}": the account has ${of.length} subscribers here already`;
      throw new Fault("overloaded", message);
    }
    const since = await newestMessage(this.#db);
    const id = randomUUID();
    const nothing = { backlog: [], dropped: 0, wake: undefined };
    this.#subscribers.set(id, { ...topic, since, ...nothing, seenAt: this.#now() });
    if (this.#polling === undefined) {
      this.#cursor = since;
      this.#polling = this.#poll();
    }
    return id;
  }

  /** Waits for the next messages. Throws `not_found` for no subscriber of the account, and the signal's reason when that comes first. */
  async next(account: string, id: string, signal: AbortSignal): Promise<Delivery> {
    const subscriber = this.#find(account, id);
    if (subscriber.backlog.length === 0) {
      using message = abortable<void>(signal);
      subscriber.wake = message.resolve;
      try {
        await message.promise;
      } finally {
        subscriber.wake = undefined;
      }
    }
    subscriber.seenAt = this.#now();
    const { dropped } = subscriber;
    subscriber.dropped = 0;
    const messages = subscriber.backlog.splice(0, DELIVERED_AT_ONCE);
    return {
      messages: messages.map(({ event, key, payload }) => ({ event, key, payload })),
      dropped,
    };
  }

  /** Lets go of a subscriber, if the account has it. Who waits for its messages gets none. */
  unsubscribe(account: string, id: string): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber?.account !== account) return;
    this.#subscribers.delete(id);
    subscriber.wake?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    for (const { wake } of this.#subscribers.values()) wake?.();
    await this.#polling;
  }

  #find(account: string, id: string): Subscriber {
    const subscriber = this.#subscribers.get(id);
    if (subscriber?.account === account) return subscriber;
    throw new Fault("not_found", "There is no such subscription any more");
  }

  #deliver(message: Message): void {
    for (const subscriber of this.#subscribers.values()) {
      if (!isFor(message, subscriber)) continue;
      subscriber.backlog.push(message);
      if (subscriber.backlog.length > MAX_BACKLOG) {
        subscriber.backlog.shift();
        subscriber.dropped += 1;
      }
      subscriber.wake?.();
    }
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stop;
    while (this.#subscribers.size > 0 && !signal.aborted) {
      await this.#deliverOthers().catch((err: unknown) =>
        this.#log.warn({ err }, "cannot read what other processes have published"),
      );
      this.#forget();
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    this.#polling = undefined;
  }

  async #deliverOthers(): Promise<void> {
    const messages = await readMessages(this.#db, this.#cursor, READ_AT_ONCE);
    for (const message of messages) {
      this.#cursor = message.seq;
      // Our own have been delivered when they were published.
      if (message.origin !== this.#origin) this.#deliver(message);
    }
  }

  #forget(): void {
    const before = this.#now() - FORGET_MS;
    for (const [id, { wake, seenAt }] of this.#subscribers) {
      if (wake === undefined && seenAt < before) this.#subscribers.delete(id);
    }
  }
}

/** A message for every key reaches all subscribers of its event. */
function isFor(message: Message, { account, event, key, since }: Subscriber): boolean {
  if (message.account !== account || message.event !== event || message.seq <= since) return false;
  return key === "*" || message.key === "*" || key === message.key;
}
