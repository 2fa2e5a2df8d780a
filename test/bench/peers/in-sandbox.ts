import { SCRIPT } from "../payload.ts";

/** For engines that take source text: the script, and a function `run` from JSON text to JSON text. */
export const IN_SANDBOX = `${SCRIPT}
function run(data) { return JSON.stringify(main(JSON.parse(data))); }`;
