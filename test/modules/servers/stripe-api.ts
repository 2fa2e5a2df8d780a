// What Stripe's API says to its own library: lists in pages, forms as bodies, idempotency keys, errors with a type.

import { sendJson, type Exchange, type Respond, type Routes } from "./routes.ts";

const CUSTOMERS = [1, 2, 3, 4, 5].map((n) => ({
  id: `cus_${n}`,
  object: "customer",
  email: `carrier${n}@example.com`,
  created: 1_700_000_000 + n,
}));

type Failure = { status: number; error: Record<string, unknown>; headers?: Record<string, string> };

/** Keyed by the id of the charge's source. */
const CARD_FAILURES: Record<string, Failure> = {
  tok_declined: {
    status: 402,
    error: {
      type: "card_error",
      code: "card_declined",
      decline_code: "insufficient_funds",
      message: "Your card has insufficient funds.",
      param: "source",
    },
  },
  tok_often: { status: 429, error: { type: "rate_limit_error", message: "Too many requests" } },
  tok_broken: { status: 500, error: { type: "api_error", message: "Something went wrong" } },
};

/** The routes of one account, whose memory of idempotency keys begins empty. */
export function stripeRoutes(): Routes {
  const answered = new Map<string, unknown>();
  let made = 0;

  const create = (form: URLSearchParams, key: string | undefined): unknown => {
    const known = key === undefined ? undefined : answered.get(key);
    if (known !== undefined) return known;
    made += 1;
    const customer = { id: `cus_new_${made}`, object: "customer", form: Object.fromEntries(form) };
    if (key !== undefined) answered.set(key, customer);
    return customer;
  };

  const respondTo: Record<string, Respond> = {
    "GET customers": list,
    "POST customers": ({ request, response, body }) => {
      const key = request.headers["idempotency-key"];
      const form = new URLSearchParams(body.toString());
      sendJson(response, create(form, typeof key === "string" ? key : undefined), {
        headers: { "request-id": "req_created" },
      });
    },
    "POST charges": charge,
    "GET account": ({ request, response }) =>
      sendJson(response, {
        id: "acct_1",
        object: "account",
        seen: {
          version: request.headers["stripe-version"],
          account: request.headers["stripe-account"],
          agent: request.headers["user-agent"]?.split("/")[0],
        },
      }),
    "GET balance": () => {},
  };

  return {
    v1: (exchange) => {
      const { request, response, rest } = exchange;
      if (request.headers.authorization !== "Bearer sk_test_right") {
        const error = { type: "invalid_request_error", message: "Invalid API Key provided" };
        return sendJson(response, { error }, { status: 401 });
      }
      const respond = rest.length === 1 ? respondTo[`${request.method} ${rest[0]}`] : one;
      return respond?.(exchange);
    },
  };
}

function list({ response, url: { searchParams } }: Exchange): void {
  const limit = Number(searchParams.get("limit") ?? 10);
  const after = searchParams.get("starting_after");
  const email = searchParams.get("email");
  const matching = CUSTOMERS.filter((customer) => email === null || customer.email === email);
  const start = matching.findIndex(({ id }) => id === after) + 1;
  sendJson(response, {
    object: "list",
    url: "/v1/customers",
    has_more: start + limit < matching.length,
    data: matching.slice(start, start + limit),
  });
}

/** One customer: read, changed or deleted. */
function one({ request, response, rest: [kind, id], body }: Exchange): void {
  const customer = kind === "customers" ? CUSTOMERS.find((known) => known.id === id) : undefined;
  if (!customer) {
    const error = {
      type: "invalid_request_error",
      code: "resource_missing",
      message: `No such customer: '${id}'`,
      param: "id",
    };
    return sendJson(response, { error }, { status: 404, headers: { "request-id": "req_missing" } });
  }
  if (request.method === "DELETE") return sendJson(response, { id, deleted: true });
  const changes = Object.fromEntries(new URLSearchParams(body.toString()));
  sendJson(response, { ...customer, ...changes });
}

function charge({ response, body }: Exchange): void {
  const form = new URLSearchParams(body.toString());
  const failure = CARD_FAILURES[form.get("source") ?? ""];
  if (failure) return sendJson(response, { error: failure.error }, { status: failure.status });
  sendJson(response, { id: "ch_1", object: "charge", amount: Number(form.get("amount")) });
}
