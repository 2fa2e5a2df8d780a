import { describe, it } from "vitest";
import { readRestPath, urlBelow } from "./rest-path.ts";

const BASE = "http://upstream.test:8000/api/cp";

describe("a path", () => {
  it("leads below the address, with its query", ({ expect }) => {
    const cases: [path: string, url: string][] = [
      ["customer", "customer"],
      ["/payment", "payment"],
      ["customer/123", "customer/123"],
      ["did?id=5", "did?id=5"],
      ["/did?id=5&x=a/b?c", "did?id=5&x=a/b?c"],
      ["setup/userspace/dnc/", "setup/userspace/dnc/"],
      ["routing?customer_id=[null]", "routing?customer_id=[null]"],
      ["log?s=http://x.test/../..", "log?s=http://x.test/../.."],
      ["dev/kv/a%2Fb", "dev/kv/a%2Fb"],
      ["a b/é", "a%20b/%C3%A9"],
      ["a#b?c=d#e", "a%23b?c=d%23e"],
      ["...", "..."],
      ["a..b/.c/d.", "a..b/.c/d."],
      ["user@host", "user@host"],
      ["a:b@c/d", "a:b@c/d"],
      [":9000/x", ":9000/x"],
      ["?x=1/", ""],
    ];
    for (const [path, url] of cases.filter(([, expected]) => expected !== "")) {
      expect([path, urlBelow(BASE, readRestPath(path, "x")).href]).toEqual([
        path,
        `${BASE}/${url}`,
      ]);
      expect(urlBelow(`${BASE}/`, readRestPath(path, "x")).href).toBe(`${BASE}/${url}`);
      const atRoot = urlBelow("http://upstream.test", readRestPath(path, "x"));
      expect(atRoot.href).toBe(`http://upstream.test/${url}`);
    }
  });

  it("is told by its parts", ({ expect }) => {
    const { segments, query } = readRestPath("/dev/kv/a%2Fb/?x=1&y=%20", "x");
    expect(segments).toEqual(["dev", "kv", "a/b"]);
    expect([...query]).toEqual([
      ["x", "1"],
      ["y", " "],
    ]);
  });

  it("that might lead elsewhere is refused", ({ expect }) => {
    const hosts = [
      "//evil.test",
      "//evil.test/x",
      "http://evil.test",
      "HTTPS://evil.test/",
      "a+b.c://x",
    ];
    for (const path of hosts) {
      expect(() => readRestPath(path, "get it")).toThrow("Cannot get it: the path names a host");
    }
    const ups = [
      "..",
      ".",
      "../admin",
      "a/../../admin",
      "a/./b",
      "a/..",
      "%2e%2e/admin",
      ".%2E/admin",
      "a/%2e/b",
      "%252e%252e/admin",
      "%25252e%25252e/x",
      "%252525252525252e/x",
      "..%2fadmin",
      "a%2f..%2fadmin",
      "..%5cadmin",
      "..;/admin",
      "..%3b/admin",
      "a/..;x=1/b",
    ];
    for (const path of ups)
      expect(() => readRestPath(path, "get it"), path).toThrow('has "." or ".."');
    for (const path of [
      "a\\..\\b",
      "\\\\evil.test",
      "a\r\nHost: x",
      "a\tb",
      "\0",
      "a\u0085",
      "\ud800",
    ]) {
      expect(() => readRestPath(path, "get it"), path).toThrow("has control characters");
    }
    for (const path of ["", "/", "?x=1", "/?x=1"]) {
      expect(() => readRestPath(path, "get it"), path).toThrow("is empty");
    }
    for (const path of ["%", "a/%zz", "%ff"]) {
      expect(() => readRestPath(path, "get it"), path).toThrow("encodes nothing");
    }
  });
});
