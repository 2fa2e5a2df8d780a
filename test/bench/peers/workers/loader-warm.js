// Loads the script once and runs every call in that isolate, which keeps what calls leave behind.

import { codeOf } from "code.js";

export default {
  async fetch(request, env) {
    const worker = env.LOADER.get("script", () => codeOf(env));
    const data = await worker.getEntrypoint().run(await request.text());
    const headers = { "content-type": "application/json" };
    return new Response(`{"action":"continue","data":${data}}`, { headers });
  },
};
