// What scripts do with axios.

import { atHttp, nothing, type ModuleCase } from "../module-case.ts";

const js = String.raw;
const module = "axios";

const VERBS: ModuleCase = {
  name: "sends each verb",
  module,
  data: atHttp,
  code: js`
const axios = require('axios');

async function main(data) {
  const brief = ({ status, data: { method, path, search, type, body } }) => [status, method, path + search, type, body];
  const url = data.at + '/echo';
  const head = await axios.head(url);
  return {
    get: brief(await axios.get(url, { params: { cli: '+49 30', codes: ['a', 'b'], none: undefined } })),
    post: brief(await axios.post(url + '/calls', { cli: '4930', legs: [1, 2] })),
    put: brief(await axios.put(url, 'plain', { headers: { 'Content-Type': 'text/plain' } })),
    patch: brief(await axios.patch(url, { ttl: 5 })),
    delete: brief(await axios.delete(url + '/7')),
    'delete with a body': brief(await axios.delete(url, { data: { ids: [1] } })),
    options: brief(await axios.options(url)),
    head: [head.status, head.headers['x-method'], head.data],
    request: brief(await axios({ method: 'post', url: '/echo', baseURL: data.at, data: Buffer.from('bytes') })),
    serializer: brief(await axios.get(url, { params: { a: [1, 2] }, paramsSerializer: { indexes: null } })),
  };
}
`,
  expected: {
    get: [200, "GET", "/echo?cli=+49+30&codes[]=a&codes[]=b", null, ""],
    post: [200, "POST", "/echo/calls", "application/json", '{"cli":"4930","legs":[1,2]}'],
    put: [200, "PUT", "/echo", "text/plain", "plain"],
    patch: [200, "PATCH", "/echo", "application/json", '{"ttl":5}'],
    delete: [200, "DELETE", "/echo/7", null, ""],
    "delete with a body": [200, "DELETE", "/echo", "application/json", '{"ids":[1]}'],
    options: [200, "OPTIONS", "/echo", null, ""],
    head: [200, "HEAD", ""],
    request: [200, "POST", "/echo", "application/x-www-form-urlencoded", "bytes"],
    serializer: [200, "GET", "/echo?a=1&a=2", null, ""],
  },
};

const BODIES: ModuleCase = {
  name: "sends forms",
  module,
  data: atHttp,
  code: js`
const axios = require('axios');

async function main(data) {
  const form = data.at + '/form';
  const multipart = new FormData();
  multipart.append('name', 'Zoë');
  multipart.append('rates', new Blob(['49,0.01\n'], { type: 'text/csv' }), 'rates.csv');
  const echoed = await axios.post(data.at + '/echo', new URLSearchParams({ a: '1 2', b: 'ü' }));
  return {
    urlencoded: (await axios.post(form, new URLSearchParams({ a: '1 2', b: 'ü' }))).data,
    'its type': [echoed.data.type, echoed.data.body],
    'urlencoded by type': (await axios.post(form, { a: 1, list: ['x', 'y'] }, { headers: { 'content-type': 'application/x-www-form-urlencoded' } })).data,
    multipart: (await axios.post(form, multipart)).data,
    postForm: (await axios.postForm(form, { user: { name: 'noc' }, file: Buffer.from('hello') })).data,
    toFormData: (await axios.put(form, axios.toFormData({ a: 1, deep: { b: [2, 3] } }, new FormData()))).data,
    'multipart by type': (await axios.post(form, { a: 'x' }, { headers: { 'Content-Type': 'multipart/form-data' } })).data,
  };
}
`,
  expected: {
    urlencoded: [
      ["a", "1 2"],
      ["b", "ü"],
    ],
    "its type": ["application/x-www-form-urlencoded;charset=utf-8", "a=1+2&b=%C3%BC"],
    "urlencoded by type": [
      ["a", "1"],
      ["list[]", "x"],
      ["list[]", "y"],
    ],
    multipart: [
      ["name", "Zoë"],
      ["rates", { file: "rates.csv", type: "text/csv", text: "49,0.01\n" }],
    ],
    postForm: [
      ["user[name]", "noc"],
      ["file", "hello"],
    ],
    toFormData: [
      ["a", "1"],
      ["deep[b][0]", "2"],
      ["deep[b][1]", "3"],
    ],
    "multipart by type": [["a", "x"]],
  },
};

