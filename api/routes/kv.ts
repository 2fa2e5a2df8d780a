// The key/value store of the account, which its scripts use as cxKV.

import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { Fault } from "../../schemas/fault.ts";
import { KvEntry, KvKey, KvPage, KvPageQuery, PutKv } from "../../schemas/kv.ts";
import { deleteKv, listKv, putKv, readKv, type KvValue } from "../../schemas/kv-store.ts";
import { body, json, makeRouter, noContent, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";

const tags = ["Key/value store"];
const middleware = [requireScope("admin")];
const KeyPath = z.object({ key: KvKey });

const list = createRoute({
  method: "get",
  path: "/kv",
  tags,
  middleware,
  summary: "List the keys of the account, page by page",
  request: { query: KvPageQuery },
  responses: { 200: json(KvPage, "The keys, in order"), ...problems },
});

const read = createRoute({
  method: "get",
  path: "/kv/{key}",
  tags,
  middleware,
  summary: "Read a key's value",
  request: { params: KeyPath },
  responses: { 200: json(KvEntry, "The key"), ...problems },
});

const put = createRoute({
  method: "put",
  path: "/kv/{key}",
  tags,
  middleware,
  summary: "Set a key's value, and how long it lives",
  request: { params: KeyPath, body: body(PutKv) },
  responses: { 200: json(KvEntry, "The key"), ...problems },
});

const remove = createRoute({
  method: "delete",
  path: "/kv/{key}",
  tags,
  middleware,
  summary: "Delete a key",
  request: { params: KeyPath },
  responses: { ...noContent, ...problems },
});

export function kvRoutes({ db }: Services): OpenAPIHono<ApiEnv> {
  return makeRouter()
    .openapi(list, async (context) => {
      const { account } = context.var.principal;
      const page = { account, ...context.req.valid("query") };
      return context.json(await listKv(db, page, Date.now()), 200);
    })
    .openapi(read, async (context) => {
      const { key } = context.req.valid("param");
      const found = await readKv(db, { account: context.var.principal.account, key }, Date.now());
      if (found === undefined) throw noKey(key);
      return context.json(entryOf(key, found), 200);
    })
    .openapi(put, async (context) => {
      const { key } = context.req.valid("param");
      const at = { account: context.var.principal.account, key };
      const content = { ...context.req.valid("json"), now: Date.now() };
      return context.json(entryOf(key, await putKv(db, at, content)), 200);
    })
    .openapi(remove, async (context) => {
      const { key } = context.req.valid("param");
      const at = { account: context.var.principal.account, key };
      if (await deleteKv(db, at, Date.now())) return context.body(null, 204);
      throw noKey(key);
    });
}

function entryOf(key: string, { value, expiresAt }: KvValue): KvEntry {
  return { key, value, expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString() };
}

function noKey(key: string): Fault {
  return new Fault("not_found", `There is no key "${key}": GET /v1/kv lists them`);
}
