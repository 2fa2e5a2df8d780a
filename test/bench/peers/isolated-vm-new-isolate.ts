// isolated-vm with a new isolate for every call.

import ivm from "isolated-vm";
import { z } from "zod";
import { IN_SANDBOX } from "./in-sandbox.ts";
import { serveJson } from "./serve-json.ts";

await serveJson((data) => {
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  try {
    const context = isolate.createContextSync();
    const run = context.evalSync(`${IN_SANDBOX}\nrun;`, { reference: true });
    return z.string().parse(run.applySync(undefined, [data], { result: { copy: true } }));
  } finally {
    isolate.dispose();
  }
});