const HEADERS: ModuleCase = {
  name: "sends headers and credentials",
  module,
  data: atHttp,
  code: js`
const axios = require('axios');

async function main(data) {
  const client = axios.create({ baseURL: data.at, headers: { 'X-Mine': 'default' }, timeout: 5000 });
  client.defaults.headers.common.Authorization = 'Bearer token';
  const own = await client.get('/echo', { headers: { 'x-mine': 'own', 'User-Agent': 'carrier/1', Accept: 'text/x' } });
  const answer = await axios.get(data.at + '/status/200');
  const headers = new axios.AxiosHeaders({ 'X-A': '1' }).set('x-b', '2');
  return {
    'basic auth': (await axios.get(data.at + '/protected', { auth: { username: 'carrier', password: 'sécret' } })).data,
    'in the url': (await axios.get(data.at.replace('//', '//carrier:s%C3%A9cret@') + '/protected')).data,
    'wrong password': await axios.get(data.at + '/protected', { auth: { username: 'carrier', password: 'x' } })
      .catch((e) => [e.response.status, e.response.headers['www-authenticate']]),
    defaults: (({ mine, authorization }) => [mine, authorization])((await client.get('/echo')).data),
    own: [own.data.mine, own.data.agent, own.data.accept],
    'those of the answer': [answer.headers['x-why'], answer.headers.get('X-Why'), answer.headers['content-type'], answer.statusText],
    AxiosHeaders: [headers.get('x-a'), headers.has('X-B'), headers.toJSON()],
    getUri: axios.getUri({ url: '/a', params: { b: 'c d' } }),
  };
}
`,
  expected: {
    "basic auth": { welcome: "carrier" },
    "in the url": { welcome: "carrier" },
    "wrong password": [401, 'Basic realm="trunks"'],
    defaults: ["default", "Bearer token"],
    own: ["own", "carrier/1", "text/x"],
    "those of the answer": ["because", "because", "application/json", "OK"],
    AxiosHeaders: ["1", true, { "X-A": "1", "x-b": "2" }],
    getUri: "/a?b=c+d",
  },
};

