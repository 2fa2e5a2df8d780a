// What scripts do with soap.

import type { ModuleCase, Place } from "../module-case.ts";

const js = String.raw;
const module = "soap";

const toService = ({ http, folder, refusedPort }: Place): Record<string, unknown> => ({
  wsdl: `${http}/quotes?wsdl`,
  at: http,
  folder,
  refused: `http://127.0.0.1:${refusedPort}/?wsdl`,
});

const CALLS: ModuleCase = {
  name: "calls a service",
  module,
  data: toService,
  code: js`
const fs = require('fs');
const path = require('path');
const axios = require('axios');
const soap = require('soap');

async function main(data) {
  const told = (promise) => promise.then(() => 'fulfilled', (error) => [error instanceof Error, error.message.replace(data.at, 'at'), error.code ?? null]);
  const client = await soap.createClientAsync(data.wsdl);
  const [quote, raw, soapHeader, sent] = await client.GetQuoteAsync({ destination: '+49 <30> & ü', minutes: 3 });
  const file = path.join(data.folder, 'quotes.wsdl');
  fs.writeFileSync(file, (await axios.get(data.wsdl)).data);
  const fromFile = await soap.createClientAsync(file);
  const fault = await client.GetQuoteAsync({ destination: 'nowhere', minutes: 1 }).catch((error) => error);
  const called = await new Promise((resolve, reject) => {
    soap.createClient(data.wsdl, { disableCache: true }, (error, other) => {
      if (error) return reject(error);
      other.GetQuote({ destination: 'abcd', minutes: 2 }, (failed, result) => (failed ? reject(failed) : resolve(result.price)));
    });
  });
  const events = [];
  client.once('request', (xml) => events.push('request ' + xml.includes('GetQuote'))).once('response', (body) => events.push('response ' + body.includes('GetQuoteResponse')));
  await client.GetQuoteAsync({ destination: 'a', minutes: 1 });
  return {
    describe: client.describe(),
    Async: quote,
    'sent and received': [sent.includes('&lt;30&gt; &amp; ü'), raw.includes('b &amp; c'), soapHeader ?? null],
    callback: called,
    'WSDL from a file': (await fromFile.GetQuoteAsync({ destination: 'abcdef', minutes: 1 }))[0].price,
    fault: [fault.message, fault.root.Envelope.Body.Fault.faultcode, fault.root.Envelope.Body.Fault.detail, fault.response.status],
    'fault by callback': await new Promise((resolve) => client.GetQuote({ destination: 'nowhere', minutes: 1 }, (error) => resolve(error.message))),
    events,
    'last request': client.lastRequest.includes('<soap:Body>'),
    'no WSDL there': await told(soap.createClientAsync(data.at + '/status/404')),
    'not XML': (await told(soap.createClientAsync(data.at + '/text')))[0],
    refused: await soap.createClientAsync(data.refused).catch((error) => error.code),
    timeout: (client.setEndpoint(data.at + '/hang'), await told(client.GetQuoteAsync({ destination: 'a', minutes: 1 }, { timeout: 100 }))),
  };
}
`,
  expected: {
    describe: {
      QuoteService: {
        QuotePort: {
          GetQuote: {
            input: { destination: "xsd:string", minutes: "xsd:int" },
            output: {
              destination: "xsd:string",
              price: "xsd:double",
              "legs[]": {
                trunk: "xsd:string",
                targetNSAlias: "tns",
                targetNamespace: "urn:quotes",
              },
            },
          },
          WhoAmI: {
            input: {},
            output: {
              authorization: "xsd:string",
              tenant: "xsd:string",
              username: "xsd:string",
              password: "xsd:string",
              mine: "xsd:string",
            },
          },
        },
      },
    },
    Async: { destination: "+49 <30> & ü", price: 18, legs: [{ trunk: "a" }, { trunk: "b & c" }] },
    "sent and received": [true, true, null],
    callback: 4,
    "WSDL from a file": 3,
    fault: [
      'soap:Client: No route to "nowhere": {"reason":{"code":"404"}}',
      "soap:Client",
      { reason: { code: "404" } },
      500,
    ],
    "fault by callback": 'soap:Client: No route to "nowhere": {"reason":{"code":"404"}}',
    events: ["request true", "response true"],
    "last request": true,
    "no WSDL there": [
      true,
      'Invalid WSDL URL: at/status/404\n\n\r Code: 404\n\n\r Response Body: {"error":"no such thing"}',
      null,
    ],
    "not XML": true,
    refused: "ECONNREFUSED",
    timeout: [true, "timeout of 100ms exceeded", "ECONNABORTED"],
  },
};

