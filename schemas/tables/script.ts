// The tables of scripts and their releases. The control plane writes them, edge nodes read them.

import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import { accounts } from "./account.ts";

/** `limits`, `egress` and `expose` are JSON; `live` is the version that calls run; each of `pardons` ended a quarantine. */
export const scripts = sqliteTable(
  "scripts",
  {
    id: text("id").primaryKey(),
    account: text("account")
      .notNull()
      .references(() => accounts.id),
    name: text("name").notNull(),
    type: text("type").notNull(),
    limits: text("limits").notNull(),
    isolation: text("isolation"),
    egress: text("egress"),
    expose: text("expose").notNull().default("[]"),
    live: integer("live"),
    pardons: integer("pardons").notNull().default(0),
    createdAt: text("created_at").notNull(),
    updatedAt: text("updated_at").notNull(),
  },
  (table) => [uniqueIndex("scripts_account_name").on(table.account, table.name)],
);

/** Never updated. `source` is the author's text, `code` what an isolate compiles, `requires` and `lints` JSON. */
export const releases = sqliteTable(
  "releases",
  {
    script: text("script")
      .notNull()
      .references(() => scripts.id, { onDelete: "cascade" }),
    version: integer("version").notNull(),
    id: text("id").notNull(),
    source: text("source").notNull(),
    code: text("code").notNull(),
    sourceMap: text("source_map").notNull(),
    lints: text("lints").notNull(),
    requires: text("requires").notNull().default('{"modules":[],"scripts":[],"isOpen":false}'),
    altersBuiltIns: integer("alters_built_ins", { mode: "boolean" }).notNull().default(false),
    note: text("note"),
    createdAt: text("created_at").notNull(),
    /** The name of the token that published it, null where that is not known. */
    createdBy: text("created_by"),
  },
  (table) => [
    primaryKey({ columns: [table.script, table.version] }),
    index("releases_id").on(table.id),
  ],
);

/** What somebody wrote and has not published, one text for each script. `by` is the name of a token. */
export const drafts = sqliteTable("drafts", {
  script: text("script")
    .primaryKey()
    .references(() => scripts.id, { onDelete: "cascade" }),
  code: text("code").notNull(),
  by: text("by").notNull(),
  updatedAt: text("updated_at").notNull(),
});
