// What scripts do with the modules that Node brings along.

import { inFolder, nothing, type ModuleCase } from "../module-case.ts";

const js = String.raw;

const FILES: ModuleCase = {
  name: "writes and reads files",
  module: "fs",
  data: inFolder,
  code: js`
const fs = require('fs');
const path = require('path');

async function main(data) {
  const at = (...names) => path.join(data.folder, ...names);
  const told = (use) => { try { return use() ?? null; } catch (error) { return error.code; } };
  fs.mkdirSync(at('a', 'b'), { recursive: true });
  fs.writeFileSync(at('a', 'one.txt'), 'Grüße');
  fs.appendFileSync(at('a', 'one.txt'), '!');
  await fs.promises.writeFile(at('a', 'b', 'two.bin'), Buffer.from([1, 2, 3]));
  fs.copyFileSync(at('a', 'one.txt'), at('copy.txt'));
  fs.renameSync(at('copy.txt'), at('moved.txt'));
  const stat = fs.statSync(at('a', 'one.txt'));
  const descriptor = fs.openSync(at('a', 'one.txt'), 'r');
  const part = Buffer.alloc(2);
  fs.readSync(descriptor, part, 0, 2, 0);
  fs.closeSync(descriptor);
  const streamed = await new Promise((resolve, reject) => {
    const target = fs.createWriteStream(at('stream.txt'));
    target.on('error', reject).on('finish', () => {
      let text = '';
      fs.createReadStream(at('stream.txt'), 'utf8').on('data', (chunk) => { text += chunk; }).on('end', () => resolve(text)).on('error', reject);
    });
    target.write('one,');
    target.end('two');
  });
  return {
    text: fs.readFileSync(at('a', 'one.txt'), 'utf8'),
    bytes: [...(await fs.promises.readFile(at('a', 'b', 'two.bin')))],
    callback: await new Promise((resolve) => fs.readFile(at('moved.txt'), 'utf8', (error, text) => resolve([error, text]))),
    stat: [stat.size, stat.isFile(), stat.isDirectory(), stat.mtime instanceof Date],
    descriptor: part.toString(),
    readdir: [fs.readdirSync(at('a')).sort(), fs.readdirSync(at('a'), { withFileTypes: true }).map((entry) => [entry.name, entry.isDirectory()]).sort()],
    existsSync: [fs.existsSync(at('a')), fs.existsSync(at('none'))],
    streams: streamed,
    missing: told(() => fs.readFileSync(at('none'))),
    'missing, promised': await fs.promises.readFile(at('none')).catch((error) => error.code),
    unlink: [told(() => fs.unlinkSync(at('moved.txt'))), fs.existsSync(at('moved.txt'))],
    rm: [told(() => fs.rmSync(at('a'), { recursive: true })), fs.existsSync(at('a'))],
  };
}
`,
  expected: {
    text: "Grüße!",
    bytes: [1, 2, 3],
    callback: [null, "Grüße!"],
    stat: [8, true, false, true],
    descriptor: "Gr",
    readdir: [
      ["b", "one.txt"],
      [
        ["b", true],
        ["one.txt", false],
      ],
    ],
    existsSync: [true, false],
    streams: "one,two",
    missing: "ENOENT",
    "missing, promised": "ENOENT",
    unlink: [null, false],
    rm: [null, false],
  },
};

