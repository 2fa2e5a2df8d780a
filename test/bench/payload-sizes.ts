// How the rate moves with the size of a call's data.

import { makePayload } from "./payload.ts";
import { measure, nameOf, warmUp, type Subject } from "./subject.ts";
import { rateOf, type LoadReport } from "./wrk.ts";

const SIZES = [1_000, 10_000, 100_000];
const CONNECTIONS = 16;

export type PayloadSize = {
  bytes: number;
  name: string;
  requestsPerSecond: number;
  /** Warming up and measuring. */
  reports: LoadReport[];
};

export async function measurePayloadSizes(
  subjects: readonly Subject[],
  { seconds, signal }: { seconds: number; signal: AbortSignal },
): Promise<PayloadSize[]> {
  const sizes: PayloadSize[] = [];
  for (const size of SIZES) {
    const body = makePayload(size);
    for (const subject of subjects) {
      const grown = { ...subject, target: { ...subject.target, body } };
      const warm = await warmUp(grown, { connections: CONNECTIONS, seconds: 1, signal });
      const report = await measure(grown, { connections: CONNECTIONS, seconds, signal });
      sizes.push({
        bytes: body.length,
        name: nameOf(subject.id),
        requestsPerSecond: rateOf(report),
        reports: [warm, report],
      });
    }
  }
  return sizes;
}
