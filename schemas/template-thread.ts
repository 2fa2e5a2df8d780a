// The thread of a template renderer: what runs too long here, or takes too much memory, ends with it.

import { parentPort } from "node:worker_threads";
import { findTemplateError, makeRenderer, type Renderer } from "./handlebars.ts";
import { MAX_RENDERED_PART } from "./template-limits.ts";
import type { ThreadAnswer, ThreadOrder } from "./template-renderer.ts";
import { TEMPLATE_PARTS, type TemplatePart, type TemplateParts } from "./template.ts";

/** Compiled parts that are kept, by their source; the one used longest ago goes first. */
const MOST_KEPT = 200;
const kept = new Map<string, Renderer>();

function rendererOf(source: string, part: TemplatePart): Renderer {
  const key = part === "html" ? `html ${source}` : `text ${source}`;
  const renderer = kept.get(key) ?? makeRenderer(source, part);
  kept.delete(key);
  kept.set(key, renderer);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return renderer;
}

function answer(order: ThreadOrder): ThreadAnswer {
  if (order.is === "check") return { is: "checked", error: findTemplateError(order.parts) };
  try {
    const values: object = JSON.parse(order.vars); // an object, by the check of whoever asks
    const rendered: TemplateParts = { subject: "", text: "", html: "", sms: "" };
    for (const part of TEMPLATE_PARTS) {
      const text = rendererOf(order.parts[part], part)(values);
      if (text.length > MAX_RENDERED_PART) {
        const message = `its ${part} comes to more than ${MAX_RENDERED_PART} characters`;
        return { is: "failed", message };
      }
      rendered[part] = text;
    }
    return { is: "rendered", rendered };
  } catch (error) {
    return { is: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on("message", (order: ThreadOrder) => {
  // oxlint-disable-next-line require-post-message-target-origin -- a thread, which has no origin
  parentPort?.postMessage(answer(order));
});
// oxlint-disable-next-line require-post-message-target-origin -- a thread, which has no origin
parentPort?.postMessage("ready");
