// What scripts do with helpscout-2.0.

import type { ModuleCase, Place } from "../module-case.ts";

const js = String.raw;
const module = "helpscout-2.0";

const toApi = ({ http, httpPort }: Place): Record<string, unknown> => ({
  at: http,
  port: httpPort,
});

// The library knows one address, which is on the Internet: the script leads what goes there to the suite's server. In
// Node the library asks through https, in the product through fetch.
const LED_TO_THE_SUITE = js`
const http = require('http');
const https = require('https');
const HelpScout = require('helpscout-2.0');

async function led(data, use) {
  const { request } = https;
  const { fetch } = globalThis;
  https.request = ({ host, hostname = host, path, method, headers }, onResponse) => {
    if (hostname !== 'api.helpscout.net') throw new Error('Not Help Scout: ' + hostname);
    return http.request({ hostname: '127.0.0.1', port: data.port, path, method, headers: { ...headers, host: '127.0.0.1:' + data.port } }, onResponse);
  };
  globalThis.fetch = (url, init) => fetch(String(url).replace('https://api.helpscout.net', data.at), init);
  try {
    return await use(new HelpScout({ clientId: 'client', clientSecret: 'secret' }));
  } finally {
    https.request = request;
    globalThis.fetch = fetch;
  }
}
`;

const CALLS: ModuleCase = {
  name: "reads and writes",
  module,
  data: toApi,
  code: js`${LED_TO_THE_SUITE}
const told = (promise) => promise.then((value) => ['fulfilled', value ?? null], (error) => [error instanceof Error, String(error.message ?? error)]);

async function main(data) {
  return await led(data, async (client) => {
    const { access_token, token_type, expiresAt } = await client.getAccessToken();
    const [mailboxes, conversations] = await Promise.all([client.list('mailboxes'), client.list('conversations', 'status=closed')]);
    const raw = await client.rawApi('GET', data.at + '/v2/customers/7');
    return {
      token: [access_token, token_type, expiresAt > Date.now()],
      'list of two pages': mailboxes,
      'empty list': conversations,
      get: await client.get('customers', 7, ['emails', 'phones']),
      create: await client.create('customers', { firstName: 'Zoë' }),
      note: await client.addNoteToConversation(5, 'buy-pens'),
      updatePut: await told(client.updatePut('customers', 7, { firstName: 'New' })),
      updatePatch: await told(client.updatePatch('conversations', 5, { op: 'replace', path: '/subject', value: 'x' })),
      delete: await told(client.delete('conversations', 5)),
      rawApi: [raw.statusCode, JSON.parse(raw.body).firstName, raw.headers['content-type']],
      'rawApi by callback': await new Promise((resolve, reject) => client.rawApi('PUT', data.at + '/v2/customers/7', { a: 1 }, reject, ({ statusCode }) => resolve(statusCode))),
      404: await told(client.get('customers', 8)),
      'rawApi of what is missing': await told(client.rawApi('GET', data.at + '/v2/nothing')),
      'callback with an error': await new Promise((resolve) => client.get('nothing', 1, null, null, resolve)),
    };
  });
}
`,
  expected: {
    "404": [true, '{"message":"No customers/8"}'],
    token: ["token-of-client", "bearer", true],
    "list of two pages": [
      { id: 1, name: "Mailbox 1" },
      { id: 2, name: "Mailbox 2" },
      { id: 3, name: "Mailbox 3" },
    ],
    "empty list": [],
    get: { id: 7, firstName: "Zoë", embed: ["emails", "phones"] },
    create: "new-Zo%C3%AB",
    note: "buy-pens",
    updatePut: ["fulfilled", null],
    updatePatch: ["fulfilled", null],
    delete: ["fulfilled", null],
    rawApi: [200, "Zoë", "application/json"],
    "rawApi by callback": 204,
    "rawApi of what is missing": [false, '{"message":"No nothing"}'],
    "callback with an error": '{"message":"No nothing/1"}',
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: () => ({}),
  code: js`
import HelpScout from 'helpscout-2.0';

export function main() {
  return { default: Object.keys(HelpScout.prototype).sort() };
}
`,
  expected: {
    default: [
      "addNoteToConversation",
      "create",
      "delete",
      "get",
      "getAccessToken",
      "list",
      "rawApi",
      "updatePatch",
      "updatePut",
    ],
  },
};

export const HELP_SCOUT_CASES: readonly ModuleCase[] = [CALLS, IMPORTED];
