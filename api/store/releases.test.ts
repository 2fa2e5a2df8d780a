import { describe, it } from "vitest";
import { NO_REQUIRES } from "../../schemas/requires.ts";
import { TestApp } from "../test-app.ts";
import { createRelease, listReleases } from "./releases.ts";
import { createScript, getScript } from "./scripts.ts";
import { DEFAULT_ACCOUNT } from "./tokens.ts";

describe("a script's releases", () => {
  it("are kept to the newest 200, and the live one", async ({ expect }) => {
    await using app = await TestApp.open();
    const { db } = app;
    const facts = { altersBuiltIns: false, requires: NO_REQUIRES, lints: [] };
    const compiled = { id: "id", code: "code", sourceMap: "{}", ...facts };
    const release = { source: "source", note: null, by: "somebody", compiled };
    const named = {
      account: DEFAULT_ACCOUNT,
      id: "scr_kept",
      name: "kept",
      type: "script",
    } as const;
    await createScript(db, named, release);
    const script = await getScript(db, DEFAULT_ACCOUNT, "kept");
    for (let version = 2; version <= 205; version += 1) {
      await createRelease(db, script, { ...release, live: version === 3 });
    }
    const live = await getScript(db, DEFAULT_ACCOUNT, "kept");
    const versions = (await listReleases(db, live)).map(({ version }) => version);
    const newest = Array.from({ length: 200 }, (_, index) => 205 - index);
    expect(versions).toEqual([...newest, 3]);
  });
});
