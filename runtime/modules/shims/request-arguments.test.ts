import { describe, it } from "vitest";
import { readArguments, type RequestArguments } from "./request-arguments.ts";

const onResponse = (): void => undefined;
const AT = "http://user:pass@localhost:81/path?query";

describe("the arguments of a request", () => {
  const forms: Record<string, RequestArguments> = {
    "an address": [AT],
    "an address and a callback": [AT, onResponse],
    "an address, options and a callback": [AT, { method: "POST" }, onResponse],
    "a URL": [new URL(AT), { method: "POST" }, onResponse],
    options: [{ hostname: "localhost", port: 81, path: "/path?query" }, onResponse],
  };
  for (const [name, args] of Object.entries(forms)) {
    it(`may be ${name}`, ({ expect }) => {
      const read = readArguments(args);
      expect(read.options).toMatchObject({ hostname: "localhost", port: 81, path: "/path?query" });
      expect(read.onResponse).toBe(args.find((argument) => typeof argument === "function"));
      expect(read.options.method).toBe(args[2] && "POST");
    });
  }

  it("are not changed, and options come before the address", ({ expect }) => {
    const options = { path: "/other" };
    const read = readArguments([AT, options]);
    expect(read.options).toMatchObject({ path: "/other", auth: "user:pass" });
    expect(options).toEqual({ path: "/other" });
  });
});