const TEXTS: ModuleCase = {
  name: "works on text, bytes and addresses",
  module: "buffer",
  data: nothing,
  code: js`
const { Buffer } = require('buffer');
const path = require('path');
const url = require('url');
const querystring = require('querystring');
const { StringDecoder } = require('string_decoder');

function main() {
  const decoder = new StringDecoder('utf8');
  const euro = Buffer.from('€');
  const number = Buffer.alloc(8);
  number.writeUInt32BE(0xdeadbeef, 0);
  number.writeInt16LE(-2, 4);
  const { protocol, host, pathname, query } = url.parse('https://user@example.com:8080/a/b?x=1&y=2#z', true);
  return {
    'the global one': Buffer === globalThis.Buffer,
    encodings: ['hex', 'base64', 'base64url', 'latin1', 'utf16le'].map((encoding) => Buffer.from('Zoë?>').toString(encoding)),
    decoded: [Buffer.from('5a6f', 'hex').toString(), Buffer.from('Wm/Dqw==', 'base64').toString(), Buffer.byteLength('Zoë')],
    numbers: [number.toString('hex'), number.readUInt32LE(0), number.readInt16LE(4)],
    parts: [Buffer.concat([euro, Buffer.from('!')]).toString(), euro.subarray(1).length, Buffer.compare(Buffer.from('a'), Buffer.from('b')), euro.equals(Buffer.from('€')), Buffer.from('abcabc').indexOf('ca')],
    'as JSON': JSON.stringify(Buffer.from('ab')),
    path: [path.join('/a', '..', 'b', './c.txt'), path.basename('/a/b.txt', '.txt'), path.extname('x.tar.gz'), path.dirname('/a/b'), path.resolve('/a', 'b', '/c', 'd'), path.relative('/a/b', '/a/c'), path.parse('/a/b.txt').name, path.sep],
    url: [protocol, host, pathname, { ...query }],
    'url.resolve': [url.resolve('http://a.com/b/c', '../d'), url.format({ protocol: 'http', host: 'a.com', pathname: '/x', query: { q: 'ü' } }), new url.URL('/p?a=1', 'http://h').searchParams.get('a')],
    querystring: [querystring.parse('a=1&a=2&b=%C3%BC'), querystring.stringify({ a: [1, 2], b: 'x y' }), querystring.escape('ü&')],
    string_decoder: [decoder.write(euro.subarray(0, 2)), decoder.write(euro.subarray(2)), decoder.end(euro.subarray(0, 1))],
  };
}
`,
  expected: {
    "the global one": true,
    encodings: ["5a6fc3ab3f3e", "Wm/Dqz8+", "Wm_Dqz8-", "ZoÃ«?>", "潚ꯃ㸿"],
    decoded: ["Zo", "Zoë", 4],
    numbers: ["deadbeeffeff0000", 4022250974, -2],
    parts: ["€!", 2, -1, true, 2],
    "as JSON": '{"type":"Buffer","data":[97,98]}',
    path: ["/b/c.txt", "b", ".gz", "/a", "/c/d", "../c", "b", "/"],
    url: ["https:", "example.com:8080", "/a/b", { x: "1", y: "2" }],
    "url.resolve": ["http://a.com/d", "http://a.com/x?q=%C3%BC", "1"],
    querystring: [{ a: ["1", "2"], b: "ü" }, "a=1&a=2&b=x%20y", "%C3%BC%26"],
    string_decoder: ["", "€", "�"],
  },
};

