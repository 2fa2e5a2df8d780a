import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { array, assert, asyncProperty, constantFrom, record } from "fast-check";
import { describe, it } from "vitest";
import { bearerToken } from "../../schemas/token-hash.ts";
import { readCallHead, type CallRequest } from "./call-request.ts";

const LINE = "POST /call/termination/acme/main HTTP/1.1";
const FIELDS = ["host: edge", "authorization: Bearer abc", "content-length: 14"];

function headOf(line: string, fields: readonly string[]): string {
  return [line, ...fields].join("\r\n");
}

/** The head with one field more, or another one in the place of the field of that name. */
function withField(field: string): string {
  const name = field.split(":")[0];
  return headOf(LINE, [...FIELDS.filter((other) => other.split(":")[0] !== name), field]);
}

describe("an ordinary head", () => {
  it("says what is asked, by whom, and how much follows", ({ expect }) => {
    expect(readCallHead(headOf(LINE, FIELDS))).toEqual({
      key: { place: "termination", subject: "acme", detail: "main" },
      tag: null,
      token: "abc",
      bodyBytes: 14,
    });
  });

  it.for<[line: string, expected: Partial<CallRequest>]>([
    [
      "POST /call/origination/442071838750 HTTP/1.1",
      { key: { place: "origination", subject: "442071838750", detail: "" } },
    ],
    ["POST /call/termination/a/b?tag=gold HTTP/1.1", { tag: "gold" }],
    ["POST /call/termination/a/b?tag=a%20b+c&x=1 HTTP/1.1", { tag: "a b c" }],
    ["POST /call/termination/a/b? HTTP/1.1", { tag: null }],
    [
      "POST /call/termination/a%2Fb/%C3%A9 HTTP/1.1",
      { key: { place: "termination", subject: "a/b", detail: "é" } },
    ],
  ])("%s", ([line, expected], { expect }) => {
    expect(readCallHead(headOf(line, FIELDS))).toMatchObject(expected);
  });

  it("may show no token, and one in any spelling", ({ expect }) => {
    expect(readCallHead(headOf(LINE, ["Host: e", "Content-Length: 0"]))).toMatchObject({
      token: undefined,
      bodyBytes: 0,
    });
    expect(readCallHead(withField("authorization:   bearer  x1 \t"))).toMatchObject({
      token: "x1",
    });
    expect(readCallHead(withField("authorization: Basic abc"))).toMatchObject({ token: undefined });
  });
});

describe("a head is left to node:http that", () => {
  it.for([
    "GET /call/termination/acme/main HTTP/1.1",
    "POST /run/x HTTP/1.1",
    "POST /call/termination/acme HTTP/1.1",
    "POST /call/termination/acme/main/more HTTP/1.1",
    "POST /call/origination HTTP/1.1",
    "POST /call/origination/1/2 HTTP/1.1",
    "POST /call/voice/1 HTTP/1.1",
    "POST /call/termination//main HTTP/1.1",
    "POST /call/termination/%zz/main HTTP/1.1",
    "POST /call/termination/acme/main HTTP/1.0",
    "POST /call/termination/acme/main HTTP/1.1 ",
    "POST  /call/termination/acme/main HTTP/1.1",
    "POST http://edge/call/termination/acme/main HTTP/1.1",
    "POST /call/termination/acme/main#x HTTP/1.1",
    "POST /call/termination/acmé/main HTTP/1.1",
    "post /call/termination/acme/main HTTP/1.1",
    "\r\nPOST /call/termination/acme/main HTTP/1.1",
  ])("begins %j", (line, { expect }) => {
    expect(readCallHead(headOf(line, FIELDS))).toBeUndefined();
  });

  it.for([
    "transfer-encoding: chunked",
    "Transfer-Encoding: identity",
    "expect: 100-continue",
    "upgrade: websocket",
    "trailer: x",
    "te: trailers",
    "connection: close",
    "connection: keep-alive, upgrade",
    "content-length: +14",
    "content-length: 0x0e",
    "content-length: 14, 14",
    "content-length: -1",
    "content-length: 1e1",
    "content-length:",
    "content-length: 1000001",
    "content-length: 99999999",
    "content-length : 14",
    "x y: 1",
    "noColon",
    ": empty",
    " folded: 1",
    "x: a\rb",
    "x: a\nb",
    "x: a\0b",
    "x: é",
    "",
  ])("has the line %j", (field, { expect }) => {
    expect(readCallHead(withField(field))).toBeUndefined();
  });

  it.for(["host: other", "Content-Length: 14", "content-length: 15", "AUTHORIZATION: Bearer x"])(
    "has twice %s",
    (field, { expect }) => {
      expect(readCallHead(headOf(LINE, [...FIELDS, field]))).toBeUndefined();
    },
  );

  it("has no length or no host", ({ expect }) => {
    for (const missing of ["host", "content-length"]) {
      const fields = FIELDS.filter((field) => !field.startsWith(missing));
      expect(readCallHead(headOf(LINE, fields))).toBeUndefined();
    }
  });
});

/** Pieces of heads, ordinary ones and others. */
const anyHead = record({
  line: constantFrom(
    LINE,
    "POST /call/origination/1?tag=x HTTP/1.1",
    "POST /call/origination/%31 HTTP/1.1",
    "POST /call/origination/1 HTTP/1.0",
    "PUT /call/origination/1 HTTP/1.1",
  ),
  needed: constantFrom(["host: e", "content-length: 2"], ["Content-Length:2", "HOST: e"], []),
  fields: array(
    constantFrom(
      "host: e",
      "content-length: 2",
      "Content-Length:2\t",
      "content-length: 02",
      "transfer-encoding: chunked",
      "authorization: Bearer a",
      "Authorization:Bearer b",
      "connection: Keep-Alive",
      "connection: close",
      "x-note: a:b ,\tc",
      "x-empty:",
      "bad name: 1",
      " folded",
      "x: \u0001",
      "x: \u00e9",
    ),
    { maxLength: 4 },
  ),
});

describe("what is read of a head", () => {
  it("is what node:http reads, whatever the head", async ({ expect }) => {
    const seen: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      seen.push(request);
      response.end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    let read = 0;
    await assert(
      asyncProperty(anyHead, async ({ line, needed, fields }) => {
        const head = headOf(line, [...needed, ...fields]);
        const ours = readCallHead(head);
        if (ours === undefined) return;
        read += 1;
        const socket = connect(address.port, "127.0.0.1");
        socket.end(Buffer.from(`${head}\r\n\r\n{}`, "latin1"));
        await once(socket.resume(), "close");
        const request = seen.pop();
        if (request === undefined) throw new Error(`node:http refuses ${head}`);
        const { url = "", headers, httpVersion } = request;
        const { pathname, searchParams } = new URL(url, "http://e");
        const keys = [ours.key.place, ours.key.subject, ours.key.detail].filter(
          (key) => key !== "",
        );
        expect(pathname.split("/").slice(2).map(decodeURIComponent)).toEqual(keys);
        expect(searchParams.get("tag")).toBe(ours.tag);
        expect(bearerToken(headers.authorization)).toBe(ours.token);
        expect(Number(headers["content-length"])).toBe(ours.bodyBytes);
        expect(httpVersion).toBe("1.1");
      }),
      { numRuns: 1_500 },
    );
    server.close();
    expect(read).toBeGreaterThan(100);
  });
});
