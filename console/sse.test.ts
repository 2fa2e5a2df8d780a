import { describe, it } from "vitest";
import { readEvents, type ServerEvent } from "./sse.ts";

/** The events of a stream that comes in these pieces. */
async function read(...pieces: string[]): Promise<ServerEvent[]> {
  const stream = new ReadableStream<string>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const body = stream.pipeThrough(new TextEncoderStream());
  return await Array.fromAsync(readEvents(new Response(body)));
}

describe("a stream of events", () => {
  it("is read whatever pieces it comes in", async ({ expect }) => {
    const expected = [
      { event: "log", data: '{"a":1}' },
      { event: "result", data: "2" },
    ];
    const text = 'event: log\ndata: {"a":1}\n\nevent: result\ndata: 2\n\n';
    expect(await read(text)).toEqual(expected);
    expect(await read(...text.split(""))).toEqual(expected);
    expect(await read(text.replaceAll("\n", "\r\n"))).toEqual(expected);
  });

  it("has comments, which say that it lives, and nothing else in them", async ({ expect }) => {
    expect(await read(": following\n\n", "data: x\n\n")).toEqual([{ event: "message", data: "x" }]);
  });

  it("joins the lines of an event's data", async ({ expect }) => {
    expect(await read("data: one\ndata: two\nid: 7\n\n")).toEqual([
      { event: "message", data: "one\ntwo" },
    ]);
  });

  it("leaves out an event whose end never came", async ({ expect }) => {
    expect(await read("event: log\ndata: 1\n\nevent: result\nda")).toEqual([
      { event: "log", data: "1" },
    ]);
  });
});
