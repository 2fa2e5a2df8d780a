// The product as the suite uses it: scripts by the dozen, and their functions called by name.

import { z } from "zod";
import type { Product } from "../harness.ts";
import type { Answer } from "./leak-case.ts";

const Problem = z.object({ code: z.string(), detail: z.string() });

/** Enough for every script here, whatever it does to its realm. */
const LIMITS = { cpuMs: 250 };

type NewScript = {
  name: string;
  code: string;
  limits?: { cpuMs: number };
  /** "scope": in a warm isolate, whatever the script does to the engine. By default the product decides. */
  isolation?: "scope" | "call";
};

/** Creates a script of type "script", live at once. Calls reach it once the product's revision is awaited. */
export async function createScript(product: Product, script: NewScript): Promise<void> {
  const { status, body } = await product.manage("POST", "/scripts", {
    type: "script",
    limits: LIMITS,
    ...script,
  });
  if (status !== 201) throw new Error(`Cannot create "${script.name}": ${JSON.stringify(body)}`);
}

/** Calls a function of a script with `data`. */
export async function callScript(
  product: Product,
  { script, name, data }: { script: string; name: string; data?: unknown },
): Promise<Answer> {
  const { status, body } = await product.ask(`/run/${script}/${name}`, data);
  if (status === 200) return { is: "value", value: body };
  const { code, detail } = Problem.parse(body);
  return { is: "fault", code, message: detail };
}
