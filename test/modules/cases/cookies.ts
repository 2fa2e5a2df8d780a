// What scripts do with a cookie jar, on its own and under axios.

import { atHttp, nothing, type ModuleCase } from "../module-case.ts";

const js = String.raw;

const CLIENT: ModuleCase = {
  name: "keeps and sends cookies",
  module: "axios-cookiejar-support",
  data: atHttp,
  code: js`
const axios = require('axios');
const { wrapper } = require('axios-cookiejar-support');
const { CookieJar } = require('tough-cookie');

async function main(data) {
  const jar = new CookieJar();
  const client = wrapper(axios.create({ jar, baseURL: data.at }));
  const seen = async (path, config) => ((await client.get(path, config)).data.cookie ?? 'none').split('; ').sort();
  const answer = await client.get('/cookies/set');
  const after = {
    'Set-Cookie of the answer': answer.headers['set-cookie'],
    kept: jar.getCookiesSync(data.at + '/').map(({ key, value, httpOnly, path }) => [key, value, httpOnly, path]).sort(),
    'expiry of one': jar.getCookiesSync(data.at + '/').find(({ key }) => key === 'lasting').expires,
    sent: await seen('/cookies/show'),
    'sent to a deeper path': await seen('/cookies/only'),
    'beside one in the header': await seen('/cookies/show', { headers: { Cookie: 'own=1' } }),
    'with a post': (await client.post('/echo', { a: 1 })).data.cookie.split('; ').sort(),
  };
  await client.get('/cookies/unset');
  return {
    ...after,
    'taken back': await seen('/cookies/show'),
    'put in by the script': (await jar.setCookie('mine=2; Path=/', data.at), await seen('/cookies/show')),
    serialized: (await jar.serialize()).cookies.map(({ key }) => key).sort(),
    'restored in another jar': CookieJar.deserializeSync(jar.serializeSync()).getCookieStringSync(data.at + '/').split('; ').sort(),
    'config names the jar': answer.config.jar === jar,
  };
}
`,
  expected: {
    "Set-Cookie of the answer": [
      "session=abc; Path=/; HttpOnly",
      "lasting=1; Path=/; Expires=Wed, 21 Oct 2099 07:28:00 GMT",
      "scoped=yes; Path=/cookies/only",
    ],
    kept: [
      ["lasting", "1", false, "/"],
      ["session", "abc", true, "/"],
    ],
    "expiry of one": "2099-10-21T07:28:00.000Z",
    sent: ["lasting=1", "session=abc"],
    "sent to a deeper path": ["lasting=1", "scoped=yes", "session=abc"],
    "beside one in the header": ["lasting=1", "own=1", "session=abc"],
    "with a post": ["lasting=1", "session=abc"],
    "taken back": ["lasting=1"],
    "put in by the script": ["lasting=1", "mine=2"],
    serialized: ["lasting", "mine", "scoped"],
    "restored in another jar": ["lasting=1", "mine=2"],
    "config names the jar": true,
  },
};

