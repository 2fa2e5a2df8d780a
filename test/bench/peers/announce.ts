import { once } from "node:events";

/** Tells the bench where this peer listens, and resolves when it is to end: the bench says so, or is gone. */
export async function announceUntilStopped(url: string): Promise<void> {
  const stopped = Promise.race([once(process, "disconnect"), once(process, "SIGTERM")]);
  process.send?.({ url });
  await stopped;
  if (process.connected) process.disconnect();
}