const STREAMS: ModuleCase = {
  name: "passes events and streams on",
  module: "stream",
  data: nothing,
  code: js`
const EventEmitter = require('events');
const { Readable, Writable, Transform, PassThrough, pipeline, finished } = require('stream');
const util = require('util');
const assert = require('assert');

async function main() {
  const emitter = new EventEmitter();
  const heard = [];
  emitter.on('call', (...args) => heard.push(args)).once('call', () => heard.push('once')).prependListener('call', () => heard.push('first'));
  emitter.emit('call', 1, 2);
  emitter.emit('call', 3);
  const upper = new Transform({ transform(chunk, encoding, done) { done(null, chunk.toString().toUpperCase()); } });
  const written = [];
  const sink = new Writable({ write(chunk, encoding, done) { written.push(chunk.toString()); setImmediate(done); } });
  await util.promisify(pipeline)(Readable.from(['a', 'b']), upper, sink);
  const objects = [];
  for await (const object of Readable.from([{ n: 1 }, { n: 2 }]).pipe(new PassThrough({ objectMode: true }))) objects.push(object.n);
  const failing = new Readable({ read() { this.destroy(new Error('broken')); } });
  const told = (use) => { try { use(); return 'fine'; } catch (error) { return [error.name, error.code, error.message.split('\n')[0]]; } };
  return {
    events: heard,
    'events once': await (setTimeout(() => emitter.emit('later', 7), 1), EventEmitter.once(emitter, 'later')),
    'unheard error': told(() => emitter.emit('error', new TypeError('lost'))),
    listeners: [emitter.listenerCount('call'), emitter.eventNames(), EventEmitter.EventEmitter === EventEmitter],
    pipeline: written,
    objects,
    'a failure': await new Promise((resolve) => { finished(failing, (error) => resolve(error.message)); failing.resume(); }),
    'a failed pipeline': await util.promisify(pipeline)(new Readable({ read() { this.destroy(new Error('broken')); } }), new PassThrough()).catch((error) => error.message),
    'util.format': [util.format('%s is %d, %j', 'a', 1, { b: 2 }), util.inspect({ a: [1, { b: { c: {} } }], m: new Map([['k', 1]]) })],
    'util.types': [util.types.isPromise(Promise.resolve()), util.isDeepStrictEqual({ a: [1] }, { a: [1] }), typeof util.TextEncoder],
    'util.inherits': (() => { function A() {} util.inherits(A, EventEmitter); return new A() instanceof EventEmitter; })(),
    'util.callbackify': await new Promise((resolve) => util.callbackify(async (x) => x + 1)(1, (error, value) => resolve([error, value]))),
    assert: [told(() => assert.strictEqual(1, 1)), told(() => assert.deepStrictEqual({ a: 1 }, { a: 1 })), told(() => assert(false, 'no')), told(() => assert.throws(() => { throw new RangeError('x'); }, RangeError)), told(() => assert.equal(1, 2, 'one is not two'))],
  };
}
`,
  expected: {
    events: ["first", [1, 2], "once", "first", [3]],
    "events once": [7],
    "unheard error": ["TypeError", null, "lost"],
    listeners: [2, ["call"], true],
    pipeline: ["A", "B"],
    objects: [1, 2],
    "a failure": "broken",
    "a failed pipeline": "broken",
    "util.format": ['a is 1, {"b":2}', "{ a: [ 1, { b: [Object] } ], m: Map(1) { 'k' => 1 } }"],
    "util.types": [true, true, "function"],
    "util.inherits": true,
    "util.callbackify": [null, 2],
    assert: [
      "fine",
      "fine",
      ["AssertionError", "ERR_ASSERTION", "no"],
      "fine",
      ["AssertionError", "ERR_ASSERTION", "one is not two"],
    ],
  },
};