const ERRORS: ModuleCase = {
  name: "tells what went wrong",
  module,
  data: ({ http, refusedPort }) => ({ at: http, refused: `http://127.0.0.1:${refusedPort}` }),
  code: js`
const axios = require('axios');

async function main(data) {
  const told = async (promise) => {
    try {
      return ['fulfilled', (await promise).status];
    } catch (error) {
      if (!axios.isAxiosError(error)) return ['not of axios', error.name, error.message];
      const message = error.message.replace(/:\d+/, ':port');
      return [error instanceof axios.AxiosError, error.name, error.code, message, error.response ? error.response.status : null];
    }
  };
  const missing = await axios.get(data.at + '/status/404', { headers: { 'x-mine': 'a' } }).catch((e) => e);
  const refused = await axios.get(data.refused + '/', { timeout: 5000 }).catch((e) => e);
  return {
    404: await told(axios.get(data.at + '/status/404')),
    'its response': [missing.response.data, missing.response.headers['x-why'], missing.response.config.method, missing.config.headers['x-mine']],
    'as JSON': (({ name, code, status, message }) => ({ name, code, status, message }))(missing.toJSON()),
    503: await told(axios.post(data.at + '/status/503', {})),
    validateStatus: await told(axios.get(data.at + '/status/418', { validateStatus: (status) => status === 418 })),
    'any status': await told(axios.get(data.at + '/status/500', { validateStatus: null })),
    timeout: await told(axios.get(data.at + '/hang', { timeout: 100 })),
    'timeout in words': await told(axios.get(data.at + '/hang', { timeout: 100, timeoutErrorMessage: 'too slow' })),
    'timeout of a post': await told(axios.post(data.at + '/hang', { a: 1 }, { timeout: 100, transitional: { clarifyTimeoutError: true } })),
    refused: [refused.code, refused.response === undefined, refused.isAxiosError, typeof refused.request],
    'refused in words': (refused.message || String(refused.cause)).includes('ECONNREFUSED'),
    'no url': await told(axios.get('ftp://127.0.0.1/')),
    'bad JSON': await axios.get(data.at + '/text', { responseType: 'json', transitional: { silentJSONParsing: false } }).catch((e) => [e.name, e.code, e.response.status]),
    maxContentLength: await told(axios.get(data.at + '/bytes/100', { maxContentLength: 10 })),
    maxBodyLength: await told(axios.post(data.at + '/echo', 'x'.repeat(100), { maxBodyLength: 10 })),
  };
}
`,
  expected: {
    404: [true, "AxiosError", "ERR_BAD_REQUEST", "Request failed with status code 404", 404],
    "its response": [{ error: "no such thing" }, "because", "get", "a"],
    "as JSON": {
      name: "AxiosError",
      code: "ERR_BAD_REQUEST",
      status: 404,
      message: "Request failed with status code 404",
    },
    503: [true, "AxiosError", "ERR_BAD_RESPONSE", "Request failed with status code 503", 503],
    validateStatus: ["fulfilled", 418],
    "any status": ["fulfilled", 500],
    timeout: [true, "AxiosError", "ECONNABORTED", "timeout of 100ms exceeded", null],
    "timeout in words": [true, "AxiosError", "ECONNABORTED", "too slow", null],
    "timeout of a post": [true, "AxiosError", "ETIMEDOUT", "timeout of 100ms exceeded", null],
    refused: ["ECONNREFUSED", true, true, "object"],
    "refused in words": true,
    "no url": [true, "AxiosError", "ERR_BAD_REQUEST", "Unsupported protocol ftp:", null],
    "bad JSON": ["SyntaxError", "ERR_BAD_RESPONSE", 200],
    maxContentLength: [
      true,
      "AxiosError",
      "ERR_BAD_RESPONSE",
      "maxContentLength size of 10 exceeded",
      null,
    ],
    maxBodyLength: [
      true,
      "AxiosError",
      "ERR_BAD_REQUEST",
      "Request body larger than maxBodyLength limit",
      null,
    ],
  },
};

const REDIRECTS: ModuleCase = {
  name: "follows redirects",
  module,
  data: atHttp,
  code: js`
const axios = require('axios');

async function main(data) {
  const to = (status) => data.at + '/moved/' + status + '?to=/echo';
  const brief = ({ data: { method, body, type } }) => [method, body, type];
  const followed = await axios.get(data.at + '/redirect/3');
  const stopped = await axios.get(data.at + '/redirect/3', { maxRedirects: 0 }).catch((e) => e);
  const toOther = data.at + '/moved/302?to=' + encodeURIComponent(data.at.replace('127.0.0.1', 'localhost') + '/echo');
  return {
    followed: followed.data,
    'where it ended': followed.request.res.responseUrl.replace(data.at, ''),
    'maxRedirects 0': [stopped.code, stopped.response.status, stopped.response.headers.location],
    'maxRedirects 0, accepted': (await axios.get(data.at + '/redirect/3', { maxRedirects: 0, validateStatus: (status) => status < 400 })).status,
    'too many': await axios.get(data.at + '/redirect/3', { maxRedirects: 2 }).catch((e) => [e.code, e.message]),
    'as many as allowed': (await axios.get(data.at + '/redirect/3', { maxRedirects: 3 })).data,
    'a post by 302': brief(await axios.post(to(302), { a: 1 })),
    'a post by 303': brief(await axios.post(to(303), { a: 1 })),
    'a post by 307': brief(await axios.post(to(307), { a: 1 })),
    'a put by 308': brief(await axios.put(to(308), 'text', { headers: { 'content-type': 'text/plain' } })),
    beforeRedirect: await new Promise((resolve, reject) => {
      axios.get(data.at + '/redirect/1', { beforeRedirect: (options, { statusCode }) => resolve([options.path, statusCode]) }).catch(reject);
    }),
    'credentials stay with their host': (await axios.get(toOther, { headers: { authorization: 'Bearer mine' } })).data.authorization ?? 'gone',
  };
}
`,
  expected: {
    followed: { arrived: true },
    "where it ended": "/redirect/0",
    "maxRedirects 0": ["ERR_BAD_RESPONSE", 302, "/redirect/2"],
    "maxRedirects 0, accepted": 302,
    "too many": ["ERR_FR_TOO_MANY_REDIRECTS", "Maximum number of redirects exceeded"],
    "as many as allowed": { arrived: true },
    "a post by 302": ["GET", "", null],
    "a post by 303": ["GET", "", null],
    "a post by 307": ["POST", '{"a":1}', "application/json"],
    "a put by 308": ["PUT", "text", "text/plain"],
    beforeRedirect: ["/redirect/0", 302],
    "credentials stay with their host": "gone",
  },
};

