// What Elastic Email's API says to its own library, which sends every call as a multipart form.

import { readForm, sendJson, type Exchange, type Routes } from "./routes.ts";

type Call = (form: Record<string, unknown>) => unknown;

const CALLS: Record<string, Call> = {
  "account/load": () => ({ email: "noc@example.com", credit: 12.5 }),
  "email/send": (sent) => ({ transactionid: "t-1", messageid: "m-1", sent }),
  "list/list": () => [{ listname: "carriers" }, { listname: "resellers" }],
  "contact/add": ({ emails, publicAccountID }) => ({ emails, publicAccountID }),
};

export const ELASTIC_EMAIL_ROUTES: Routes = {
  elastic: async (exchange: Exchange) => {
    const [version, ...call] = exchange.rest;
    const { apikey, ...form } = Object.fromEntries(await readForm(exchange));
    const answer = version === "v2" ? CALLS[call.join("/")] : undefined;
    if (!answer) return exchange.response.writeHead(404).end("no such call");
    if (apikey !== "right") {
      return sendJson(exchange.response, { success: false, error: "Incorrect apikey" });
    }
    return sendJson(exchange.response, { success: true, data: answer(form) });
  },
};
