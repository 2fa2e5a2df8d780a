// A web server as the tests of HTTP clients want it: verbs, forms, redirects, cookies, compression, and what goes wrong.

import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { readForm, sendJson, type Exchange, type Respond, type Routes } from "./routes.ts";

export const WEB_ROUTES: Routes = {
  echo,
  form: async (exchange) => sendJson(exchange.response, await readForm(exchange)),
  protected: askForPassword,
  status: ({ response, rest: [status] }) =>
    sendJson(
      response,
      { error: "no such thing" },
      { status: Number(status), headers: { "x-why": "because" } },
    ),
  redirect: countDown,
  moved: ({ response, rest: [status], url }) =>
    response.writeHead(Number(status), { location: url.searchParams.get("to") ?? "/echo" }).end(),
  hang: () => {},
  bytes: ({ response, rest: [count] }) => {
    response.writeHead(200, { "content-type": "application/octet-stream" });
    response.end(Buffer.from(Array.from({ length: Number(count) }, (_, index) => index % 256)));
  },
  chunks: sendChunks,
  packed: sendPacked,
  text: ({ response }) => {
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
    response.end("Grüße aus Köln ☎");
  },
  cookies,
};

function echo({ request, response, url, body }: Exchange): void {
  const { headers } = request;
  const seen = {
    method: request.method,
    path: url.pathname,
    search: decodeURIComponent(url.search),
    type: headers["content-type"]?.replace(/boundary=.*/, "boundary=..."),
    body: body.toString(),
    authorization: headers.authorization,
    mine: headers["x-mine"],
    cookie: headers.cookie,
    agent: headers["user-agent"],
    accept: headers.accept,
  };
  sendJson(response, seen, { headers: { "x-method": request.method ?? "" } });
}

function askForPassword({ request, response }: Exchange): void {
  const given = request.headers.authorization;
  const isRight = given === `Basic ${Buffer.from("carrier:sécret").toString("base64")}`;
  if (isRight) return sendJson(response, { welcome: "carrier" });
  const headers = { "www-authenticate": 'Basic realm="trunks"' };
  sendJson(response, { error: "who are you" }, { status: 401, headers });
}

/** "/redirect/3" leads to "/redirect/2" and so on to "/redirect/0". */
function countDown({ response, rest: [left] }: Exchange): void {
  if (left === "0") return sendJson(response, { arrived: true });
  response.writeHead(302, { location: `/redirect/${Number(left) - 1}` }).end();
}

function sendChunks({ response }: Exchange): void {
  response.writeHead(200, { "content-type": "text/plain" });
  response.write("one,");
  response.write("two,");
  response.end("three");
}

function sendPacked({ response, rest: [encoding = ""] }: Exchange): void {
  const text = JSON.stringify({ packed: encoding, text: "call ".repeat(200) });
  const pack = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync }[encoding];
  if (!pack) return sendJson(response, { error: encoding }, { status: 404 });
  response.writeHead(200, { "content-type": "application/json", "content-encoding": encoding });
  response.end(pack(text));
}

const COOKIE_ROUTES: Record<string, Respond> = {
  set: ({ response }) => {
    response.writeHead(200, {
      "content-type": "application/json",
      "set-cookie": [
        "session=abc; Path=/; HttpOnly",
        "lasting=1; Path=/; Expires=Wed, 21 Oct 2099 07:28:00 GMT",
        "scoped=yes; Path=/cookies/only",
      ],
    });
    response.end("{}");
  },
  show: ({ request, response }) => sendJson(response, { cookie: request.headers.cookie ?? null }),
  only: ({ request, response }) => sendJson(response, { cookie: request.headers.cookie ?? null }),
  unset: ({ response }) => {
    response.writeHead(200, { "set-cookie": "session=; Path=/; Max-Age=0" }).end();
  },
  login: ({ response }) => {
    const headers = { "set-cookie": "login=ok; Path=/", location: "/cookies/second" };
    response.writeHead(302, headers).end();
  },
  second: ({ request, response }) => {
    const seen = request.headers.cookie?.includes("login=ok") ? "seen" : "unseen";
    const headers = { "set-cookie": `hop=${seen}; Path=/`, location: "/cookies/show" };
    response.writeHead(302, headers).end();
  },
};

function cookies(exchange: Exchange): unknown {
  const respond = COOKIE_ROUTES[exchange.rest[0] ?? ""];
  if (!respond) return exchange.response.writeHead(404).end();
  return respond(exchange);
}
