// quickjs-emscripten with one context for all calls, which see what the others left.

import { getQuickJS } from "quickjs-emscripten";
import { callRun, compileRun } from "./quickjs-call.ts";
import { serveJson } from "./serve-json.ts";

const quickjs = await getQuickJS();
const context = quickjs.newContext();
const run = compileRun(context);

await serveJson((data) => callRun(context, run, data));
