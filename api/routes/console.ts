// The web console: its built files, and its page wherever a browser asks for one of the console's own addresses.

import { relative } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { CONSOLE_FOLDER } from "../console/build.ts";

/** The editor writes styles of its own into the page; scripts come from here alone, and nothing from elsewhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Their names change with their content. */
const FOR_EVER = "public, max-age=31536000, immutable";

export function consolePages(folder: string = CONSOLE_FOLDER): Hono {
  const root = relative(process.cwd(), folder);
  const page = serveStatic({ root, path: "index.html", precompressed: true });
  const files = serveStatic({ root, precompressed: true });
  return new Hono()
    .use("/assets/*", cache(FOR_EVER), files)
    .get("/icon.svg", cache("no-cache"), files)
    .get("/theme.js", cache("no-cache"), files)
    .get("*", cache("no-cache"), async (context, next) => {
      if (!asksForPage(context)) return await next();
      context.header("content-security-policy", POLICY);
      context.header("referrer-policy", "no-referrer");
      return await page(context, next);
    });
}

/** Whoever asks in vain for what is not the console's, or for a file of it, is told so. */
const NO_PAGES = /^\/(?:assets|internal|v1)(?:\/|$)/;

/** Browsers ask for a page by name. Who takes anything, as curl does, gets the first one, and elsewhere a word on the API. */
function asksForPage({ req }: Context): boolean {
  if (NO_PAGES.test(req.path)) return false;
  const accept = req.header("accept") ?? "";
  return accept.includes("text/html") || (accept === "*/*" && req.path === "/");
}

function cache(how: string): MiddlewareHandler {
  return createMiddleware(async (context, next) => {
    await next();
    if (!context.res.ok) return;
    context.header("cache-control", how);
    context.header("x-content-type-options", "nosniff");
  });
}
