// What scripts find, as the control plane tells the editor once.

import { z } from "zod";
import { get } from "../api.ts";

const ScriptApi = z.object({ declarations: z.string() });

let told: Promise<void> | undefined;

/** Asks at the first editor of a script. Without an answer there is no completion, and the next editor asks again. */
export function learnScriptApi(declare: (declarations: string) => void): void {
  told ??= learn(declare);
}

async function learn(declare: (declarations: string) => void): Promise<void> {
  try {
    declare((await get("/script-api", ScriptApi)).declarations);
  } catch {
    told = undefined;
  }
}
