// A script that leaves things behind, and what the next call may see of them: nothing.

/** How a call ended, as whoever made it is told. */
export type Answer =
  | { is: "value"; value: unknown }
  | { is: "fault"; code: string; message: string };

/**
 * `code` is a classic script that exports two functions. `leave(data)` writes wherever it can and returns what came of
 * it; `look(data)` returns what it can see, which is the same in every isolate that nothing was left in.
 */
export type LeakCase = {
  /** What must hold. */
  name: string;
  code: string;
  /** Part of the answer of every `leave`: shows that the attack ran, whether the writes were let through or refused. */
  left: Readonly<Record<string, unknown>>;
  /** What both functions are given. */
  data?: unknown;
  /** All that `look` depends on. Cases with the same view see the same, whatever they leave. */
  view: string;
  /**
   * What comes of it in a realm that is used again as it is, with only the module scope anew. A case that "leaks"
   * there shows that its `look` sees what it is to see; what "holds" there is kept apart by the language alone.
   */
  unguarded: "leaks" | "holds";
};
