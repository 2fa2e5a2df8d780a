import ivm from "isolated-vm";
import { IN_SANDBOX } from "./in-sandbox.ts";

/** 128 MB, which our isolates have, do not last from one collection to the next where payloads have 100 kB. */
const MEMORY_MB = 512;

/** The script's `run` in a context of its own, in an isolate that lives as long as this process. */
export async function compileWarm(): Promise<ivm.Reference> {
  const isolate = new ivm.Isolate({ memoryLimit: MEMORY_MB });
  const context = await isolate.createContext();
  return await context.eval(`${IN_SANDBOX}\nrun;`, { reference: true });
}
