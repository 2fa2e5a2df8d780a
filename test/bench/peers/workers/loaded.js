// What a worker loader loads: the script behind an entry point from JSON text to JSON text.

import { WorkerEntrypoint } from "cloudflare:workers";
import { main } from "script.js";

export default class extends WorkerEntrypoint {
  run(data) {
    return JSON.stringify(main(JSON.parse(data)));
  }
}
