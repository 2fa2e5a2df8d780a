// What scripts in the wild do, which must work call after call as it does in a realm of its own.

/** `code` has a main function, written in whatever style. */
export type LegitCase = {
  /** What the script does. */
  name: string;
  code: string;
  data?: unknown;
  /** What main returns, where a bare realm of plain Node cannot tell. */
  expected?: unknown;
  /** What its owner chooses. By default the product decides. */
  isolation?: "call";
};

/** A case whose main has this body. */
export function main(name: string, body: string, data?: unknown): LegitCase {
  return { name, code: `function main(data) {\n${body}\n}\n`, data };
}