const SECRETS: ModuleCase = {
  name: "hashes, encrypts and packs",
  module: "crypto",
  data: nothing,
  code: js`
const crypto = require('crypto');
const zlib = require('zlib');
const { promisify } = require('util');

async function main() {
  const key = Buffer.alloc(32, 7);
  const iv = Buffer.alloc(16, 1);
  const cipher = crypto.createCipheriv('aes-256-cbc', key, iv);
  const encrypted = cipher.update('Störung', 'utf8', 'hex') + cipher.final('hex');
  const decipher = crypto.createDecipheriv('aes-256-cbc', key, iv);
  const sealed = crypto.createCipheriv('aes-256-gcm', key, iv.subarray(4));
  const body = Buffer.concat([sealed.update('secret', 'utf8'), sealed.final()]);
  const tag = sealed.getAuthTag();
  const opened = crypto.createDecipheriv('aes-256-gcm', key, iv.subarray(4)).setAuthTag(tag);
  const text = 'call '.repeat(500);
  const round = (pack, unpack) => unpack(pack(text)).toString() === text;
  const told = (use) => { try { return use(); } catch (error) { return error instanceof Error; } };
  return {
    hashes: ['md5', 'sha1', 'sha256', 'sha512'].map((name) => crypto.createHash(name).update('abc').digest('hex').slice(0, 16)),
    hmac: crypto.createHmac('sha256', 'key').update('The quick brown fox').update(' jumps').digest('base64'),
    random: [crypto.randomBytes(16).length, crypto.randomInt(5) < 5, /^[0-9a-f-]{36}$/.test(crypto.randomUUID())],
    equal: [crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('a')), crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('b'))],
    cbc: [encrypted, decipher.update(encrypted, 'hex', 'utf8') + decipher.final('utf8')],
    gcm: [body.toString('hex'), tag.toString('hex'), opened.update(body, undefined, 'utf8') + opened.final('utf8')],
    derived: [crypto.pbkdf2Sync('password', 'salt', 1000, 16, 'sha256').toString('hex'), crypto.scryptSync('password', 'salt', 16, { N: 1024 }).toString('hex'), (await promisify(crypto.pbkdf2)('p', 's', 1, 8, 'sha1')).toString('hex')],
    webcrypto: Buffer.from(await crypto.webcrypto.subtle.digest('SHA-256', Buffer.from('abc'))).toString('hex').slice(0, 16),
    zlib: [round(zlib.gzipSync, zlib.gunzipSync), round(zlib.deflateSync, zlib.inflateSync), round(zlib.deflateRawSync, zlib.inflateRawSync), round(zlib.brotliCompressSync, zlib.brotliDecompressSync)],
    'zlib later': (await promisify(zlib.gunzip)(await promisify(zlib.gzip)('later'))).toString(),
    'zlib, known bytes': zlib.gunzipSync(Buffer.from('H4sIAAAAAAACA8tIzcnJVyjPL8pJAQCFEUoNCwAAAA==', 'base64')).toString(),
    'not packed': told(() => zlib.gunzipSync(Buffer.from('nothing')).length),
  };
}
`,
  expected: {
    hashes: ["900150983cd24fb0", "a9993e364706816a", "ba7816bf8f01cfea", "ddaf35a193617aba"],
    hmac: "LPfCXUWucZbOcfPAYw6Sg2kQ+6lwXuxDzCBYpEQ0BHM=",
    random: [16, true, true],
    equal: [true, false],
    cbc: ["dfd5f1febeade7cde6c0d32cbffe88bd", "Störung"],
    gcm: ["0584eac5f5cb", "c13ef7899389e4dad67609cfbe733d06", "secret"],
    derived: [
      "632c2812e46d4604102ba7618e9d6d7d",
      "16dbc8906763c7f048977a68f9d305f7",
      "843c87e7eda3ee2f",
    ],
    webcrypto: "ba7816bf8f01cfea",
    zlib: [true, true, true, true],
    "zlib later": "later",
    "zlib, known bytes": "hello world",
    "not packed": true,
  },
};

