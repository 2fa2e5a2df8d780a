import { once } from "node:events";
import { createServer, IncomingMessage } from "node:http";
import { connect, Socket } from "node:net";
import { describe, it } from "vitest";
import { argumentOf, companyOf, readBytes } from "./form.ts";

function requestOf(...chunks: (string | Uint8Array)[]): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  for (const chunk of chunks) request.push(chunk);
  request.push(null);
  return request;
}

describe("the argument of a form's script", () => {
  it("has the assignment's variables beside the fields and under them", ({ expect }) => {
    const vars = '{"lists":{"a":1},"name":"under"}';
    const fields = { name: "over", lists: "text" };
    expect(argumentOf(fields, '{"name":"under","rate":2}', null)).toEqual({ ...fields, rate: 2 });
    expect(argumentOf({}, vars, null)).toEqual({ name: "under", lists: { a: 1 } });
    expect(argumentOf(fields, "", null)).toEqual(fields);
  });

  it("has _company from the caller alone, whatever the sender calls it", ({ expect }) => {
    const forged = {
      _company: { company_id: "evil" },
      "_company[company_id]": "evil",
      "_company.company_id": "evil",
    };
    expect(argumentOf({ ...forged, _companyName: "Evil" }, "", null)).toEqual({
      _companyName: "Evil",
    });
    expect(argumentOf(forged, "", "acme")).toEqual({ _company: { company_id: "acme" } });
    const vars = '{"_company":{"company_id":"house"}}';
    expect(argumentOf(forged, vars, null)).toEqual(JSON.parse(vars));
    expect(argumentOf(forged, vars, "acme")).toEqual({ _company: { company_id: "acme" } });
  });
});

describe("the company of a query", () => {
  it("is one, or none", ({ expect }) => {
    expect(companyOf(new URLSearchParams(""))).toBeNull();
    expect(companyOf(new URLSearchParams("company=a%20b&x=1"))).toBe("a b");
  });

  it("is refused where it names none, several or what is no customer", ({ expect }) => {
    for (const query of [
      "company=",
      "company=a&company=b",
      "company=a/b",
      "company=%00",
      `company=${"x".repeat(129)}`,
    ]) {
      expect(() => companyOf(new URLSearchParams(query))).toThrow(
        expect.objectContaining({ code: "bad_request" }),
      );
    }
  });
});

describe("a body's bytes", () => {
  it("are those of all chunks", async ({ expect }) => {
    const bytes = Uint8Array.of(0, 255, 128, 10);
    const read = await readBytes(requestOf(bytes, bytes.subarray(0, 0), bytes));
    expect([...read]).toEqual([...bytes, ...bytes]);
    expect(await readBytes(requestOf())).toHaveLength(0);
  });

  it("are a million and no more", async ({ expect }) => {
    expect(await readBytes(requestOf("x".repeat(1_000_000)))).toHaveLength(1_000_000);
    for (const chunks of [["x".repeat(1_000_001)], ["x".repeat(999_999), "xx"]]) {
      await expect(readBytes(requestOf(...chunks))).rejects.toMatchObject({
        code: "body_too_large",
        message: expect.stringContaining("1000000 bytes"),
      });
    }
  });

  it("are given up in time where they never end, and where their sender goes", async ({
    expect,
  }) => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    for (const [sent, code] of [
      [1_000_001, "body_too_large"],
      [10, "bad_request"],
    ] as const) {
      const client = connect(address.port, "127.0.0.1");
      const arrival = once(server, "request");
      client.write(
        `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n${"x".repeat(sent)}`,
      );
      const [request] = await arrival;
      const read = readBytes(request);
      if (code === "bad_request") client.destroy();
      await expect(read).rejects.toMatchObject({ code });
      client.destroy();
    }
    server.close();
    server.closeAllConnections();
  });
});
