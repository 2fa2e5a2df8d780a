// A caller who sends one INVITE, as it is told to, and takes the first final answer.

import { once } from "node:events";
import { bindLoopback, closeSocket, LOOPBACK } from "./kamailio-ports.ts";

/** How long a caller waits. An answer that is not there by then is a failure of the test. */
const PATIENCE_MS = 15_000;

export interface Call {
  /** Where Kamailio listens. */
  port: number;
  /** User parts. */
  dialled: string;
  cli: string;
  /** Header lines without their ends. */
  headers?: readonly string[];
}

/** Calls once and rejects nothing: the answer's code and reason, "604 Number on DNC List". */
export async function placeCall(call: Call): Promise<string> {
  const socket = await bindLoopback();
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const { port } = socket.address();
    socket.send(request("INVITE", call, port), call.port, LOOPBACK);
    for (;;) {
      const [packet] = await once(socket, "message", { signal: patience });
      const answer = String(packet);
      const [, status = "", code = ""] = /^SIP\/2\.0 ((\d{3})[^\r\n]*)/.exec(answer) ?? [];
      if (Number(code) >= 200) {
        socket.send(request("ACK", call, port), call.port, LOOPBACK);
        return status;
      }
    }
  } finally {
    await closeSocket(socket);
  }
}

function request(method: "INVITE" | "ACK", call: Call, ownPort: number): string {
  const body = ["v=0", "o=c 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 198.51.100.20", "t=0 0", ""];
  const sdp = method === "INVITE" ? body.join("\r\n") : "";
  return [
    `${method} sip:${call.dialled}@${LOOPBACK}:${call.port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${LOOPBACK}:${ownPort};branch=z9hG4bK-${ownPort}`,
    "Max-Forwards: 70",
    `From: "Caller" <sip:${call.cli}@${LOOPBACK}:${ownPort}>;tag=caller`,
    `To: <sip:${call.dialled}@${LOOPBACK}:${call.port}>`,
    `Call-ID: call-${ownPort}@${LOOPBACK}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:${call.cli}@${LOOPBACK}:${ownPort}>`,
    ...(call.headers ?? []),
    ...(sdp === "" ? [] : ["Content-Type: application/sdp"]),
    `Content-Length: ${Buffer.byteLength(sdp)}`,
    "",
    sdp,
  ].join("\r\n");
}
