// The libraries of the platform, by the names that scripts require. No imports: every isolate carries this file.

export type CxLibrary = "cxJob" | "cxKV";

/** Those that exist, in order. */
export const CX_LIBRARIES: readonly CxLibrary[] = ["cxJob", "cxKV"];

/** Why a library is not found, for its author. */
export const LIBRARIES_THERE_ARE = `the libraries of this edge are ${CX_LIBRARIES.join(", ")}`;

/** Names are case-sensitive. */
export function isCxLibrary(name: unknown): name is CxLibrary {
  return CX_LIBRARIES.some((library) => library === name);
}

/** Whether somebody who asks for `name` means a library of the platform, there or not. */
export function isCxName(name: unknown): boolean {
  return typeof name === "string" && /^cx[A-Z]/i.test(name);
}