const ABORTS: ModuleCase = {
  name: "is aborted",
  module,
  data: atHttp,
  code: js`
const axios = require('axios');

async function main(data) {
  const told = (promise) => promise.then(() => 'fulfilled', (e) => [axios.isCancel(e), e.name, e.code, e.message]);
  const late = new AbortController();
  const source = axios.CancelToken.source();
  setTimeout(() => { late.abort(); source.cancel('No longer needed'); }, 50);
  const [signal, token, before] = await Promise.all([
    told(axios.get(data.at + '/hang', { signal: late.signal })),
    told(axios.get(data.at + '/hang', { cancelToken: source.token })),
    told(axios.get(data.at + '/echo', { signal: AbortSignal.abort() })),
  ]);
  const after = new AbortController();
  const { status } = await axios.get(data.at + '/echo', { signal: after.signal });
  after.abort();
  return { signal, token, before, after: status };
}
`,
  expected: {
    signal: [true, "CanceledError", "ERR_CANCELED", "canceled"],
    token: [true, "CanceledError", "ERR_CANCELED", "No longer needed"],
    before: [true, "CanceledError", "ERR_CANCELED", "canceled"],
    after: 200,
  },
};

const ANSWERS: ModuleCase = {
  name: "reads answers of every kind",
  module,
  data: atHttp,
  code: js`
const axios = require('axios');

async function main(data) {
  const buffer = (await axios.get(data.at + '/bytes/300', { responseType: 'arraybuffer' })).data;
  const { data: stream } = await axios.get(data.at + '/chunks', { responseType: 'stream' });
  let read = '';
  for await (const chunk of stream) read += chunk;
  const bySteps = (await axios.get(data.at + '/chunks', { responseType: 'stream' })).data;
  const events = await new Promise((resolve, reject) => {
    const chunks = [];
    bySteps.on('data', (chunk) => chunks.push(chunk)).on('error', reject);
    bySteps.on('end', () => resolve(Buffer.concat(chunks).toString()));
  });
  const packed = async (encoding) => {
    const { data: { packed, text }, headers } = await axios.get(data.at + '/packed/' + encoding);
    return [packed, text.length];
  };
  const progress = [];
  await axios.get(data.at + '/bytes/5000', { responseType: 'arraybuffer', onDownloadProgress: ({ loaded }) => progress.push(loaded) });
  return {
    arraybuffer: [Buffer.isBuffer(buffer), buffer.length, buffer[255], buffer[256], buffer[299]],
    stream: read,
    'stream by events': events,
    text: (await axios.get(data.at + '/text')).data,
    'JSON as text': (await axios.get(data.at + '/status/200', { responseType: 'text', transformResponse: (text) => text })).data,
    gzip: await packed('gzip'),
    brotli: await packed('br'),
    deflate: await packed('deflate'),
    progress: progress.at(-1),
  };
}
`,
  expected: {
    arraybuffer: [true, 300, 255, 0, 43],
    stream: "one,two,three",
    "stream by events": "one,two,three",
    text: "Grüße aus Köln ☎",
    "JSON as text": '{"error":"no such thing"}',
    gzip: ["gzip", 1000],
    brotli: ["br", 1000],
    deflate: ["deflate", 1000],
    progress: 5000,
  },
};

