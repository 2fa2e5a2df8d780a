import ivm from "isolated-vm";
import { IN_SANDBOX } from "./in-sandbox.ts";

/** The script's `run` in a context of its own, in an isolate that lives as long as this process. */
export async function compileWarm(): Promise<ivm.Reference> {
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  const context = await isolate.createContext();
  return await context.eval(`${IN_SANDBOX}\nrun;`, { reference: true });
}
