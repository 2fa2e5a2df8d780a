// What scripts do with elasticemail-webapiclient.

import { nothing, type ModuleCase } from "../module-case.ts";

const js = String.raw;
const module = "elasticemail-webapiclient";

const CALLS: ModuleCase = {
  name: "calls the API",
  module,
  data: ({ http, refusedPort }) => ({
    at: `${http}/elastic/`,
    refused: `http://127.0.0.1:${refusedPort}/`,
  }),
  code: js`
const { client: ElasticEmail } = require('elasticemail-webapiclient');

async function main(data) {
  const connect = (apiKey, apiUri = data.at) => new ElasticEmail({ apiKey, apiUri, apiVersion: 'v2' });
  const email = connect('right');
  const sent = await email.Email.Send({ subject: 'Störung', to: 'noc@example.com', from: 'script@example.com', body: '<b>down</b>', bodyType: 'HTML', isTransactional: 'true' });
  const told = (promise) => promise.then(() => 'fulfilled', (error) => (error === undefined ? 'undefined' : error.response?.status ?? error.code));
  return {
    account: await email.Account.Load(),
    send: [sent.success, sent.data.transactionid],
    'what was sent': Object.fromEntries(Object.entries(sent.data.sent).map(([name, value]) => [name, String(value)])),
    list: (await email.List.list()).data.map(({ listname }) => listname),
    contact: (await email.Contact.Add({ emails: 'a@example.com', publicAccountID: 'p' })).data,
    'wrong key': await told(connect('wrong').Account.Load()),
    404: await told(email.Template.LoadTemplate({ templateID: 1 })),
    refused: await told(connect('right', data.refused).Account.Load()),
  };
}
`,
  expected: {
    "404": 404,
    account: { success: true, data: { email: "noc@example.com", credit: 12.5 } },
    send: [true, "t-1"],
    "what was sent": {
      subject: "Störung",
      to: "noc@example.com",
      from: "script@example.com",
      body: "<b>down</b>",
      bodyType: "HTML",
      isTransactional: "true",
    },
    list: ["carriers", "resellers"],
    contact: { emails: "a@example.com", publicAccountID: "p" },
    "wrong key": "undefined",
    refused: "ECONNREFUSED",
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: nothing,
  code: js`
import elastic from 'elasticemail-webapiclient';
import { client } from 'elasticemail-webapiclient';

export function main() {
  return { default: Object.keys(elastic), named: elastic.client === client, sections: Object.keys(new client({ apiKey: 'k', apiUri: 'u', apiVersion: 'v2' })).length };
}
`,
  expected: { default: ["client", "default"], named: true, sections: 15 },
};

export const ELASTIC_EMAIL_CASES: readonly ModuleCase[] = [CALLS, IMPORTED];