const INTERCEPTORS: ModuleCase = {
  name: "lets requests and answers be changed",
  module,
  data: atHttp,
  code: js`
const axios = require('axios');

async function main(data) {
  const client = axios.create({ baseURL: data.at });
  const order = [];
  client.interceptors.request.use((config) => { order.push('request 1'); config.headers['X-Mine'] = 'intercepted'; return config; });
  const second = client.interceptors.request.use(async (config) => { order.push('request 2'); return config; });
  client.interceptors.response.use((response) => { order.push('response'); return response.data; }, async (error) => {
    order.push('error ' + error.response.status);
    return { recovered: true };
  });
  const first = await client.get('/echo');
  client.interceptors.request.eject(second);
  const recovered = await client.get('/status/500');
  const transformed = await axios.post(data.at + '/echo', { a: 1 }, {
    transformRequest: [(body, headers) => { headers['Content-Type'] = 'text/csv'; return 'a,' + body.a; }],
    transformResponse: [...axios.defaults.transformResponse, (answer) => [answer.body, answer.type]],
  });
  const [one, two] = await axios.all([axios.get(data.at + '/echo/1'), axios.get(data.at + '/echo/2')]);
  const many = await Promise.all(Array.from({ length: 8 }, (_, n) => axios.get(data.at + '/echo/' + n)));
  const retried = await (async () => {
    for (const status of [500, 502, 200]) {
      try { return (await axios.get(data.at + '/status/' + status)).status; } catch { /* the next */ }
    }
  })();
  return {
    intercepted: first.mine,
    order,
    recovered,
    transformed: transformed.data,
    spread: axios.spread((a, b) => [a.data.path, b.data.path])([one, two]),
    'in parallel': many.map((answer) => answer.data.path.at(-1)).join(''),
    retried,
    adapter: (await axios.get('/made-up', { adapter: async (config) => ({ data: config.url, status: 200, statusText: 'OK', headers: {}, config }) })).data,
  };
}
`,
  expected: {
    intercepted: "intercepted",
    order: ["request 2", "request 1", "response", "request 1", "error 500"],
    recovered: { recovered: true },
    transformed: ["a,1", "text/csv"],
    spread: ["/echo/1", "/echo/2"],
    "in parallel": "01234567",
    retried: 200,
    adapter: "/made-up",
  },
};

const SHAPE: ModuleCase = {
  name: "has the members that scripts look for",
  module,
  data: nothing,
  code: js`
const axios = require('axios');
const { get, create, isAxiosError } = require('axios');

function main() {
  const form = new FormData();
  form.append('a[b]', '1');
  form.append('a[c]', '2');
  return {
    itself: [typeof axios, axios.default === axios, require('axios') === axios],
    members: Object.keys(axios).sort().join(' '),
    taken: [typeof get, typeof create(), isAxiosError(new Error('x'))],
    codes: axios.HttpStatusCode.NotFound,
    merged: axios.mergeConfig({ timeout: 1, headers: { a: '1' } }, { timeout: 2 }),
    'form to object': axios.formToJSON(form),
  };
}
`,
  expected: {
    itself: ["function", true, true],
    members:
      "Axios AxiosError AxiosHeaders Cancel CancelToken CanceledError HttpStatusCode VERSION _request all constructor " +
      "create default defaults delete formToJSON get getAdapter getUri head interceptors isAxiosError isCancel " +
      "mergeConfig options patch patchForm post postForm put putForm query request spread toFormData",
    taken: ["function", "function", false],
    codes: 404,
    merged: { timeout: 2, headers: { a: "1" } },
    "form to object": { a: { b: "1", c: "2" } },
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: atHttp,
  code: js`
import axios, { AxiosError, isAxiosError } from 'axios';
import * as all from 'axios';

export async function main(data) {
  const error = await axios.get(data.at + '/status/404').catch((e) => e);
  return {
    default: (await axios.post(data.at + '/echo', { a: 1 })).data.body,
    named: [error instanceof AxiosError, isAxiosError(error), error.code],
    namespace: [all.default === axios, typeof all.AxiosHeaders, all.AxiosError === AxiosError],
  };
}
`,
  expected: {
    default: '{"a":1}',
    named: [true, true, "ERR_BAD_REQUEST"],
    namespace: [true, "function", true],
  },
};

export const AXIOS_CASES: readonly ModuleCase[] = [
  VERBS,
  BODIES,
  HEADERS,
  ERRORS,
  REDIRECTS,
  ABORTS,
  ANSWERS,
  INTERCEPTORS,
  SHAPE,
  IMPORTED,
];
