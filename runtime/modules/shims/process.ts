// The `process` that modules see: the isolate's, and what they need of Node's besides.

const standardError = {
  fd: 2,
  write(text: string): boolean {
    console.error(text);
    return true;
  },
};

/** By its tag modules tell Node from a browser. An isolate's files have no modes. */
export const nodeProcess: object = Object.create(globalThis.process, {
  stderr: { value: standardError },
  umask: { value: () => 0 },
  [Symbol.toStringTag]: { value: "process" },
});
