import { describe, it } from "vitest";
import { requestError, responseError } from "./node-error.ts";

const TARGET = { host: "example.com", port: "443" };

function networkError(code: string): Error {
  return Object.assign(new TypeError(`It is ${code}`), { code });
}

describe("the error of a request", () => {
  it("has Node's code, message and address", ({ expect }) => {
    const error = requestError(networkError("unreachable"), TARGET);
    expect(error).toMatchObject({
      message: "connect ECONNREFUSED example.com:443",
      code: "ECONNREFUSED",
      syscall: "connect",
      address: "example.com",
      port: 443,
    });
  });

  it("says why where the code does not", ({ expect }) => {
    const codes = ["not_allowed", "tls_failed"].map((code) =>
      requestError(networkError(code), TARGET),
    );
    expect(codes.map(({ message }) => message)).toEqual([
      "connect EACCES example.com:443: It is not_allowed",
      "connect EPROTO example.com:443: It is tls_failed",
    ]);
  });

  it("is itself where it is none of the network's", ({ expect }) => {
    for (const error of [new Error("other"), networkError("toString"), networkError("ABORT_ERR")]) {
      expect(requestError(error, TARGET)).toBe(error);
    }
  });
});

describe("the error of a response's body", () => {
  it("is Node's where the connection was lost", ({ expect }) => {
    const lost = Object.assign(new Error("Network connection lost."), { retryable: true });
    expect(responseError(lost)).toMatchObject({ message: "aborted", code: "ECONNRESET" });
  });

  it("is itself elsewhere", ({ expect }) => {
    const error = networkError("body_too_large");
    expect(responseError(error)).toBe(error);
  });
});
