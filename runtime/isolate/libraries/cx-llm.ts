// What scripts get by `require('cxLLM')`: a conversation with an assistant behind the operator's connector "llm". Every
// isolate carries this file.

import { asModule } from "./as-module.ts";
import { askConnector, idArgument, type AskConnector } from "./connectors.ts";
import { told } from "./told.ts";

// Taken before the script can change them.
const NativeTypeError = TypeError;

/** Longest text that an assistant is told, in characters. */
const MAX_CHAT_TEXT = 100_000;
const ASKED = { connector: "llm", library: "cxLLM", name: "chat" };

/**
 * The library, for one run. `chat(assistantId, text, chatId)` tells an assistant something, in the chat of that id or in a new
 * one, and resolves to the connector's answer: `{ response, chat_id }`.
 */
export function makeCxLlm(ask: AskConnector): object {
  async function chat(assistantId: unknown, text: unknown, chatId: unknown): Promise<unknown> {
    const what = "chat with the assistant";
    if (typeof text !== "string" || text.length > MAX_CHAT_TEXT) {
      const shown = typeof text === "string" ? `one of ${text.length}` : told(text);
      throw new NativeTypeError(
        `Cannot ${what}: the text has to be a string of at most ${MAX_CHAT_TEXT} characters, not ${shown}`,
      );
    }
    const isNew = chatId === undefined || chatId === null;
    return await askConnector(ask, ASKED, {
      assistantId: idArgument(assistantId, what, "assistantId"),
      text,
      chatId: isNew ? null : idArgument(chatId, what, "chatId"),
    });
  }
  return asModule({ chat });
}