const HTTP: ModuleCase = {
  name: "asks over HTTP",
  module: "http",
  data: ({ http, httpPort, refusedPort }) => ({ at: http, port: httpPort, refusedPort }),
  code: js`
const http = require('http');
const https = require('https');

const ask = (...args) => new Promise((resolve, reject) => {
  const body = typeof args.at(-1) === 'string' && args.length > 1 ? args.pop() : undefined;
  const request = http.request(...args, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk) => { text += chunk; }).on('end', () => resolve({ response, text })).on('error', reject);
  });
  request.on('error', reject);
  request.end(body);
});

async function main(data) {
  const posted = await ask({ host: '127.0.0.1', port: data.port, path: '/echo?a=1', method: 'POST', headers: { 'Content-Type': 'text/plain', 'X-Mine': 'yes' } }, 'the body');
  const cookies = await ask(data.at + '/cookies/set');
  const moved = await ask(data.at + '/redirect/1');
  const got = await new Promise((resolve, reject) => {
    http.get(data.at + '/status/404', (response) => { response.resume(); response.on('end', () => resolve([response.statusCode, response.statusMessage, response.headers['x-why']])); }).on('error', reject);
  });
  const refused = await ask({ host: '127.0.0.1', port: data.refusedPort }).catch((error) => [error instanceof Error, error.code]);
  const timedOut = await new Promise((resolve) => {
    const request = http.get(data.at + '/hang', { timeout: 100 });
    request.on('timeout', () => request.destroy(new Error('too slow'))).on('error', (error) => resolve(error.message));
  });
  const written = await new Promise((resolve, reject) => {
    const request = http.request(data.at + '/echo', { method: 'PUT' }, async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve(JSON.parse(Buffer.concat(chunks)).body);
    });
    request.on('error', reject);
    request.setHeader('X-Mine', 'a');
    request.write('one,');
    request.write(Buffer.from('two,'));
    request.end('three');
  });
  const seen = JSON.parse(posted.text);
  return {
    request: [posted.response.statusCode, seen.method, seen.path + seen.search, seen.type, seen.body, seen.mine],
    headers: [posted.response.headers['content-type'], posted.response.headers['x-method'], posted.response.rawHeaders.length > 2],
    'several cookies': cookies.response.headers['set-cookie'].length,
    'redirects stay': [moved.response.statusCode, moved.response.headers.location],
    get: got,
    written,
    refused,
    timeout: timedOut,
    agents: [new http.Agent({ keepAlive: true }) instanceof http.Agent, typeof http.globalAgent, http.STATUS_CODES[404], http.METHODS.includes('PATCH')],
    https: [typeof https.request, typeof https.get, new https.Agent() instanceof https.Agent],
  };
}
`,
  expected: {
    request: [200, "POST", "/echo?a=1", "text/plain", "the body", "yes"],
    headers: ["application/json", "POST", true],
    "several cookies": 3,
    "redirects stay": [302, "/redirect/0"],
    get: [404, "Not Found", "because"],
    written: "one,two,three",
    refused: [true, "ECONNREFUSED"],
    timeout: "too slow",
    agents: [true, "object", "Not Found", true],
    https: ["function", "function", true],
  },
};

const NAMES: ModuleCase = {
  name: "goes by each of its names",
  module: "built-ins",
  data: nothing,
  code: js`
function main() {
  const names = ['fs', 'path', 'util', 'events', 'stream', 'buffer', 'crypto', 'zlib', 'url', 'querystring', 'string_decoder', 'assert', 'http', 'https'];
  const told = (name) => { try { require(name); return 'found'; } catch (error) { return [error instanceof Error, error.code, error.message.split('\n')[0].slice(0, 28)]; } };
  return {
    'with and without a prefix': names.filter((name) => require(name) !== require('node:' + name)),
    'the same each time': names.every((name) => require(name) === require(name)),
    'what there is not': told('nothing-of-the-kind').slice(0, 2),
    'its message': told('nothing-of-the-kind')[2],
  };
}
`,
  expected: {
    "with and without a prefix": [],
    "the same each time": true,
    "what there is not": [true, "MODULE_NOT_FOUND"],
    "its message": "Cannot find module 'nothing-",
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module: "built-ins",
  data: inFolder,
  code: js`
import fs, { readFileSync } from 'fs';
import * as path from 'node:path';
import EventEmitter, { once } from 'events';
import { createHash } from 'crypto';
import { promisify } from 'util';
import { Buffer as Bytes } from 'buffer';

export async function main(data) {
  fs.writeFileSync(path.join(data.folder, 'a.txt'), Bytes.from('hello'));
  const emitter = new EventEmitter();
  setTimeout(() => emitter.emit('x', 1), 1);
  return {
    fs: readFileSync(path.join(data.folder, 'a.txt'), 'utf8'),
    events: await once(emitter, 'x'),
    crypto: createHash('md5').update('').digest('hex'),
    util: await promisify((value, done) => done(null, value))('value'),
  };
}
`,
  expected: {
    fs: "hello",
    events: [1],
    crypto: "d41d8cd98f00b204e9800998ecf8427e",
    util: "value",
  },
};

export const BUILT_IN_CASES: readonly ModuleCase[] = [
  FILES,
  TEXTS,
  STREAMS,
  SECRETS,
  HTTP,
  NAMES,
  IMPORTED,
];
