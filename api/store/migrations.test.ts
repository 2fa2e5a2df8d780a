import { readdirSync } from "node:fs";
import { describe, it } from "vitest";
import { MIGRATIONS } from "../../schemas/migrations.ts";

describe("the number of migrations that edge nodes wait for", () => {
  it("is that of the files here", ({ expect }) => {
    const files = readdirSync(new URL("migrations/", import.meta.url));
    expect(files.filter((name) => name.endsWith(".sql"))).toHaveLength(MIGRATIONS);
  });
});
