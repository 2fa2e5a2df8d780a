// Answers of systems that may say more than is good for a node.

/** The first `most` bytes of a body, and whether they are all: the rest is not read. */
export async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  most: number,
): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // To leave the loop ends the stream, and the connection with it.
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    chunks.push(chunk);
    if (bytes > most) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, most), isWhole: bytes <= most };
}
