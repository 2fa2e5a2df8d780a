// The libraries of the platform, by the names that scripts require. No imports: every isolate carries this file.

export type CxLibrary =
  | "cxCallControl"
  | "cxHelper"
  | "cxJob"
  | "cxKV"
  | "cxLLM"
  | "cxOriginate"
  | "cxPubSub"
  | "cxRest"
  | "cxSend"
  | "cxTemplate"
  | "cxUserspace";

/** Those that exist, in order. */
export const CX_LIBRARIES: readonly CxLibrary[] = [
  "cxCallControl",
  "cxHelper",
  "cxJob",
  "cxKV",
  "cxLLM",
  "cxOriginate",
  "cxPubSub",
  "cxRest",
  "cxSend",
  "cxTemplate",
  "cxUserspace",
];

/** Other platforms have them. Their names are kept for what they mean there. */
const NOT_IMPLEMENTED: readonly string[] = ["cxRegistry", "cxRouter"];

const THERE_ARE = `the libraries of this edge are ${CX_LIBRARIES.join(", ")}`;

/** Why the library `name` is not found, for its author. */
export function whyNoLibrary(name: unknown): string {
  const reserved = NOT_IMPLEMENTED.find((other) => other === name);
  return reserved === undefined
    ? THERE_ARE
    : `${reserved} is not implemented by this edge; ${THERE_ARE}`;
}

/** Names are case-sensitive. */
export function isCxLibrary(name: unknown): name is CxLibrary {
  return CX_LIBRARIES.some((library) => library === name);
}

/** Whether somebody who asks for `name` means a library of the platform, there or not. */
export function isCxName(name: unknown): boolean {
  return typeof name === "string" && /^cx[A-Z]/i.test(name);
}
