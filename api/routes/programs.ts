// What an edge outside this machine asks for: which release is live, and everything that isolates of it are made of.

import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { readEnv } from "../../schemas/env-store.ts";
import { partsOf, type Program } from "../../schemas/program.ts";
import { readProgram } from "../../schemas/read-program.ts";
import { LiveProgram, LiveRelease, type CompiledRelease } from "../../schemas/release.ts";
import type { Script } from "../../schemas/script.ts";
import { findCode, getCompiled, readRevision } from "../store/releases.ts";
import { getScript } from "../store/scripts.ts";
import { json, makeRouter, problems, requireScope } from "./context.ts";
import type { ApiEnv, Services } from "./context.ts";
import { noRelease } from "./releases.ts";
import { ScriptPath } from "./scripts.ts";

const tags = ["Releases"];

const readLive = createRoute({
  method: "get",
  path: "/scripts/{script}/live",
  tags,
  middleware: [requireScope("run")],
  summary: "Read which release calls run",
  request: { params: ScriptPath },
  responses: { 200: json(LiveRelease, "The release"), ...problems },
});

const readLiveProgram = createRoute({
  method: "get",
  path: "/scripts/{script}/program",
  tags,
  middleware: [requireScope("admin")],
  summary: "Read the live release as isolates run it, with the scripts and modules it requires",
  request: { params: ScriptPath },
  responses: { 200: json(LiveProgram, "The program"), ...problems },
});

type Live = { script: Script; version: number; release: CompiledRelease; program: Program };

export function programRoutes(services: Services): OpenAPIHono<ApiEnv> {
  const { db, sealingKey } = services;

  async function getLive(account: string, name: string): Promise<Live> {
    const script = await getScript(db, account, name);
    const version = script.live;
    if (version === null) throw noRelease(script);
    const release = await getCompiled(db, script, version);
    return { script, version, release, program: await readProgram(db, account, release) };
  }

  return makeRouter()
    .openapi(readLive, async (context) => {
      const { account } = context.var.principal;
      const live = await getLive(account, context.req.valid("param").script);
      const { type, limits, egress, expose, id: script } = live.script;
      const settings = { type, limits, egressHosts: egress?.hosts ?? null, expose };
      const { version, program } = live;
      const revision = await readRevision(db);
      return context.json({ script, version, release: program.id, ...settings, revision }, 200);
    })
    .openapi(readLiveProgram, async (context) => {
      const { account } = context.var.principal;
      const live = await getLive(account, context.req.valid("param").script);
      const env = await readEnv(db, { account, script: live.script.id }, sealingKey);
      const program = await codeOf(services, account, live);
      return context.json({ id: live.program.id, program, env }, 200);
    });
}

async function codeOf(
  { db, modules }: Services,
  account: string,
  { script, release, program }: Live,
): Promise<LiveProgram["program"]> {
  const code = async (id: string): Promise<string | undefined> =>
    id === release.id ? release.code : await findCode(db, account, id);
  const parts = await partsOf(program, { code, modules });
  if (parts === undefined) throw noRelease(script);
  const texts = parts.modules.map(
    async (name) => [name, (await modules.read(name)) ?? ""] as const,
  );
  return { ...parts, modules: Object.fromEntries(await Promise.all(texts)) };
}
