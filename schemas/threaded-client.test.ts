import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Client } from "@libsql/client";
import { drizzle } from "drizzle-orm/libsql";
import { eq } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { afterEach, beforeEach, describe, it } from "vitest";
import { isConstraintError } from "./tables/open.ts";
import { openThreadedClient } from "./threaded-client.ts";

const things = sqliteTable("things", { id: integer("id").primaryKey(), name: text("name") });
const others = sqliteTable("others", { id: integer("id").primaryKey(), name: text("name") });

let folder: string;
let threaded: Client;
let direct: Client;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "scriptforge-client-"));
  const url = `file:${join(folder, "test.db")}`;
  threaded = openThreadedClient({ url, timeout: 300 });
  direct = createClient({ url });
  await threaded.executeMultiple(
    "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE others (id INTEGER PRIMARY KEY, name TEXT);",
  );
});
afterEach(() => {
  threaded.close();
  direct.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a threaded client", () => {
  it("answers as a client does", async ({ expect }) => {
    await threaded.execute({ sql: "INSERT INTO things VALUES (?, ?)", args: [1, "a"] });
    await threaded.execute("INSERT INTO things VALUES (?, ?)", [2, null]);
    for (const sql of [
      "SELECT * FROM things",
      "SELECT id, id, name AS id FROM things",
      "SELECT 1.5 AS a, x'00ff' AS b, NULL AS c",
      "UPDATE things SET name = 'b'",
      "SELECT * FROM others",
    ]) {
      const [ours, theirs] = [await threaded.execute(sql), await direct.execute(sql)];
      expect(ours.columns).toEqual(theirs.columns);
      expect(ours.rows.map((row) => ({ ...row }))).toEqual(theirs.rows.map((row) => ({ ...row })));
      expect(ours.rows.map((row) => Array.from(row))).toEqual(
        theirs.rows.map((row) => Array.from(row)),
      );
      expect(ours.rowsAffected).toBe(theirs.rowsAffected);
    }
  });

  it("serves queries, joins and batches", async ({ expect }) => {
    const db = drizzle(threaded);
    await db.batch([
      db.insert(things).values({ id: 1, name: "thing" }),
      db.insert(others).values({ id: 1, name: "other" }),
    ]);
    const joined = await db.select().from(things).innerJoin(others, eq(others.id, things.id));
    expect(joined).toEqual([
      { things: { id: 1, name: "thing" }, others: { id: 1, name: "other" } },
    ]);
    const failed = db.batch([
      db.insert(things).values({ id: 2 }),
      db.insert(others).values({ id: 1 }),
    ]);
    await expect(failed).rejects.toSatisfy(isConstraintError);
    expect(await db.select().from(things)).toHaveLength(1);
  });

  it("fails as a client does, and goes on", async ({ expect }) => {
    await expect(threaded.execute("SELEC 1")).rejects.toThrow(/SELEC/);
    await threaded.execute("INSERT INTO things VALUES (1, 'a')");
    const twice = threaded.execute("INSERT INTO things VALUES (1, 'b')");
    await expect(twice).rejects.toSatisfy(isConstraintError);
    expect((await threaded.execute("SELECT count(*) AS n FROM things")).rows[0]?.["n"]).toBe(1);
  });

  it("keeps this thread free while another writer holds the file", async ({ expect }) => {
    const writing = await direct.transaction("write");
    const waiting = threaded.execute("INSERT INTO things VALUES (1, 'a')");
    let turns = 0;
    const settled = waiting.then(
      () => "written",
      () => "refused",
    );
    for (let isOver = false; !isOver;) {
      isOver = await Promise.race([
        settled.then(() => true),
        new Promise<boolean>((resolve) => setImmediate(resolve, false)),
      ]);
      turns += 1;
    }
    expect(await settled).toBe("refused");
    expect(turns).toBeGreaterThan(10);
    await writing.rollback();
  });

  it("answers what it was asked before it was closed", async ({ expect }) => {
    const asked = Array.from({ length: 200 }, () => threaded.execute("SELECT 1 AS one"));
    threaded.close();
    expect((await Promise.all(asked)).map(({ rows }) => rows[0]?.["one"])).toEqual(
      Array(200).fill(1),
    );
  });

  it("says that it is closed", async ({ expect }) => {
    threaded.close();
    await expect(threaded.execute("SELECT 1")).rejects.toThrow("closed");
  });
});
