import { describe, it } from "vitest";
import { Cache } from "./cache.ts";

/** Loads a key as itself and keeps count. */
function countingLoads(): { loads: string[]; load: (key: string) => () => Promise<string> } {
  const loads: string[] = [];
  const load = (key: string) => async (): Promise<string> => {
    loads.push(key);
    return key;
  };
  return { loads, load };
}

describe("a cache", () => {
  it("loads an answer once", async ({ expect }) => {
    const cache = new Cache<string>(2);
    const { loads, load } = countingLoads();
    expect(await cache.get("a", load("a"))).toBe("a");
    expect(await cache.get("a", load("other"))).toBe("a");
    expect(loads).toEqual(["a"]);
  });

  it("forgets the answer that was used longest ago", async ({ expect }) => {
    const cache = new Cache<string>(2);
    const { loads, load } = countingLoads();
    for (const key of ["a", "b", "a", "c", "a", "c", "b"]) await cache.get(key, load(key));
    expect(loads).toEqual(["a", "b", "c", "b"]);
  });

  it("keeps its size when many are loaded at once", async ({ expect }) => {
    const cache = new Cache<string>(3);
    const { loads, load } = countingLoads();
    const keys = Array.from({ length: 50 }, (_, index) => String(index));
    await Promise.all(keys.map(async (key) => await cache.get(key, load(key))));
    loads.length = 0;
    for (const key of keys.slice(-3)) await cache.get(key, load(key));
    expect(loads).toEqual([]);
    await cache.get("0", load("0"));
    expect(loads).toEqual(["0"]);
  });

  it("keeps falsy answers too", async ({ expect }) => {
    const cache = new Cache<unknown>(9);
    for (const value of [null, 0, "", false]) {
      const key = String(value);
      await cache.get(key, async () => value);
      expect(await cache.get(key, async () => "again")).toBe(value);
    }
  });

  it("does not keep a failure", async ({ expect }) => {
    const cache = new Cache<string>(2);
    const failure = cache.get("a", () => Promise.reject(new Error("away")));
    await expect(failure).rejects.toThrow("away");
    expect(await cache.get("a", async () => "back")).toBe("back");
  });

  it("forgets everything when it is cleared", async ({ expect }) => {
    const cache = new Cache<string>(2);
    const { loads, load } = countingLoads();
    await cache.get("a", load("a"));
    cache.clear();
    await cache.get("a", load("a"));
    expect(loads).toEqual(["a", "a"]);
  });

  it("hands out an answer that it was loading when it was cleared, and does not keep it", async ({
    expect,
  }) => {
    const cache = new Cache<string>(2);
    const { promise, resolve } = Promise.withResolvers<string>();
    const loading = cache.get("a", () => promise);
    cache.clear();
    resolve("stale");
    expect(await loading).toBe("stale");
    expect(await cache.get("a", async () => "fresh")).toBe("fresh");
  });

  it("takes no key for what every object inherits", async ({ expect }) => {
    const cache = new Cache<string>(9);
    for (const key of ["__proto__", "constructor", "toString", ""]) {
      expect(await cache.get(key, async () => `of ${key}`)).toBe(`of ${key}`);
    }
  });
});
