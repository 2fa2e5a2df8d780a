// Waiting for what may never come.

/** A promise and what resolves it. Disposed by whoever waits, it listens to the signal no more. */
export type Abortable<Result> = Disposable & {
  promise: Promise<Result>;
  resolve: (result: Result) => void;
};

/** Its promise rejects with the signal's reason when that comes first. Throws the reason where it has come already. */
export function abortable<Result>(signal: AbortSignal): Abortable<Result> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return {
    promise,
    resolve,
    [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort),
  };
}
