// Loads the script into a new isolate for every call.

import { codeOf } from "code.js";

export default {
  async fetch(request, env) {
    const worker = env.LOADER.load(codeOf(env));
    const data = await worker.getEntrypoint().run(await request.text());
    const headers = { "content-type": "application/json" };
    return new Response(`{"action":"continue","data":${data}}`, { headers });
  },
};
