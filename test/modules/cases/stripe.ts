// What scripts do with stripe.

import { nothing, type ModuleCase, type Place } from "../module-case.ts";

const js = String.raw;
const module = "stripe";

const toApi = ({ httpPort, refusedPort }: Place): Record<string, unknown> => ({
  port: httpPort,
  refusedPort,
});

const CONNECT = js`
const Stripe = require('stripe');

const connect = (data, options = {}, key = 'sk_test_right') => new Stripe(key, { host: '127.0.0.1', port: data.port, protocol: 'http', maxNetworkRetries: 0, timeout: 5000, ...options });
`;

const CALLS: ModuleCase = {
  name: "reads and writes",
  module,
  data: toApi,
  code: js`${CONNECT}
async function main(data) {
  const stripe = connect(data);
  const page = await stripe.customers.list({ limit: 2 });
  const ids = [];
  for await (const { id } of stripe.customers.list({ limit: 2 })) ids.push(id);
  const each = [];
  await stripe.customers.list({ limit: 3 }).autoPagingEach(({ id }) => { each.push(id); return id !== 'cus_4'; });
  const make = (idempotencyKey) => stripe.customers.create({ email: 'a+b@example.com', metadata: { order: '7', 'größe': 'ü' }, preferred_locales: ['de', 'en'] }, { idempotencyKey });
  const [first, again, other] = [await make('key-1'), await make('key-1'), await make('key-2')];
  const pinned = await connect(data, { apiVersion: '2020-08-27' }).accounts.retrieve();
  const perCall = await stripe.accounts.retrieveCurrent({}, { apiVersion: '2022-11-15', stripeAccount: 'acct_2' });
  return {
    list: [page.object, page.has_more, page.data.map(({ id }) => id)],
    filter: (await stripe.customers.list({ email: 'carrier3@example.com' })).data.map(({ email }) => email),
    'auto paging': ids,
    autoPagingEach: each,
    autoPagingToArray: (await stripe.customers.list({ limit: 2 }).autoPagingToArray({ limit: 4 })).length,
    retrieve: await stripe.customers.retrieve('cus_3'),
    create: [first.object, first.form],
    'idempotency key': [first.id === again.id, first.id === other.id],
    'request id': [first.lastResponse.requestId, first.lastResponse.statusCode],
    update: (await stripe.customers.update('cus_1', { name: 'New' })).name,
    delete: await stripe.customers.del('cus_2'),
    charge: (await stripe.charges.create({ amount: 200, currency: 'eur', source: 'tok_visa' })).amount,
    'pinned version': pinned.seen,
    'version and account of one call': [perCall.seen.version, perCall.seen.account],
    events: await new Promise((resolve) => { stripe.on('response', ({ method, path, status }) => resolve([method, path, status])); stripe.customers.retrieve('cus_1'); }),
  };
}
`,
  expected: {
    list: ["list", true, ["cus_1", "cus_2"]],
    filter: ["carrier3@example.com"],
    "auto paging": ["cus_1", "cus_2", "cus_3", "cus_4", "cus_5"],
    autoPagingEach: ["cus_1", "cus_2", "cus_3", "cus_4"],
    autoPagingToArray: 4,
    retrieve: {
      id: "cus_3",
      object: "customer",
      email: "carrier3@example.com",
      created: 1700000003,
    },
    create: [
      "customer",
      {
        email: "a+b@example.com",
        "metadata[order]": "7",
        "metadata[größe]": "ü",
        "preferred_locales[0]": "de",
        "preferred_locales[1]": "en",
      },
    ],
    "idempotency key": [true, false],
    "request id": ["req_created", 200],
    update: "New",
    delete: { id: "cus_2", deleted: true },
    charge: 200,
    "pinned version": { version: "2020-08-27", agent: "Stripe" },
    "version and account of one call": ["2022-11-15", "acct_2"],
    events: ["GET", "/v1/customers/cus_1", 200],
  },
};