const REDIRECTS: ModuleCase = {
  name: "takes cookies along redirects, and keeps jars apart",
  module: "axios-cookiejar-support",
  data: atHttp,
  code: js`
const axios = require('axios');
const { wrapper } = require('axios-cookiejar-support');
const { CookieJar } = require('tough-cookie');

async function main(data) {
  const client = wrapper(axios.create());
  const first = new CookieJar();
  const second = new CookieJar();
  const landed = await client.get(data.at + '/cookies/login', { jar: first });
  await client.get(data.at + '/cookies/login', { jar: second, maxRedirects: 0, validateStatus: null });
  const cookies = (jar) => jar.getCookieStringSync(data.at + '/').split('; ').sort();
  const [one, two] = await Promise.all([first, second].map((jar) => client.get(data.at + '/cookies/show', { jar })));
  return {
    'where it landed': landed.data.cookie.split('; ').sort(),
    'the jar of that request': cookies(first),
    'a jar that saw only the first answer': cookies(second),
    'two jars at a time': [one.data.cookie.split('; ').sort(), two.data.cookie],
    'without a jar': (await client.get(data.at + '/cookies/show')).data.cookie,
    'the unwrapped axios': (await axios.get(data.at + '/cookies/show')).data.cookie,
    'an agent of its own': await client.get(data.at + '/echo', { jar: first, httpAgent: new (require('http').Agent)() }).catch((e) => e.message),
    'a jar that is none': await client.get(data.at + '/echo', { jar: true }).catch((e) => e.message),
    'all wrapped': typeof wrapper(axios).get,
  };
}
`,
  expected: {
    "where it landed": ["hop=seen", "login=ok"],
    "the jar of that request": ["hop=seen", "login=ok"],
    "a jar that saw only the first answer": ["login=ok"],
    "two jars at a time": [["hop=seen", "login=ok"], "login=ok"],
    "without a jar": null,
    "the unwrapped axios": null,
    "an agent of its own":
      "axios-cookiejar-support does not support for use with other http(s).Agent.",
    "a jar that is none": "config.jar does not accept boolean since axios-cookiejar-support@2.0.0.",
    "all wrapped": "function",
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module: "axios-cookiejar-support",
  data: atHttp,
  code: js`
import axios from 'axios';
import { wrapper } from 'axios-cookiejar-support';
import { CookieJar } from 'tough-cookie';
import * as support from 'axios-cookiejar-support';
import * as tough from 'tough-cookie';

export async function main(data) {
  const client = wrapper(axios.create({ jar: new CookieJar(), baseURL: data.at }));
  await client.get('/cookies/login');
  return {
    cookies: (await client.get('/cookies/show')).data.cookie.split('; ').sort(),
    names: Object.keys(support).filter((name) => name !== 'default' && name !== 'module.exports'),
    'one class for both': tough.CookieJar === CookieJar,
  };
}
`,
  expected: {
    cookies: ["hop=seen", "login=ok"],
    names: ["wrapper"],
    "one class for both": true,
  },
};

const JAR: ModuleCase = {
  name: "parses, matches and forgets",
  module: "tough-cookie",
  data: nothing,
  code: js`
const tough = require('tough-cookie');
const { Cookie, CookieJar } = tough;

async function main() {
  const cookie = Cookie.parse('id=42; Domain=Example.com; Path=/a; Secure; HttpOnly; SameSite=Lax; Max-Age=60');
  const jar = new CookieJar();
  await jar.setCookie('a=1; Domain=example.com; Path=/', 'https://www.example.com/x');
  await jar.setCookie('b=2; Path=/deep', 'https://www.example.com/deep');
  jar.setCookieSync('c=3; Secure', 'https://www.example.com/');
  const refused = async (text, url) => jar.setCookie(text, url).then(() => 'taken', (e) => e.message);
  const at = (url) => jar.getCookieStringSync(url);
  const kept = {
    parsed: { ...cookie.toJSON(), creation: undefined },
    written: [cookie.cookieString(), cookie.toString()],
    'what is no cookie': Cookie.parse('nothing') ?? null,
    'at another host': at('https://api.example.com/'),
    'at a deeper path': at('https://www.example.com/deep/er'),
    'without TLS': at('http://www.example.com/'),
    'elsewhere': at('https://example.org/'),
    'foreign domain': await refused('x=1; Domain=example.org', 'https://example.com/'),
    'public suffix': await refused('x=1; Domain=co.uk', 'https://example.co.uk/'),
    callback: await new Promise((resolve) => jar.getCookies('https://www.example.com/', (error, cookies) => resolve([error, cookies.map(({ key }) => key)]))),
  };
  jar.setCookieSync('a=; Domain=example.com; Path=/; Max-Age=0', 'https://www.example.com/');
  const loose = new CookieJar(null, { looseMode: true, rejectPublicSuffixes: false });
  loose.setCookieSync('=valueonly', 'http://localhost/');
  return {
    ...kept,
    'after its end': at('https://www.example.com/'),
    all: (await jar.serialize()).cookies.map(({ key, domain, hostOnly }) => [key, domain, hostOnly ?? false]),
    none: (await jar.removeAllCookies(), (await jar.serialize()).cookies),
    loose: loose.getCookieStringSync('http://localhost/'),
    matches: [tough.domainMatch('a.example.com', 'example.com'), tough.pathMatch('/a/b', '/a'), tough.permuteDomain('a.b.example.com'), tough.getPublicSuffix('www.example.co.uk')],
    dates: [tough.parseDate('Wed, 21 Oct 2015 07:28:00 GMT'), tough.formatDate(new Date(0)), tough.parseDate('never') ?? null],
  };
}
`,
  expected: {
    parsed: {
      key: "id",
      value: "42",
      maxAge: 60,
      domain: "example.com",
      path: "/a",
      secure: true,
      httpOnly: true,
      sameSite: "lax",
    },
    written: [
      "id=42",
      "id=42; Max-Age=60; Domain=example.com; Path=/a; Secure; HttpOnly; SameSite=Lax",
    ],
    "what is no cookie": null,
    "at another host": "a=1",
    "at a deeper path": "b=2; a=1; c=3",
    "without TLS": "a=1",
    elsewhere: "",
    "foreign domain": "Cookie not in this host's domain. Cookie:example.org Request:example.com",
    "public suffix": "Cookie has domain set to a public suffix",
    callback: [null, ["a", "c"]],
    "after its end": "c=3",
    all: [
      ["b", "www.example.com", true],
      ["c", "www.example.com", true],
    ],
    none: [],
    loose: "valueonly",
    matches: [true, true, ["example.com", "b.example.com", "a.b.example.com"], "example.co.uk"],
    dates: ["2015-10-21T07:28:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT", null],
  },
};

export const COOKIE_CASES: readonly ModuleCase[] = [CLIENT, REDIRECTS, IMPORTED, JAR];
