// What a new script begins with: something that runs at once and shows the shape of its type.

import type { ScriptType } from "../schemas/script-type.ts";

export const STARTERS: Record<ScriptType, string> = {
  script: `/**
 * Decides a call.
 * @param {CallData} data
 */
function main(data) {
  const { cli, dest_number } = data.routing;
  console.log("Call from", cli, "to", dest_number);
  if (dest_number === "447700900999") throw new Error("604 Number on DNC List");
  return data;
}
`,
  app: `/**
 * Decides a call. May wait, fetch and require modules.
 * @param {CallData} data
 */
async function main(data) {
  const { kv } = require("cxKV");
  const reason = await kv.get("dnc:" + data.routing.dest_number);
  if (reason !== null) throw new Error("604 " + reason);
  return data;
}
`,
  driver: `// Numbers of a provider, for the operator.
module.exports = {
  async search({ number }) {
    return [{ did: number + "0042" }];
  },
  async allocate({ did }) {
    return { did };
  },
  async release({ did }) {
    return true;
  },
  async list() {
    return [];
  },
};
`,
};

export const TYPES: Record<ScriptType, { text: string; hint: string }> = {
  script: {
    text: "Script",
    hint: "Computes on the data of a call. No waiting, no network, the fastest.",
  },
  app: {
    text: "App",
    hint: "May wait, fetch, require npm modules and use the key/value store. For calls, forms, drivers and voice.",
  },
  driver: {
    text: "Driver",
    hint: "Functions that search, allocate, release and list the numbers of a provider, or raise alerts.",
  },
};
