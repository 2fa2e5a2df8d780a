// The script as a function of the worker itself.

import { main } from "script.js";

export default {
  async fetch(request) {
    const data = main(JSON.parse(await request.text()));
    return Response.json({ action: "continue", data });
  },
};
