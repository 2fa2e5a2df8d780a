// Ports of 127.0.0.1.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { z } from "zod";

const Listening = z.object({ port: z.int() });

export const LOOPBACK = "127.0.0.1";

/** How long Kamailio and SIPp may take to be ready. */
export const START_LIMIT_MS = 10_000;
export const PROBE_EVERY_MS = 25;

/** A UDP port that nobody holds now. It is not reserved: take it soon. */
export async function findFreeUdpPort(): Promise<number> {
  const socket = await bindLoopback();
  const { port } = socket.address();
  await closeSocket(socket);
  return port;
}

/** A TCP port that refuses connections now. */
export async function findFreeTcpPort(): Promise<number> {
  const server = createServer();
  server.listen(0, LOOPBACK);
  await once(server, "listening");
  const { port } = Listening.parse(server.address());
  const closed = once(server, "close");
  server.close();
  await closed;
  return port;
}

/** A UDP socket on a port of its own, which the caller closes. */
export async function bindLoopback(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, LOOPBACK);
  await once(socket, "listening");
  return socket;
}

/** Resolves once its port is free again. */
export async function closeSocket(socket: Socket): Promise<void> {
  const closed = once(socket, "close");
  socket.close();
  await closed;
}