const ERRORS: ModuleCase = {
  name: "tells errors by their type",
  module,
  data: toApi,
  code: js`${CONNECT}
async function main(data) {
  const stripe = connect(data);
  const told = (promise) => promise.then(() => 'fulfilled', (error) => [error.constructor.name, error.type, error.code ?? null, error.statusCode ?? null, error.message.replace(/:\d+/, ':port')]);
  const charge = (source) => stripe.charges.create({ amount: 1, currency: 'eur', source });
  const declined = await charge('tok_declined').catch((error) => error);
  const missing = await stripe.customers.retrieve('cus_0').catch((error) => error);
  const refused = await connect({ port: data.refusedPort }).customers.list().catch((error) => error);
  return {
    card: await told(charge('tok_declined')),
    'its facts': [declined.decline_code, declined.param, declined.rawType, declined instanceof Stripe.errors.StripeCardError, declined instanceof Stripe.errors.StripeError, declined instanceof Error],
    missing: await told(stripe.customers.retrieve('cus_0')),
    'its request': [missing.requestId, missing.param, missing.raw.type, missing instanceof Stripe.errors.StripeInvalidRequestError],
    'rate limit': await told(charge('tok_often')),
    'api error': await told(charge('tok_broken')),
    'wrong key': await told(connect(data, {}, 'sk_wrong').customers.list()),
    timeout: await told(connect(data, { timeout: 100 }).balance.retrieve()),
    'timeout of one call': (await told(stripe.balance.retrieve({}, { timeout: 100 })))[1],
    refused: [refused.type, refused instanceof Stripe.errors.StripeConnectionError, refused.detail ? refused.detail.code : null],
  };
}
`,
  expected: {
    card: [
      "StripeCardError",
      "StripeCardError",
      "card_declined",
      402,
      "Your card has insufficient funds.",
    ],
    "its facts": ["insufficient_funds", "source", "card_error", true, true, true],
    missing: [
      "StripeInvalidRequestError",
      "StripeInvalidRequestError",
      "resource_missing",
      404,
      "No such customer: 'cus_0'",
    ],
    "its request": ["req_missing", "id", "invalid_request_error", true],
    "rate limit": ["StripeRateLimitError", "StripeRateLimitError", null, 429, "Too many requests"],
    "api error": ["StripeAPIError", "StripeAPIError", null, 500, "Something went wrong"],
    "wrong key": [
      "StripeAuthenticationError",
      "StripeAuthenticationError",
      null,
      401,
      "Invalid API Key provided",
    ],
    timeout: [
      "StripeConnectionError",
      "StripeConnectionError",
      null,
      null,
      "Request aborted due to timeout being reached (100ms)",
    ],
    "timeout of one call": "StripeConnectionError",
    refused: ["StripeConnectionError", true, "ECONNREFUSED"],
  },
};

const WEBHOOKS: ModuleCase = {
  name: "checks the signatures of webhooks",
  module,
  data: nothing,
  code: js`
const Stripe = require('stripe');

async function main() {
  const stripe = new Stripe('sk_test_right');
  const secret = 'whsec_test';
  const payload = JSON.stringify({ id: 'evt_1', object: 'event', type: 'charge.succeeded', data: { object: { name: 'Zoë' } } });
  const header = stripe.webhooks.generateTestHeaderString({ payload, secret });
  const old = stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: 1000 });
  const told = async (check) => {
    try { return (await check()).id; } catch (error) { return [error.type, error instanceof Stripe.errors.StripeSignatureVerificationError, error.message.split('\n')[0].slice(0, 60)]; }
  };
  return {
    sync: stripe.webhooks.constructEvent(payload, header, secret).data.object,
    async: (await stripe.webhooks.constructEventAsync(payload, header, secret)).type,
    'bytes': stripe.webhooks.constructEvent(Buffer.from(payload), header, secret).id,
    'async header': await told(async () => stripe.webhooks.constructEvent(payload, await stripe.webhooks.generateTestHeaderStringAsync({ payload, secret }), secret)),
    'wrong secret': await told(() => stripe.webhooks.constructEvent(payload, header, 'whsec_other')),
    'wrong secret, async': await told(() => stripe.webhooks.constructEventAsync(payload, header, 'whsec_other')),
    changed: await told(() => stripe.webhooks.constructEvent(payload + ' ', header, secret)),
    'too old': await told(() => stripe.webhooks.constructEvent(payload, old, secret)),
    'old, any age': await told(() => stripe.webhooks.constructEvent(payload, old, secret, 1e12)),
    'no header': await told(() => stripe.webhooks.constructEvent(payload, '', secret)),
    static: Stripe.webhooks.constructEvent(payload, header, secret).id,
    'known signature': Stripe.webhooks.generateTestHeaderString({ payload: '{}', secret: 's', timestamp: 1 }),
  };
}
`,
  expected: {
    sync: { name: "Zoë" },
    async: "charge.succeeded",
    bytes: "evt_1",
    "async header": "evt_1",
    "wrong secret": [
      "StripeSignatureVerificationError",
      true,
      "No signatures found matching the expected signature for payl",
    ],
    "wrong secret, async": [
      "StripeSignatureVerificationError",
      true,
      "No signatures found matching the expected signature for payl",
    ],
    changed: [
      "StripeSignatureVerificationError",
      true,
      "No signatures found matching the expected signature for payl",
    ],
    "too old": ["StripeSignatureVerificationError", true, "Timestamp outside the tolerance zone"],
    "old, any age": "evt_1",
    "no header": [
      "StripeSignatureVerificationError",
      true,
      "No stripe-signature header value was provided.",
    ],
    static: "evt_1",
    "known signature": "t=1,v1=b253639bcd705ed1cda3073f66104f16988bd40272584dea7d0d345ae93e61cc",
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: toApi,
  code: js`
import Stripe from 'stripe';
import { Stripe as Named } from 'stripe';

export async function main(data) {
  const stripe = new Stripe('sk_test_right', { host: '127.0.0.1', port: data.port, protocol: 'http' });
  return { default: (await stripe.customers.retrieve('cus_1')).email, named: Named === Stripe };
}
`,
  expected: { default: "carrier1@example.com", named: true },
};

export const STRIPE_CASES: readonly ModuleCase[] = [CALLS, ERRORS, WEBHOOKS, IMPORTED];
