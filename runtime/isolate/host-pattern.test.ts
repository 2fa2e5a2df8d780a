import { describe, it } from "vitest";
import { matchesHost, parseHostPattern, targetOf } from "./host-pattern.ts";

/** Whether an entry of a script's egress hosts lets it reach `url`. */
function allows(entry: string, url: string): boolean {
  const pattern = parseHostPattern(entry);
  return pattern !== undefined && matchesHost(pattern, targetOf(new URL(url)));
}

describe("an egress host", () => {
  it("is matched by its name in any spelling", ({ expect }) => {
    const pairs = [
      ["example.com", "https://example.com/path?x#y"],
      ["Example.COM", "https://eXample.com"],
      ["example.com", "https://example.com."],
      ["example.com.", "https://example.com"],
      ["example.com", "https://user:password@example.com"],
      ["bücher.example", "https://xn--bcher-kva.example"],
      ["xn--bcher-kva.example", "https://BÜCHER.example"],
      ["192.0.2.1", "http://3221225985/"],
      ["0xc0000201", "http://192.0.2.1"],
      ["[2001:DB8::0001]", "http://[2001:db8:0::1]:8080"],
    ] as const;
    for (const [entry, url] of pairs)
      expect([entry, url, allows(entry, url)]).toEqual([entry, url, true]);
  });

  it("matches no other name", ({ expect }) => {
    const pairs = [
      ["example.com", "https://www.example.com"],
      ["example.com", "https://example.com.evil.test"],
      ["example.com", "https://notexample.com"],
      ["example.com", "https://example.com@evil.test"],
      ["example.com", "https://evil.test/example.com"],
      ["example.com", "https://evil.test#example.com"],
      ["example.com", "https://example.co"],
      ["example.com", "https://exampleXcom"],
      ["192.0.2.1", "http://192.0.2.10"],
    ] as const;
    for (const [entry, url] of pairs)
      expect([entry, url, allows(entry, url)]).toEqual([entry, url, false]);
  });

  it("with a star is matched by subdomains alone", ({ expect }) => {
    expect(allows("*.example.com", "https://a.example.com")).toBe(true);
    expect(allows("*.Example.com", "https://B.a.EXAMPLE.com.")).toBe(true);
    expect(allows("*.example.com", "https://example.com")).toBe(false);
    expect(allows("*.example.com", "https://aexample.com")).toBe(false);
    expect(allows("*.example.com", "https://a.example.com.evil.test")).toBe(false);
  });

  it("with a port is matched at that port alone, without one at every port", ({ expect }) => {
    expect(allows("example.com:8443", "https://example.com:8443")).toBe(true);
    expect(allows("example.com:443", "https://example.com")).toBe(true);
    expect(allows("example.com:80", "http://example.com")).toBe(true);
    expect(allows("example.com:80", "https://example.com")).toBe(false);
    expect(allows("*.example.com:8443", "https://a.example.com:8443")).toBe(true);
    expect(allows("*.example.com:8443", "https://a.example.com")).toBe(false);
    expect(allows("[::1]:8080", "http://[::1]:8080")).toBe(true);
    expect(allows("[::1]:8080", "http://[::1]")).toBe(false);
    expect(allows("example.com", "https://example.com:1")).toBe(true);
  });

  it("that is none matches nothing", ({ expect }) => {
    const entries = [
      "",
      " ",
      "*",
      "*.",
      ".",
      "*.*",
      "a*.com",
      "*example.com",
      "https://example.com",
      "example.com/path",
      "user@example.com",
      "example.com:",
      "example.com:x",
      "example.com?x",
      "example.com#x",
      "a b",
      "::1",
      "[::1",
      "example.com:80:80",
      "\\\\example.com",
    ];
    for (const entry of entries) {
      for (const url of [
        "https://example.com",
        "https://a.example.com",
        "http://[::1]",
        "http://x",
      ]) {
        expect([entry, url, allows(entry, url)]).toEqual([entry, url, false]);
      }
    }
  });
});