const SECURITY: ModuleCase = {
  name: "says who asks",
  module,
  data: toService,
  code: js`
const soap = require('soap');

async function main(data) {
  const connect = () => soap.createClientAsync(data.wsdl);
  const ask = async (prepare, ...options) => {
    const client = await connect();
    prepare(client);
    return (await client.WhoAmIAsync({}, ...options))[0];
  };
  const wsse = new soap.WSSecurity('carrier', 'sécret', { hasTimeStamp: false, hasTokenCreated: false });
  return {
    nobody: await ask(() => {}),
    'Basic auth': (await ask((client) => client.setSecurity(new soap.BasicAuthSecurity('carrier', 'secret')))).authorization,
    Bearer: (await ask((client) => client.setSecurity(new soap.BearerSecurity('token')))).authorization,
    WSSecurity: await ask((client) => client.setSecurity(wsse)),
    'its digest': await ask((client) => client.setSecurity(new soap.WSSecurity('carrier', 'secret', { passwordType: 'PasswordDigest' }))),
    'SOAP header': (await ask((client) => client.addSoapHeader({ Tenant: { id: 7, name: 'a & b' } }, '', 'tns', 'urn:quotes'))).tenant,
    'header by function': (await ask((client) => client.addSoapHeader((method, location, action) => ({ Tenant: action })))).tenant,
    'headers cleared': (await ask((client) => { client.addSoapHeader({ Tenant: 1 }); client.clearSoapHeaders(); })).tenant,
    'HTTP header': [(await ask((client) => client.addHttpHeader('x-mine', 'always'))).mine, (await ask(() => {}, {}, { 'x-mine': 'once' })).mine],
    'endpoint of its own': (await ask((client) => client.setEndpoint(data.at + '/quotes'))).username,
    'as XML': new soap.WSSecurity('u', 'p', { hasTimeStamp: false, hasTokenCreated: false }).toXML().includes('<wsse:Username>u</wsse:Username>'),
  };
}
`,
  expected: {
    nobody: {
      authorization: "none",
      tenant: "none",
      username: "none",
      password: "none",
      mine: "none",
    },
    "Basic auth": "Basic Y2FycmllcjpzZWNyZXQ=",
    Bearer: "Bearer token",
    WSSecurity: {
      authorization: "none",
      tenant: "none",
      username: "carrier",
      password: "sécret",
      mine: "none",
    },
    "its digest": {
      authorization: "none",
      tenant: "none",
      username: "carrier",
      password: "right digest",
      mine: "none",
    },
    "SOAP header": '{"id":"7","name":"a & b"}',
    "header by function": '"urn:quotes/WhoAmI"',
    "headers cleared": "none",
    "HTTP header": ["always", "once"],
    "endpoint of its own": "none",
    "as XML": true,
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: toService,
  code: js`
import soap from 'soap';
import { createClientAsync, BasicAuthSecurity } from 'soap';
import * as all from 'soap';

export async function main(data) {
  const client = await createClientAsync(data.wsdl);
  client.setSecurity(new BasicAuthSecurity('a', 'b'));
  const [{ authorization }] = await client.WhoAmIAsync({});
  return { named: authorization, default: soap.createClientAsync === createClientAsync, namespace: all.default === soap };
}
`,
  expected: { named: "Basic YTpi", default: true, namespace: true },
};

export const SOAP_CASES: readonly ModuleCase[] = [CALLS, SECURITY, IMPORTED];
