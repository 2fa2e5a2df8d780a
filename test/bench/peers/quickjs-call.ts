import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten";
import { IN_SANDBOX } from "./in-sandbox.ts";

/** The script's `run`, compiled in `context`. Whoever asks disposes it. */
export function compileRun(context: QuickJSContext): QuickJSHandle {
  return context.unwrapResult(context.evalCode(`${IN_SANDBOX}\nrun;`));
}

/** Calls `run` with a call's data. Text is copied in and out. */
export function callRun(context: QuickJSContext, run: QuickJSHandle, data: string): string {
  using argument = context.newString(data);
  using answer = context.unwrapResult(context.callFunction(run, context.undefined, argument));
  return context.getString(answer);
}
