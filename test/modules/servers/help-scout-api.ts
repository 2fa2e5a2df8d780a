// What Help Scout's API says: a token for the client's credentials, lists in pages, ids of what is made in a header.

import { sendJson, type Exchange, type Respond, type Routes } from "./routes.ts";

const MAILBOXES = [1, 2, 3].map((id) => ({ id, name: `Mailbox ${id}` }));
const PAGE = 2;

const RESPOND_TO: Record<string, Respond> = {
  "GET mailboxes": ({ response, url }) => {
    const page = Number(url.searchParams.get("page"));
    sendJson(response, {
      _embedded: { mailboxes: MAILBOXES.slice((page - 1) * PAGE, page * PAGE) },
      page: { number: page, totalPages: Math.ceil(MAILBOXES.length / PAGE) },
    });
  },
  "GET conversations": ({ response }) => sendJson(response, { page: { number: 1, totalPages: 1 } }),
  "GET customers/7": ({ response, url }) =>
    sendJson(response, { id: 7, firstName: "Zoë", embed: url.searchParams.getAll("embed") }),
  "POST customers": ({ response, body }) => {
    const { firstName } = JSON.parse(body.toString());
    response.writeHead(201, { "resource-id": `new-${encodeURIComponent(firstName)}` }).end();
  },
  "POST conversations/5/notes": ({ response, body }) => {
    response.writeHead(201, { "resource-id": JSON.parse(body.toString()).text }).end();
  },
  "PUT customers/7": changed,
  "PATCH conversations/5": changed,
  "DELETE conversations/5": ({ response }) => response.writeHead(204).end(),
};

export const HELP_SCOUT_ROUTES: Routes = {
  v2: (exchange) => {
    const { request, response, rest } = exchange;
    const wanted = rest.join("/");
    if (wanted === "oauth2/token") return token(exchange);
    if (request.headers.authorization !== "Bearer token-of-client") {
      return sendJson(response, { error: "invalid_token" }, { status: 401 });
    }
    const respond = RESPOND_TO[`${request.method} ${wanted}`];
    if (respond) return respond(exchange);
    return sendJson(response, { message: `No ${wanted}` }, { status: 404 });
  },
};

function token({ response, url: { searchParams } }: Exchange): void {
  const isRight =
    searchParams.get("grant_type") === "client_credentials" &&
    searchParams.get("client_secret") === "secret";
  if (!isRight) return sendJson(response, { error: "invalid_client" }, { status: 400 });
  const access_token = `token-of-${searchParams.get("client_id")}`;
  sendJson(response, { token_type: "bearer", access_token, expires_in: 7200 });
}

function changed({ request, response, body }: Exchange): void {
  const isJson = request.headers["content-type"] === "application/json" && body.length > 2;
  response.writeHead(isJson ? 204 : 400).end();
}
