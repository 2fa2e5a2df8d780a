// The HTTP reference page at /docs, from files on this machine alone.

import { createRequire } from "node:module";
import { dirname, relative } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ScriptForge Edge API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

// A file of its own, so that the page needs no inline script.
const START = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#reference", deepLinking: true, validatorUrl: null });\n`;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";

export function referencePage(): Hono {
  const folder = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/swagger-ui.css"));
  const files = serveStatic({
    root: relative(process.cwd(), folder),
    rewriteRequestPath: (path) => path.replace(/^\/docs/, ""),
  });
  return new Hono()
    .get("/docs", (context) => context.html(PAGE, 200, { "content-security-policy": POLICY }))
    .get("/docs/start.js", (context) =>
      context.body(START, 200, { "content-type": "text/javascript; charset=utf-8" }),
    )
    .get("/docs/swagger-ui.css", files)
    .get("/docs/swagger-ui-bundle.js", files);
}
