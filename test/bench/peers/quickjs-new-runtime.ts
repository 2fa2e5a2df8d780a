// quickjs-emscripten with a new runtime for every call.

import { getQuickJS } from "quickjs-emscripten";
import { callRun, compileRun } from "./quickjs-call.ts";
import { serveJson } from "./serve-json.ts";

const quickjs = await getQuickJS();

await serveJson((data) => {
  using runtime = quickjs.newRuntime();
  using context = runtime.newContext();
  using run = compileRun(context);
  return callRun(context, run, data);
});
