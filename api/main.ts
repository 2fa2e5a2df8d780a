// Starts a control plane: opens its database and its port, and lends both to the app.

import { createAdaptorServer } from "@hono/node-server";
import type { Logger } from "pino";
import { listen, type Listening } from "../schemas/listen.ts";
import { ModuleShelf, MODULES_FOLDER } from "../schemas/module-shelf.ts";
import { makeSealingKey } from "../schemas/sealed-text.ts";
import { readOrMakeFile, tokenFile } from "../schemas/secret-file.ts";
import type { Settings } from "../schemas/settings.ts";
import { signForm } from "../schemas/signed-form.ts";
import { openDatabase } from "../schemas/tables/open.ts";
import { TemplateRenderer } from "../schemas/template-renderer.ts";
import { putQuotas, quotasOf } from "../schemas/quotas.ts";
import { openUserspace } from "../schemas/userspace/userspace.ts";
import { routesForEdges } from "./routes/for-edges.ts";
import { AlertSchedule, makeAlertAsker } from "./alerts.ts";
import { buildApp } from "./app.ts";
import { makeRunner, makeSimulator } from "./runner.ts";
import { applyMigrations } from "./store/database.ts";
import { makeTokenText, putBootstrapToken } from "./store/tokens.ts";

/** Runs until disposed. `edgeUrl` returns where an edge node listens. */
export async function startControlPlane(options: {
  settings: Settings;
  secretKey: string;
  edgeUrl: () => string;
  log: Logger;
}): Promise<Listening> {
  const { settings, secretKey, edgeUrl, log } = options;
  const sealingKey = makeSealingKey(secretKey);
  const db = await openDatabase(settings);
  await applyMigrations(db);
  await putBootstrapToken(
    db,
    settings.SCRIPTFORGE_TOKEN ?? readOrMakeFile(tokenFile(settings), makeTokenText),
  );
  const runner = makeRunner(edgeUrl, secretKey);
  const simulator = makeSimulator(edgeUrl, secretKey);
  const modules = new ModuleShelf(MODULES_FOLDER);
  const renderer = new TemplateRenderer();
  const userspace = openUserspace(settings, db);
  await putQuotas(db, quotasOf(settings));
  const app = buildApp(
    {
      db,
      runner,
      simulator,
      sealingKey,
      signForm: (form) => signForm(secretKey, form),
      modules,
      renderer,
      auditDays: settings.SCRIPTFORGE_AUDIT_DAYS,
      userspace,
    },
    log,
  );
  app.route("/internal", routesForEdges(userspace, secretKey));
  const server = createAdaptorServer({ fetch: app.fetch });
  const listening = await listen(server, {
    host: settings.SCRIPTFORGE_HOST,
    port: settings.SCRIPTFORGE_API_PORT,
    setting: "SCRIPTFORGE_API_PORT",
  });
  const ask = makeAlertAsker(edgeUrl, secretKey);
  const mostAnHour = settings.SCRIPTFORGE_SENDS_PER_HOUR;
  const alerts = new AlertSchedule({ db, renderer, mostAnHour, ask, log, now: Date.now });
  alerts.start();
  return {
    url: listening.url,
    async [Symbol.asyncDispose]() {
      await listening[Symbol.asyncDispose]();
      await alerts[Symbol.asyncDispose]();
      await renderer[Symbol.asyncDispose]();
      await userspace[Symbol.asyncDispose]();
      db.$client.close();
    },
  };
}
