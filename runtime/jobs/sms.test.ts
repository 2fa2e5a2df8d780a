import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, it } from "vitest";
import { makeSendSms, type SendSms, type SmsEnd } from "./sms.ts";

const SMS = { number: "447700900123", message: "Hello" };
const FROM = { id: "job_1", account: "acme" };

let gateway: Server;
let answer: (response: ServerResponse) => void;
let sendSms: SendSms;

beforeAll(async () => {
  gateway = createServer((_request, response) => answer(response)).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  const address = gateway.address();
  const port = typeof address === "object" ? address?.port : undefined;
  sendSms = makeSendSms({ url: `http://127.0.0.1:${port}/`, token: undefined });
});
afterAll(() => {
  gateway.closeAllConnections();
  gateway.close();
});

describe("an SMS gateway that answers without end", () => {
  it("is heard no further than its status and some words", async ({ expect }) => {
    const response = "x".repeat(500);
    const ends = new Map<number, SmsEnd>([
      [200, { is: "sent", result: { accepted: [SMS.number], response } }],
      [503, { is: "failed", message: `The SMS gateway answered 503: ${response}`, isFinal: false }],
    ]);
    for (const [status, end] of ends) {
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      answer = (to) => {
        to.once("close", resolve);
        pour(to.writeHead(status));
      };
      expect(await sendSms(SMS, FROM)).toEqual(end);
      await closed;
    }
  });
});

describe("an SMS gateway that says what it did", () => {
  it("is quoted", async ({ expect }) => {
    answer = (to) => to.writeHead(200).end("\uFEFFsent: ☎");
    expect(await sendSms(SMS, FROM)).toEqual({
      is: "sent",
      result: { accepted: [SMS.number], response: "sent: ☎" },
    });
  });
});

/** Writes as fast as it is read, until the connection closes. */
function pour(response: ServerResponse): void {
  while (!response.destroyed && response.write("x".repeat(16_384)));
  response.once("drain", () => pour(response));
}
