// Attacks through what apps may require: Node's modules, npm modules, other scripts, and the variables of the environment.

import { PUBLIC_HOST, type HostileCase, type Victim } from "../hostile-case.ts";

const js = String.raw;

type More = Partial<HostileCase>;

/** The watchdog's patience and its work, on a machine that is busy with other tests. */
const WITHIN_MS = 1_500;

const PUBLIC = `http://${PUBLIC_HOST}:PUBLIC_PORT`;

/** Returns what it got hold of. */
function getsNothing(name: string, code: string, more: More = {}): HostileCase {
  return { name, group: "escape", type: "app", code, expect: { is: "value", value: [] }, ...more };
}

/** Runs the functions in `ways` and returns the results of those that worked. */
const TRY_ALL = js`
function results(ways) {
  return ways.flatMap((way) => { try { const result = way(); return [String(typeof result === 'object' ? Object.keys(result) : result).slice(0, 99)]; } catch { return []; } });
}`;

/** Asks for a module so that only the run shows which. */
const ASK = js`
const ask = (name) => require([name][0]);`;

/** Gets hold of workerd's module and of the class that runs scripts, or fails. */
const TAKE_PRELUDE = js`
Set.prototype.has = () => true;
function take() {
  const native = ask('node:process');
  return { workers: native.getBuiltinModule('cloudflare:workers'), Prelude: ask('node:module').createRequire('/x')('prelude.js') };
}`;

/** Every power that a module might have and that no script gets. */
const POWERS =
  "'getBuiltinModule', 'createRequire', 'binding', '_linkedBinding', 'dlopen', '_load', '_cache', '_extensions', '_resolveFilename', 'mainModule', " +
  "'reallyExit', 'execSync', 'spawn', 'runInThisContext', 'runInNewContext', 'setFlagsFromString', 'compatibilityFlags', 'abortIsolate', 'moduleLoadList'";

const ALL_BUILT_INS =
  "require('assert'), require('buffer'), require('crypto'), require('events'), require('fs'), require('fs/promises'), require('http'), require('https'), " +
  "require('path'), require('querystring'), require('stream'), require('stream/promises'), require('string_decoder'), require('timers'), require('url'), " +
  "require('util'), require('zlib')";

const HOST_PATHS =
  "'/etc/passwd', '/etc/hosts', '/proc/self/environ', '/proc/self/cmdline', '/proc/self/maps', '/proc/1/root/etc/passwd', '/sys/kernel', '/dev/mem', " +
  "'/dev/tty', '/dev/shm', '/dev/fd/0', '/dev/stdin', '/usr/bin', '/root', '/home', 'HOST_SOCKET', '/tmp/../etc/passwd', '../../../etc/passwd', " +
  "'/tmp//..//..//etc/passwd', '/bundle/../../etc/passwd', '/etc/passwd\\0.txt', 'file:///etc/passwd', Buffer.from('/etc/passwd'), " +
  "new URL('file:///etc/passwd'), new URL('file:///%2e%2e/etc/passwd'), new URL('file://localhost/etc/passwd')";

const ESCAPES: readonly HostileCase[] = [
  getsNothing(
    "compiles text with constructors of what modules are made of",
    js`${TRY_ALL}
const modules = [${ALL_BUILT_INS}, require('moment'), require('axios'), require('csv-parse/sync'), require('data-forge')];
function main() {
  const functions = modules.flatMap((module) => [module, ...Object.values(module)]).filter((thing) => typeof thing === 'function');
  const makers = new Set(functions.flatMap((one) => [one.constructor, Object.getPrototypeOf(one).constructor]));
  return results([...makers].filter((maker) => typeof maker === 'function').map((maker) => () => maker('return 7')()));
}`,
  ),
  getsNothing(
    "finds a way to other modules on modules",
    js`
const modules = [${ALL_BUILT_INS}, require('moment'), require('axios'), require('ftp'), require('soap'), require('decompress-zip'), process, require, module];
function main() {
  const found = new Set(), seen = new Set();
  const walk = (thing, depth) => {
    if ((typeof thing !== 'object' && typeof thing !== 'function') || thing === null || seen.has(thing) || depth > 4) return;
    seen.add(thing);
    for (const name of [${POWERS}]) if (Object.hasOwn(thing, name)) found.add(name);
    for (const key of Reflect.ownKeys(thing)) { try { walk(thing[key], depth + 1); } catch {} }
    walk(Object.getPrototypeOf(thing), depth + 1);
  };
  for (const module of modules) walk(module, 0);
  return [...found];
}`,
    { limits: { cpuMs: 1_000 } },
  ),
  getsNothing(
    "requires what is near an allowed name",
    js`${TRY_ALL}
function main() {
  let asked = 0;
  const names = ['axios/lib/axios.js', 'axios/package.json', 'moment/locale/de', '../axios', './axios/../net', 'node:axios', 'AXIOS', 'fs ', ' fs', 'node:node:fs', 'node:',
    'fs/', 'fs/../net', 'fs\0', 'timers/promises', 'node:timers/promises', 'stream/consumers', 'path/posix', 'util/types', 'net', 'tls', 'os', 'domain', 'http2', 'tty',
    'punycode', 'constants', 'node:process', 'module', 'vm', 'cloudflare:workers', 'workerd:unsafe', 'node-internal:internal_process', './prelude.js', 'settings.json',
    './', './.', './..', './__proto__', '__proto__', 'constructor', './constructor', 'toString', 5, true, null, undefined, Symbol('fs'), ['fs'], new String('net'),
    { toString: () => 'net' }, { startsWith: () => true, slice: () => 'fs', toString: () => 'net' }, new Proxy({}, { get: () => () => 'fs' }),
    { [Symbol.toPrimitive]: () => (asked++ ? 'process' : 'fs') }, () => 'fs', Object('fs'), 7n, new Date(), NaN];
  return results(names.map((name) => () => require(name) ?? 'nothing'));
}`,
  ),
  getsNothing(
    "has sets say that every built-in may be required",
    js`${TRY_ALL}${ASK}
Set.prototype.has = () => true;
Array.prototype.includes = () => true;
function main() {
  const names = ['process', 'module', 'vm', 'worker_threads', 'child_process', 'async_hooks', 'v8', 'inspector', 'cluster', 'dns', 'net', 'repl', 'sqlite', 'wasi'];
  return results(names.map((name) => () => ask('node:' + name)));
}`,
  ),
  getsNothing(
    "has maps and strings lie about the names that may be required",
    js`${TRY_ALL}${ASK}
for (const name of ['startsWith', 'endsWith', 'slice', 'includes']) String.prototype[name] = () => 'process';
Map.prototype.has = () => true;
Map.prototype.get = () => undefined;
Object.hasOwn = () => true;
Array.prototype.find = (test) => 'process';
function main() { return results(['node:process', 'process', 'net', 'node:module', './process'].map((name) => () => ask(name))); }`,
  ),
  getsNothing(
    "gets workerd's own modules by Node's process",
    js`${TRY_ALL}${ASK}${TAKE_PRELUDE}
function main() { return results([() => take().workers, () => take().Prelude.name]); }`,
  ),
  getsNothing(
    "takes what require takes apart with an iterator of its own",
    js`${TRY_ALL}${ASK}
const plain = Array.prototype[Symbol.iterator];
let taken;
Array.prototype[Symbol.iterator] = function () {
  const [drain, body] = [this[0], this[1]].values();
  if (this.length !== 2 || typeof drain !== 'function' || typeof body !== 'function') return Reflect.apply(plain, this, []);
  return [drain, function (exports, own) { taken = own; return Reflect.apply(body, this, arguments); }].values();
};
function main() {
  try { ask('moment'); } catch {}
  Array.prototype[Symbol.iterator] = plain;
  return results(['net', 'tls', 'os', 'http2', 'domain'].map((name) => () => taken(name)));
}`,
  ),
  getsNothing(
    "takes the require of a module from the stack while it is loaded",
    js`${TRY_ALL}${ASK}
const taken = new Set();
for (const name of ['create', 'keys', 'assign', 'defineProperty', 'getOwnPropertyNames', 'freeze', 'setPrototypeOf']) {
  const plain = Object[name];
  Object[name] = function own(...values) {
    try { for (let at = own.caller, left = 20; at && left > 0; at = at.caller, left -= 1) for (const one of at.arguments ?? []) if (typeof one === 'function') taken.add(one); } catch {}
    return Reflect.apply(plain, Object, values);
  };
}
function main() {
  for (const name of ['moment', 'axios', 'csv-parse/sync', 'tough-cookie', 'ftp']) { try { ask(name); } catch {} }
  return results([...taken].flatMap((one) => ['net', 'tls', 'os', 'http2'].map((name) => () => (one('net').Socket ? name : one.fail()))));
}`,
    { limits: { cpuMs: 1_000 } },
  ),
  getsNothing(
    "finds more of workerd's global than its flags while a module is loaded",
    js`${ASK}
const found = [];
const keysOf = Object.keys;
const has = () => typeof Cloudflare !== 'undefined' && keysOf(Cloudflare).some((key) => key !== 'compatibilityFlags');
for (const holder of [Object, Reflect]) for (const name of ['defineProperty', 'create', 'getPrototypeOf', 'setPrototypeOf', 'keys', 'ownKeys', 'freeze']) {
  const plain = holder[name];
  if (plain) holder[name] = function (...values) { if (has()) found.push('during ' + name); return Reflect.apply(plain, holder, values); };
}
function main() {
  for (const name of ['fs', 'crypto', 'zlib', 'http', 'stream']) { try { ask(name); } catch {} }
  if (typeof Cloudflare !== 'undefined') found.push('afterwards');
  return found.slice(0, 5);
}`,
  ),
  getsNothing(
    "reads files of the host at once",
    js`${TRY_ALL}
const fs = require('fs');
function main() {
  const ways = [fs.readFileSync, fs.statSync, fs.readdirSync, fs.openSync, fs.readlinkSync, fs.opendirSync, fs.realpathSync, (path) => fs.copyFileSync(path, '/tmp/copy'),
    (path) => fs.cpSync(path, '/tmp/copies', { recursive: true }), (path) => fs.linkSync(path, '/tmp/link'), (path) => fs.renameSync(path, '/tmp/moved')];
  return results([${HOST_PATHS}].flatMap((path) => ways.map((way) => () => way.name + ' ' + path + ' ' + way(path))));
}`,
    { limits: { cpuMs: 1_000 } },
  ),
  getsNothing(
    "reads files of the host by promises, callbacks and streams",
    js`
const fs = require('fs');
const { readFile, open, opendir } = require('fs/promises');
async function main() {
  const ways = [(path) => readFile(path), (path) => open(path), (path) => opendir(path), (path) => fs.promises.stat(path),
    (path) => new Promise((resolve, reject) => fs.readFile(path, (error, data) => (error ? reject(error) : resolve(data)))),
    (path) => new Promise((resolve, reject) => fs.createReadStream(path).on('error', reject).on('data', resolve).on('end', resolve))];
  const all = [${HOST_PATHS}].flatMap((path) => ways.map(async (way) => way(path)));
  return (await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled').map(({ value }) => String(value).slice(0, 99));
}`,
    { limits: { cpuMs: 1_000 } },
  ),
  getsNothing(
    "reads files of the host behind symbolic links",
    js`${TRY_ALL}
const fs = require('fs');
function main() {
  return results(['/etc/passwd', '../../etc/passwd', '/proc/self/environ', '/', '../..', 'HOST_SOCKET'].flatMap((target, index) => {
    const link = '/tmp/link' + index;
    try { fs.symlinkSync(target, link); } catch { return []; }
    return [() => fs.readFileSync(link), () => fs.readFileSync(link + '/etc/passwd'), () => fs.readdirSync(link + '/etc'), () => fs.readFileSync(link + '/proc/self/environ')];
  }));
}`,
  ),
  getsNothing(
    "finds something of others among its isolate's files",
    js`
const fs = require('fs');
const secret = new RegExp('sfe' + '_\\w{20}|neigh' + 'bour|host\\.' + 'sock');
function main() {
  const found = [];
  const walk = (folder) => {
    for (const name of fs.readdirSync(folder)) {
      const path = folder + '/' + name;
      if (path.startsWith('//dev')) continue;
      if (fs.statSync(path).isDirectory()) walk(path);
      else if (secret.test(fs.readFileSync(path, 'utf8'))) found.push(path);
    }
  };
  walk('/');
  return found;
}`,
  ),
  getsNothing(
    "writes to the files that its isolate is made of, for its next run to see",
    js`${TRY_ALL}
const fs = require('fs');
const seen = [...fs.readdirSync('/'), ...fs.readdirSync('/bundle')].filter((name) => name.startsWith('mark'));
function main() {
  return seen.concat(results([
    () => fs.writeFileSync('/bundle/mark.js', 'left'), () => fs.writeFileSync('/bundle/script.js', 'left'), () => fs.appendFileSync('/bundle/prelude.js', 'left'),
    () => fs.truncateSync('/bundle/script.js', 0), () => fs.mkdirSync('/bundle/mark'), () => fs.rmSync('/bundle/script.js'), () => fs.renameSync('/bundle', '/tmp/bundle'),
    () => fs.renameSync('/bundle/script.js', '/bundle/mark.js'), () => fs.symlinkSync('/tmp', '/bundle/mark'), () => fs.linkSync('/bundle/script.js', '/bundle/mark.js'),
    () => fs.copyFileSync('/bundle/prelude.js', '/bundle/script.js'), () => fs.writeSync(fs.openSync('/bundle/script.js', 'r+'), 'left'), () => fs.writeFileSync('/mark', 'left'),
    () => fs.mkdirSync('/mark'), () => fs.mkdirSync('/etc'), () => fs.rmSync('/dev/null'), () => fs.writeFileSync('/dev/mark', 'left'), () => fs.rmdirSync('/tmp'),
    () => fs.renameSync('/tmp', '/mark'), () => fs.unlinkSync('/bundle/settings.json'),
  ]));
}`,
    { runs: 2 },
  ),
  {
    name: "writes to the process's output by its descriptors and by modules",
    group: "escape",
    type: "app",
    code: js`
const fs = require('fs'), util = require('util');
async function main() {
  const write = () => {
    for (let fd = 0; fd < 40; fd += 1) { try { fs.writeSync(fd, '\nFORGED by descriptor\n'); } catch {} }
    for (const path of [1, 2, '/dev/stdout', '/dev/stderr', '/proc/self/fd/1']) { try { fs.writeFileSync(path, '\nFORGED by file\n'); } catch {} }
    try { util.log('\nFORGED by util.log'); util.debuglog('x')('\nFORGED by debuglog'); util.deprecate(() => 1, '\nFORGED by deprecate', 'DEP')(); } catch {}
    try { process.emitWarning('\nFORGED by a warning'); fs.createWriteStream('', { fd: 1 }).write('\nFORGED by a stream\n'); } catch {}
  };
  write();
  delete globalThis.console;
  write();
  process.nextTick(() => { throw new Error('\nFORGED in a tick'); });
  fs.readFile('/tmp/none', () => { throw new Error('\nFORGED in a callback'); });
  await new Promise((resolve) => setTimeout(resolve, 50));
  return 'written';
}`,
    expect: { is: "value", value: "written" },
  },
  {
    name: "sets more timers than allowed by the module of timers",
    group: "escape",
    type: "app",
    code: js`
const timers = require('node:timers');
function main() {
  for (let i = 0; i < 4000; i += 1) { timers.setTimeout(Boolean, 9e4); timers.setImmediate(Boolean); timers.setInterval(Boolean, 9e4); }
  return 'all';
}`,
    expect: { is: "error", message: /9000 timers/ },
  },
  getsNothing(
    "climbs out of the old globals",
    js`${TRY_ALL}
function main() {
  const names = ['constructor', '__proto__', 'prototype', 'caller', 'arguments'];
  const things = [vars, exit, err, api, api.__proto__];
  return results(things.flatMap((thing) => [() => thing.constructor('return 7')(), () => Object.getPrototypeOf(thing).constructor('return 7')(), () => thing.caller.name,
    () => thing.arguments.callee.name, () => new thing().fail.fail, () => api.rest.constructor('return 7')(), () => Reflect.construct(thing, []).fail.fail]));
}`,
  ),
  {
    name: "gives exit a thing whose every look fails",
    group: "escape",
    type: "app",
    code: js`
function main() {
  const fail = () => { throw new Error('not so'); };
  const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => [name, fail]));
  Object.defineProperty(vars, 'then', { get: fail, configurable: true });
  exit(new Proxy(() => 1, traps));
  exit('a second time');
  return vars;
}`,
    expect: { is: "fault", code: ["not_serialisable", "script_error"], withinMs: WITHIN_MS },
  },
];

/** Resolves with what was reached, and with "refused" where that is nothing. */
const REACH = js`
const http = require('http'), https = require('https');
function reach(make) {
  return new Promise((resolve) => {
    setTimeout(resolve, 700, 'refused');
    try {
      const request = make((response) => {
        let text = '';
        response.on('data', (part) => { text += part; });
        response.on('end', () => resolve('reached ' + response.statusCode + ' ' + text.slice(0, 80)));
        response.on('error', () => resolve('refused'));
      });
      request.on('error', () => resolve('refused'));
      request.end();
    } catch { resolve('refused'); }
  });
}
const settle = (promise) => promise.then((value) => 'reached ' + String(value?.status) + String(value?.data).slice(0, 80), () => 'refused');
const isReached = (result) => result !== 'refused';`;

/** Returns what it reached. */
function reachesNothing(name: string, code: string, more: More = {}): HostileCase {
  const expect = { is: "value", value: [], withinMs: WITHIN_MS } as const;
  return { name, group: "network", type: "app", code: REACH + code, expect, ...more };
}

/** Asks with each of `options`, by http and https. */
function reachesNothingWith(name: string, options: string): HostileCase {
  return reachesNothing(
    name,
    js`
async function main() {
  const all = [${options}].flatMap((one) => [http, https].map((module) => reach((onResponse) => module.request(one, onResponse))));
  return (await Promise.all(all)).filter(isReached);
}`,
    { limits: { subrequests: 200, cpuMs: 1_000 } },
  );
}

/** Makes more requests than it may. */
function exceeds(name: string, code: string, more: More = {}): HostileCase {
  return {
    name,
    group: "network",
    type: "app",
    code: REACH + code,
    limits: { subrequests: 3 },
    expect: { is: "fault", code: "subrequests_exceeded", mostRequests: 3, withinMs: WITHIN_MS },
    ...more,
  };
}

const HIJACKED = "{ host: '127.0.0.1', hostname: '127.0.0.1', port: BAIT_PORT }";

const NETWORK: readonly HostileCase[] = [
  reachesNothingWith(
    "asks loopback by http and https",
    "'http://127.0.0.1:BAIT_PORT/', 'https://127.0.0.1:BAIT_PORT/', new URL('http://localhost:BAIT_PORT/'), { host: '127.0.0.1', port: BAIT_PORT }, { hostname: 'localhost', port: 'BAIT_PORT' }, " +
      "{ host: '::1', port: BAIT_PORT }, { host: '[::1]', port: BAIT_PORT }, { host: '::ffff:127.0.0.1', port: BAIT_PORT }, { host: '0', port: BAIT_PORT }, { host: '2130706433', port: BAIT_PORT }, " +
      "{ host: 'localhost', port: BAIT_PORT, family: 6 }, { port: BAIT_PORT }, { host: '127.0.0.1', port: BAIT_PORT, rejectUnauthorized: false, insecureHTTPParser: true }, " +
      "{ host: '127.0.0.1', port: BAIT_PORT, protocol: 'ws:' }, { host: '127.0.0.1', port: BAIT_PORT, method: 'CONNECT' }, { host: '127.0.0.1', port: BAIT_PORT, headers: { upgrade: 'websocket', connection: 'upgrade' } }",
  ),
  reachesNothingWith(
    "asks private addresses by http and https",
    "'http://10.0.0.1/', 'http://192.168.1.1/', 'http://172.16.0.1/', 'http://100.64.0.1/', { host: '169.254.169.254', path: '/latest/meta-data/' }, { host: 'metadata.google.internal' }, " +
      "{ host: 'fd00:ec2::254' }, { host: 'fe80::1' }, { host: '224.0.0.1' }, { host: 'host', path: '/programs/NEIGHBOUR_RELEASE' }, { host: 'dispatcher' }, { host: 'internet' }",
  ),
  reachesNothingWith(
    "connects to unix sockets by http and https",
    "{ socketPath: 'HOST_SOCKET', path: '/programs/NEIGHBOUR_RELEASE' }, { host: '127.0.0.2', port: PUBLIC_PORT, socketPath: 'HOST_SOCKET' }, { path: '/', host: 'HOST_SOCKET' }, 'unix:HOST_SOCKET', " +
      "'http+unix://HOST_SOCKET/programs/x', { host: 'unix:HOST_SOCKET', port: 80 }, { hostname: 'a', path: '/', agent: new http.Agent({ socketPath: 'HOST_SOCKET' }) }",
  ),
  reachesNothingWith(
    "has a public name lead to loopback by a lookup or a connection of its own",
    `{ host: 'public.example', port: BAIT_PORT, lookup: (name, options, callback) => callback(null, '127.0.0.1', 4) }, { host: '127.0.0.1', port: BAIT_PORT, createConnection: () => {} }, ` +
      `{ host: 'public.example', agent: new http.Agent(${HIJACKED}) }, { host: 'public.example', agent: Object.assign(new http.Agent(), { addRequest: (request) => Object.assign(request, ${HIJACKED}) }) }, ` +
      `{ host: 'public.example', agent: Object.assign(new http.Agent(), { createConnection: () => ({}), createSocket: () => ({}) }) }, { host: 'public.example', _defaultAgent: Object.assign(new http.Agent(), ${HIJACKED}) }, ` +
      `{ host: 'public.example', get port() { return BAIT_PORT; }, get hostname() { return '127.0.0.1'; } }, Object.create(${HIJACKED}), new Proxy({}, { get: (target, name) => (${HIJACKED})[name] })`,
  ),
  reachesNothing(
    "hides loopback in the parts of an address that Node joins",
    js`
async function main() {
  const options = [{ host: '127.0.0.2@127.0.0.1', port: BAIT_PORT }, { host: '127.0.0.2:PUBLIC_PORT@127.0.0.1', port: BAIT_PORT }, { host: '127.0.0.2', port: 'PUBLIC_PORT@127.0.0.1:BAIT_PORT' },
    { host: '127.0.0.2', port: PUBLIC_PORT, path: '@127.0.0.1:BAIT_PORT/' }, { host: '127.0.0.2', port: PUBLIC_PORT, path: 'http://127.0.0.1:BAIT_PORT/' }, { host: '127.0.0.2', port: PUBLIC_PORT, path: '//127.0.0.1:BAIT_PORT/' },
    { host: '127.0.0.2', port: PUBLIC_PORT, auth: 'a@127.0.0.1:BAIT_PORT/' }, { host: '127.0.0.1\\@127.0.0.2', port: BAIT_PORT }, { host: '127.0.0.2', port: PUBLIC_PORT, headers: { host: '127.0.0.1:BAIT_PORT' } },
    { host: '127.0.0.2', port: PUBLIC_PORT, localAddress: '127.0.0.1', path: '/ HTTP/1.1\r\nHost: 127.0.0.1:BAIT_PORT\r\n\r\nGET /bait' }, { host: '127.0.0.2', port: PUBLIC_PORT, method: 'GET / HTTP/1.1\r\n\r\nGET' },
    { host: '127.0.0.2', port: PUBLIC_PORT, headers: { a: 'b\r\nHost: 127.0.0.1:BAIT_PORT' } }, { host: '127.0.0.2', port: PUBLIC_PORT, path: '/\u{10d}\u{10a}Host: 127.0.0.1:BAIT_PORT' }];
  const all = await Promise.all(options.map((one) => reach((onResponse) => http.request(one, onResponse))));
  return all.filter((result) => result.includes('bait'));
}`,
  ),
  reachesNothing(
    "turns a request to loopback after it was made",
    js`
async function main() {
  const changes = [(request) => Object.assign(request, ${HIJACKED}), (request) => Object.assign(request, { path: 'http://127.0.0.1:BAIT_PORT/' }), (request) => Object.assign(request, { protocol: 'file:', path: '/etc/passwd' }),
    (request) => { request._header = 'GET / HTTP/1.1\r\nHost: 127.0.0.1:BAIT_PORT\r\n\r\n'; }, (request) => request.setHeader('Host', '127.0.0.1:BAIT_PORT'), (request) => request.onSocket?.({ write() {} })];
  const all = await Promise.all(changes.map((change) => reach((onResponse) => { const request = http.request('${PUBLIC}/', onResponse); change(request); return request; })));
  return all.filter((result) => result.includes('bait') || result.includes('root:'));
}`,
  ),
  reachesNothing(
    "asks by the class behind the one that stands in for it",
    js`
async function main() {
  const Native = Object.getPrototypeOf(http.ClientRequest);
  const options = [{ host: '127.0.0.1', port: BAIT_PORT }, { socketPath: 'HOST_SOCKET' }, 'http://127.0.0.1:BAIT_PORT/', { host: 'a', port: BAIT_PORT, agent: { createConnection: () => {} } }];
  const all = options.flatMap((one) => [Native, http.ClientRequest].map((Class) => reach((onResponse) => new Class(one, onResponse))));
  return (await Promise.all(all)).filter(isReached);
}`,
  ),
  reachesNothing(
    "asks loopback by axios in all its ways",
    js`
const axios = require('axios');
async function main() {
  const url = '${PUBLIC}/', closed = 'http://127.0.0.1:BAIT_PORT/';
  const ways = [{ url: closed }, { url: closed, adapter: 'fetch' }, { url: '/', baseURL: closed }, { url: '//127.0.0.1:BAIT_PORT/', baseURL: url }, { url, socketPath: 'HOST_SOCKET' }, { url, proxy: { host: '127.0.0.1', port: BAIT_PORT } },
    { url: '${PUBLIC}/redirect?to=' + closed }, { url: '${PUBLIC}/redirect?to=' + closed, adapter: 'fetch' }, { url: '${PUBLIC}/redirect?to=/', beforeRedirect: (options) => Object.assign(options, ${HIJACKED}, { href: closed }) },
    { url: closed, lookup: () => ['127.0.0.2', 4] }, { url: 'http://public.example:BAIT_PORT/', lookup: (name, options, callback) => callback(null, '127.0.0.1', 4) }, { url: 'file:///etc/passwd' }, { url: closed, httpVersion: 2 },
    { url, transport: { request: (options, onResponse) => http.request({ ...options, ...${HIJACKED} }, onResponse) } }, { url: closed, httpAgent: new http.Agent({ keepAlive: true }) }, { url: 'https://127.0.0.1:BAIT_PORT/', httpsAgent: new https.Agent({ rejectUnauthorized: false }) }];
  const all = await Promise.all(ways.map((way) => settle(axios({ timeout: 600, ...way }))));
  return all.filter((result) => isReached(result) && !result.endsWith('public'));
}`,
  ),
  reachesNothing(
    "has variables of the environment name a proxy on loopback",
    js`
const axios = require('axios');
async function main() {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY']) process.env[name] = 'http://127.0.0.1:BAIT_PORT';
  const all = await Promise.all(['http://public.example/', '${PUBLIC}/'].map((url) => settle(axios(url, { timeout: 500 }))));
  return all.filter((result) => isReached(result) && !result.endsWith('public'));
}`,
  ),
  reachesNothing(
    "connects to loopback, to private addresses and to a unix socket by ftp",
    js`
const Ftp = require('ftp');
async function main() {
  const options = [{ host: '127.0.0.1' }, { host: 'localhost' }, { host: '::1' }, { host: '::ffff:127.0.0.1' }, { host: '[::1]' }, { host: '127.0.0.1', secure: true }, { host: '127.0.0.1', secure: 'implicit' }, { host: '127.0.0.2@127.0.0.1' },
    { host: 'HOST_SOCKET' }, { host: 'unix:HOST_SOCKET' }, { host: '10.0.0.1', port: 21 }, { host: '169.254.169.254', port: 80 }];
  const all = options.map((one) => new Promise((resolve) => {
    const client = new Ftp();
    for (const name of ['error', 'end', 'close']) client.on(name, () => resolve('refused'));
    for (const name of ['greeting', 'ready']) client.on(name, () => resolve('reached ' + one.host));
    setTimeout(resolve, 600, 'refused');
    try { client.connect({ port: BAIT_PORT, ...one }); } catch { resolve('refused'); }
  }));
  return (await Promise.all(all)).filter(isReached);
}`,
  ),
  reachesNothing(
    "opens raw sockets with the class of the one that ftp has",
    js`
const Ftp = require('ftp');
async function main() {
  const client = new Ftp();
  client.on('error', () => {});
  client.connect({ host: '${PUBLIC_HOST}', port: PUBLIC_PORT });
  const { constructor: Socket } = client._socket;
  const ways = [[BAIT_PORT, '127.0.0.1'], [BAIT_PORT, '::1'], [{ path: 'HOST_SOCKET' }], ['HOST_SOCKET'], [{ host: 'a.example', port: BAIT_PORT, lookup: (name, options, callback) => callback(null, '127.0.0.1', 4) }], [{ fd: 3 }]];
  const all = ways.map((way) => new Promise((resolve) => {
    setTimeout(resolve, 500, 'refused');
    try {
      const socket = new Socket();
      socket.on('data', (data) => resolve('reached ' + data)).on('error', () => resolve('refused'));
      socket.connect(...way);
      socket.write('GET / HTTP/1.0\r\n\r\n');
    } catch { resolve('refused'); }
  }));
  return (await Promise.all(all)).filter(isReached);
}`,
  ),
  reachesNothing(
    "has soap, rss-parser and stripe ask loopback",
    js`
const soap = require('soap'), Rss = require('rss-parser'), Stripe = require('stripe'), fs = require('fs');
async function main() {
  const closed = 'http://127.0.0.1:BAIT_PORT/';
  fs.writeFileSync('/tmp/a.wsdl', '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="u:a"><import namespace="u:b" location="' + closed + '"/><types><x:schema><x:import namespace="u:c" schemaLocation="' + closed + '"/></x:schema></types></definitions>');
  const stripe = new Stripe('sk_test_x', { host: '127.0.0.1', port: BAIT_PORT, protocol: 'http', maxNetworkRetries: 0, timeout: 500 });
  const ways = [soap.createClientAsync(closed + '?wsdl'), soap.createClientAsync('/tmp/a.wsdl'), soap.createClientAsync('/etc/passwd'), new Rss().parseURL(closed), new Rss().parseURL('${PUBLIC}/redirect?to=' + closed), stripe.customers.list()];
  return (await Promise.all(ways.map(settle))).filter(isReached);
}`,
  ),
  reachesNothing(
    "has a feed name files and addresses as entities",
    js`
const Rss = require('rss-parser');
async function main() {
  const types = '<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b SYSTEM "http://127.0.0.1:BAIT_PORT/"><!ENTITY % c SYSTEM "http://127.0.0.1:BAIT_PORT/"> %c;';
  const feed = (title) => '<?xml version="1.0"?><!DOCTYPE rss [' + types + ']><rss version="2.0"><channel><title>' + title + '</title></channel></rss>';
  const all = await Promise.all(['&a;', '&b;', 'x'].map((title) => new Rss().parseString(feed(title)).then((read) => String(read.title), () => '')));
  return all.filter((title) => title.includes('root:') || title.includes('bait'));
}`,
  ),
  reachesNothing(
    "listens on a port of the machine",
    js`
async function main() {
  try { http.createServer((request, response) => response.end('served')).listen(18497); } catch {}
  try { https.createServer((request, response) => response.end('served')).listen(18498, '0.0.0.0'); } catch {}
  await new Promise((resolve) => setTimeout(resolve, 100));
  return (await Promise.all([18497, 18498].map((port) => reach((onResponse) => http.get({ host: '${PUBLIC_HOST}', port }, onResponse))))).filter(isReached);
}`,
  ),
  exceeds(
    "makes more requests than allowed by http",
    js`async function main() { for (let i = 0; i < 30; i += 1) await reach((onResponse) => http.get('${PUBLIC}/', onResponse)); return 'all'; }`,
  ),
  exceeds(
    "makes more requests than allowed by axios, whose errors it catches",
    js`const axios = require('axios'); async function main() { await Promise.all(Array.from({ length: 30 }, () => settle(axios('${PUBLIC}/')))); return 'all'; }`,
  ),
  exceeds(
    "makes more requests than allowed by redirects that axios follows",
    js`const axios = require('axios'); async function main() { return settle(axios('${PUBLIC}/chain?left=10')); }`,
  ),
  exceeds(
    "makes more connections than allowed by ftp",
    js`
const Ftp = require('ftp');
async function main() {
  for (let i = 0; i < 30; i += 1) { const client = new Ftp(); client.on('error', () => {}); client.connect({ host: '${PUBLIC_HOST}', port: PUBLIC_PORT }); }
  await new Promise((resolve) => setTimeout(resolve, 500));
  return 'all';
}`,
  ),
  exceeds(
    "asks the platform more often than allowed",
    js`
async function main() {
  for (let i = 0; i < 4; i += 1) setEnvVar('HOSTILE_OFTEN', String(i)).catch(() => {});
  for (let i = 0; i < 30; i += 1) await getEnvVars().catch(() => {});
  return 'all';
}`,
  ),
  exceeds(
    "makes requests by modules after its answer",
    js`
const axios = require('axios');
function main() {
  const again = () => { for (let i = 0; i < 9; i += 1) { http.get('${PUBLIC}/late').on('error', () => {}); axios('${PUBLIC}/late').catch(() => {}); } };
  setTimeout(again, 30);
  process.nextTick(() => setTimeout(again, 60));
  return 'answered';
}`,
    { expect: { is: "value", value: "answered", mostRequests: 3, isQuietAfter: true } },
  ),
];

/** Uses up its CPU time where a counter sees it. */
function spins(name: string, code: string, more: More = {}): HostileCase {
  return {
    name,
    group: "cpu",
    type: "app",
    code,
    limits: { cpuMs: 100 },
    expect: { is: "fault", code: "cpu_exceeded", withinMs: WITHIN_MS, leastCpuMs: 50 },
    ...more,
  };
}

/** An iterable whose iterator is native code, without an end. */
const ENDLESS = js`
const step = Reflect.get.bind(null, { step: { done: false, value: 'a,b\n' } }, 'step');
const endless = { [Symbol.iterator]: Object.bind(null, { next: step }) };`;

/** Some 40 ms of native code that no counter sees. */
const SLICE = js`
const slice = RegExp.prototype.test.bind(/^(a+)+$/, 'a'.repeat(22) + '!');`;

const CPU: readonly HostileCase[] = [
  spins(
    "spins in a callback of csv-parse",
    js`const { parse } = require('csv-parse/sync');
function main() { return parse('a,b\n', { cast: () => {
  for (;;);
} }); }`,
  ),
  spins(
    "spins in callbacks of csv-parse, whose errors it catches and forgets",
    js`const { parse } = require('csv-parse/sync'); function main() { for (;;) { try { parse('a,b\n'.repeat(10), { on_record: () => { for (;;) { try { for (;;); } finally { continue; } } } }); } catch {} } }`,
  ),
  spins(
    "has csv-parse read a field without an end",
    js`const { parse } = require('csv-parse/sync'); function main() { return parse('"' + '""'.repeat(5e6)).length; }`,
  ),
  spins(
    "pours lines without an end into csv-parse",
    js`${ENDLESS} const { parse } = require('csv-parse'); const { Readable } = require('stream'); function main() { return new Promise(() => { Readable.from(endless).pipe(parse()).resume(); }); }`,
  ),
  spins(
    "has moment format and parse again and again",
    js`const moment = require('moment'); function main() { for (;;) moment('2026-01-01', ['YYYY', 'DD.MM.YYYY', 'LLLL', moment.ISO_8601]).format('LLLL'); }`,
  ),
  spins(
    "spins in a getter that moment reads",
    js`const moment = require('moment'); function main() { return moment({ get year() { for (;;); } }).isValid(); }`,
  ),
  spins(
    "spins in a locale of moment",
    js`const moment = require('moment'); function main() { moment.updateLocale('en', { months: () => { for (;;); }, meridiem: () => { for (;;); } }); return moment().format('MMMM'); }`,
  ),
  spins(
    "has data-forge count a generator without an end",
    js`const { Series } = require('data-forge'); function main() { return new Series({ values: { *[Symbol.iterator]() { for (;;) yield 1; } } }).select((n) => n + 1).count(); }`,
  ),
  spins(
    "has data-forge take a native iterator without an end",
    js`${ENDLESS} const { Series } = require('data-forge'); function main() { return new Series({ values: endless }).where(Boolean).toArray().length; }`,
  ),
  spins(
    "has data-forge add up a range of great length",
    js`const { range } = require('data-forge'); function main() { return range(0, 1e12).sum(); }`,
  ),
  spins(
    "has rss-parser read elements nested without an end",
    js`const Rss = require('rss-parser'); async function main() { for (;;) await new Rss().parseString('<a>'.repeat(1e5)).catch(() => {}); }`,
  ),
  spins(
    "has tough-cookie and card-validator read long texts",
    js`const { Cookie } = require('tough-cookie'), valid = require('card-validator'); function main() { for (;;) { Cookie.parse('a=' + ';'.repeat(1e5)); valid.number('4'.repeat(1e5)); } }`,
  ),
  spins(
    "spins in what axios calls before it asks",
    js`const axios = require('axios'); function main() { return axios('${PUBLIC}/', { transformRequest: [() => { for (;;); }] }); }`,
  ),
  spins(
    "has interceptors of axios ask again and again without a request",
    js`const axios = require('axios'); async function main() { const adapter = async (config) => ({ data: 1, status: 200, headers: {}, config }); for (;;) await axios({ url: '/', adapter }); }`,
  ),
  spins(
    "spins in callbacks of Node's modules, each in a turn of its own",
    js`
const fs = require('fs'), zlib = require('zlib'), crypto = require('crypto');
function main() {
  const work = () => { const end = Date.now() + 20; while (Date.now() < end); };
  const steps = [(next) => fs.readFile('/tmp/none', next), (next) => zlib.gzip('x', next), (next) => crypto.randomBytes(8, next), (next) => process.nextTick(next), (next) => setImmediate(next)];
  let at = 0;
  return new Promise(() => { const next = () => { work(); at += 1; steps[at % steps.length](next); }; next(); });
}`,
  ),
  spins(
    "spins in listeners, in streams and in recursion between them",
    js`
const { EventEmitter } = require('events'), { Readable } = require('stream');
function main() {
  const emitter = new EventEmitter();
  emitter.on('again', () => { try { emitter.emit('again'); } catch {} });
  process.nextTick(() => { for (;;) emitter.emit('again'); });
  return new Promise(() => { new Readable({ read() { this.push('x'); } }).on('data', () => emitter.emit('again')); });
}`,
  ),
  spins(
    "reads a device of zeros by an iterator",
    js`const fs = require('fs'); async function main() { let n = 0; for await (const part of fs.createReadStream('/dev/zero')) n += part.length; return n; }`,
    { expect: { is: "fault", code: "cpu_exceeded", withinMs: WITHIN_MS } },
  ),
  spins(
    "waits while native code works for listeners of signals",
    js`
const { pbkdf2Sync } = require('crypto');
const slice = pbkdf2Sync.bind(null, 'secret', 'salt', 60000, 64, 'sha512');
async function main() {
  for (let at = 1; at <= 40; at += 1) AbortSignal.timeout(at * 50).addEventListener('abort', slice);
  await new Promise((resolve) => setTimeout(resolve, 2200));
  return 'over';
}`,
    {
      limits: { cpuMs: 100, wallMs: 5_000 },
      expect: { is: "fault", code: "cpu_exceeded", withinMs: WITHIN_MS },
    },
  ),
  spins(
    "waits while native code works for timeouts of requests",
    js`${SLICE}
const http = require('http');
async function main() {
  for (let at = 1; at <= 40; at += 1) http.request('${PUBLIC}/').on('error', Boolean).setTimeout(at * 50, slice);
  await new Promise((resolve) => setTimeout(resolve, 2200));
  return 'over';
}`,
    {
      limits: { cpuMs: 100, wallMs: 5_000 },
      // Its timers are workerd's own, which nothing of ours counts: the elapsed time bounds it.
      expect: { is: "anything", withinMs: 4_000 },
    },
  ),
  spins(
    "keeps its ticks by a script of its own making, that it has maps hand to require",
    js`${ASK}${SLICE}
const { get, has } = Map.prototype;
let unit, isThrowing = false;
Map.prototype.has = function (key) { return (key === 'x' && unit !== undefined) || Reflect.apply(has, this, [key]); };
Map.prototype.get = function (key) {
  if (key !== 'x' || unit === undefined) return Reflect.apply(get, this, [key]);
  const given = unit;
  unit = undefined;
  return given;
};
async function main() {
  unit = { make: () => [() => { if (isThrowing) throw new Error('kept'); }, () => {}] };
  try { ask('./x'); } catch {}
  unit = undefined;
  await new Promise((resolve) => setTimeout(resolve, 1));
  isThrowing = true;
  for (let i = 0; i < 3e5; i += 1);
  return await new Promise((resolve) => {
    let left = 40;
    const work = () => { slice(); left -= 1; if (left === 0) resolve('over'); else AbortSignal.timeout(1).addEventListener('abort', work); };
    AbortSignal.timeout(1).addEventListener('abort', work);
  });
}`,
    {
      limits: { cpuMs: 100, wallMs: 5_000 },
      expect: { is: "fault", code: "cpu_exceeded", withinMs: WITHIN_MS },
    },
  ),
  {
    name: "runs itself once more, under limits of its own, by the prelude",
    group: "cpu",
    type: "app",
    code: js`${ASK}${TAKE_PRELUDE}
async function main({ ms }) {
  if (ms !== undefined) {
    const end = Date.now() + ms;
    for (let n = 0; Date.now() < end; n += 1) { const pause = Date.now() + 40; while (Date.now() < pause); await new Promise((resolve) => setTimeout(resolve, 1)); }
    return 'ran ' + ms + ' ms';
  }
  let Prelude;
  try { ({ Prelude } = take()); } catch { return 'nothing'; }
  const payload = '{"ms":1500}';
  const limits = { cpuMs: 1e9, wallMs: 1e9, subrequests: 1e9 };
  const run = { id: 'x', function: null, anyFunction: false, isCall: false, limits, env: 0, vars: 0, payload: payload.length };
  const head = { owner: { account: 'other', script: 'x' }, release: 'x', type: 'app', isolation: 'call', egressHosts: null, isolate: null, runs: [run] };
  return await Promise.resolve(JSON.stringify(head) + '\n' + payload).then(Prelude.prototype.run.bind({}));
}`,
    limits: { cpuMs: 400, wallMs: 5_000 },
    expect: { is: "value", value: "nothing" },
  },
];

/** Holds its cell in native code. */
function stalls(name: string, code: string): HostileCase {
  return {
    name,
    group: "native",
    type: "app",
    code,
    limits: { cpuMs: 50 },
    expect: { is: "fault", code: ["cpu_exceeded", "memory_exceeded"], withinMs: WITHIN_MS },
  };
}

const NATIVE: readonly HostileCase[] = [
  stalls(
    "derives a key with very many rounds by Node's crypto",
    js`const crypto = require('crypto'); function main() { return crypto.pbkdf2Sync('a', 'b', 1e9, 64, 'sha512').length; }`,
  ),
  stalls(
    "derives keys that are dear in memory",
    js`const crypto = require('crypto'); function main() { for (;;) crypto.scryptSync('a', 'b', 64, { N: 2 ** 14, r: 8, p: 8, maxmem: 2 ** 31 }); }`,
  ),
  stalls(
    "makes the longest RSA key by Node's crypto",
    js`const crypto = require('crypto'); function main() { return typeof crypto.generateKeyPairSync('rsa', { modulusLength: 16384 }); }`,
  ),
  stalls(
    "looks for a long safe prime",
    js`const crypto = require('crypto'); function main() { return crypto.generatePrimeSync(8192, { safe: true }).byteLength; }`,
  ),
  stalls(
    "looks for a long group of Diffie and Hellman",
    js`const crypto = require('crypto'); function main() { return typeof crypto.createDiffieHellman(8192); }`,
  ),
  stalls(
    "digests, encrypts and fills huge buffers by Node's crypto",
    js`const crypto = require('crypto'); function main() { const all = Buffer.alloc(2 ** 27); for (;;) { crypto.createHash('sha512').update(all).digest(); crypto.createCipheriv('aes-256-cbc', Buffer.alloc(32), Buffer.alloc(16)).update(all); crypto.randomFillSync(all); } }`,
  ),
  stalls(
    "derives keys for a callback that is native, which derives more",
    js`const crypto = require('crypto'); function main() { const args = ['a', 'b', 10000, 64, 'sha512']; const again = Reflect.apply.bind(null, crypto.pbkdf2, crypto, args); args.push(again); again(); return new Promise(() => {}); }`,
  ),
  stalls(
    "packs for a callback that is native, which packs more",
    js`const zlib = require('zlib'); function main() { const args = [Buffer.alloc(2 ** 22)]; const again = Reflect.apply.bind(null, zlib.gzip, zlib, args); args.push(again); again(); return new Promise(() => {}); }`,
  ),
  stalls(
    "unpacks bombs of gzip, deflate and brotli at once",
    js`const zlib = require('zlib'); function main() { const zeros = Buffer.alloc(2 ** 24); const packed = zlib.gzipSync(zeros), other = zlib.brotliCompressSync(zeros); for (;;) { zlib.gunzipSync(Buffer.concat(Array(9).fill(packed))); zlib.brotliDecompressSync(other); } }`,
  ),
  stalls(
    "packs by brotli at its best",
    js`const zlib = require('zlib'); const { BROTLI_PARAM_QUALITY: best, BROTLI_PARAM_LGWIN: window } = zlib.constants; function main() { const all = Buffer.from(new Float64Array(4e5).map(Math.random).buffer); for (;;) zlib.brotliCompressSync(all, { params: { [best]: 11, [window]: 24 } }); }`,
  ),
  stalls(
    "reads a device of zeros into a huge buffer",
    js`const fs = require('fs'); function main() { const all = Buffer.alloc(2 ** 27), file = fs.openSync('/dev/zero'); for (;;) fs.readSync(file, all); }`,
  ),
  stalls(
    "pipes a device of zeros into nothing",
    js`const fs = require('fs'), { PassThrough, pipeline } = require('stream'); function main() { return new Promise((resolve) => pipeline(fs.createReadStream('/dev/zero'), new PassThrough(), fs.createWriteStream('/dev/null'), resolve)); }`,
  ),
  stalls(
    "reads a stream of a native iterator without an end",
    js`${ENDLESS} const { Readable } = require('stream'); function main() { return new Promise(() => { Readable.from(endless).resume(); }); }`,
  ),
  stalls(
    "spins in ticks of Node's process, all native",
    js`function main() { const args = []; const again = Reflect.apply.bind(null, process.nextTick, process, args); args.push(again); again(); return new Promise(() => {}); }`,
  ),
  stalls(
    "emits events to very many native listeners",
    js`const { EventEmitter } = require('events'); function main() { const emitter = new EventEmitter().setMaxListeners(0); for (let i = 0; i < 2e4; i += 1) emitter.on('x', Boolean); for (;;) emitter.emit('x'); }`,
  ),
  stalls(
    "inspects a bomb",
    js`const util = require('util'); function main() { let o = {}; for (let i = 0; i < 30; i += 1) o = { a: o, b: o }; return util.inspect(o, { depth: Infinity }).length; }`,
  ),
  stalls(
    "compares bombs",
    js`const util = require('util'); const bomb = () => { let o = {}; for (let i = 0; i < 40; i += 1) o = { a: o, b: o }; return o; }; function main() { return util.isDeepStrictEqual(bomb(), bomb()); }`,
  ),
  stalls(
    "asserts that sets of objects are equal",
    js`const assert = require('assert'); const make = () => new Set(Array.from({ length: 5e3 }, (x, i) => ({ i: [i] }))); function main() { assert.deepStrictEqual(make(), new Set([...make()].reverse())); }`,
  ),
  stalls(
    "has a glob backtrack",
    js`const path = require('path'); function main() { return path.matchesGlob('a'.repeat(60), '*a'.repeat(30) + 'b'); }`,
  ),
  stalls(
    "parses and joins long addresses and paths by Node's modules",
    js`const url = require('url'), path = require('path'), query = require('querystring'); function main() { for (;;) { url.parse('http://' + '@'.repeat(1e6)); path.normalize('/a/..'.repeat(2e6)); query.parse('a=1&'.repeat(2e6), null, null, { maxKeys: 0 }); } }`,
  ),
  stalls(
    "searches, decodes and recodes huge buffers by Node's modules",
    js`const { transcode } = require('buffer'), { StringDecoder } = require('string_decoder'); function main() { const all = Buffer.alloc(2 ** 25, 'a'); for (;;) { all.indexOf('a'.repeat(2 ** 12) + 'b'); new StringDecoder('utf8').write(all); transcode(all, 'utf8', 'utf16le'); } }`,
  ),
  stalls(
    "backtracks in a native callback of csv-parse",
    js`const { parse } = require('csv-parse/sync'); const slow = RegExp.prototype.test.bind(/^(a+)+$/, 'a'.repeat(40) + '!'); function main() { return parse('a,b\n', { cast: slow }); }`,
  ),
  stalls(
    "has moment format by a text that is too long",
    js`const moment = require('moment'); function main() { return moment().format('[a]'.repeat(1e6) + 'L'.repeat(1e6)).length; }`,
  ),
  stalls(
    "spins in a stream after its answer",
    js`const fs = require('fs'); function main() { fs.createReadStream('/dev/zero').resume(); return 'answered'; }`,
  ),
];

/** Holds what it allocates, and stops on its own at about 1 GB. */
function bomb(name: string, code: string, more: More = {}): HostileCase {
  return {
    name,
    group: "memory",
    type: "app",
    code,
    limits: { cpuMs: 500, wallMs: 5_000 },
    expect: { is: "fault", code: ["memory_exceeded", "cpu_exceeded"], withinMs: 3_000 },
    ...more,
  };
}

/** Builds a folder nested `20 * rounds` deep, deeper than any path may be long. */
const DEEP = js`
const fs = require('fs');
function deepen(rounds) {
  const chain = '/d'.repeat(20);
  fs.mkdirSync('/tmp/tree');
  for (let at = 0; at < rounds; at += 1) { fs.mkdirSync('/tmp/top' + chain, { recursive: true }); fs.renameSync('/tmp/tree', '/tmp/top' + chain + '/tree'); fs.renameSync('/tmp/top', '/tmp/tree'); }
}`;

/** Waits as an honest app does, for a server say. */
const WAITS = js`async function main() { for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setTimeout(resolve, 50)); return 'served'; }`;

const SERVED = { is: "value", value: "served" } as const;
const APP_BESIDE = { of: "other account", runs: "beside", type: "app", code: WAITS } as const;

const MEMORY: readonly HostileCase[] = [
  bomb(
    "keeps files in memory",
    js`const fs = require('fs'); function main() { const part = Buffer.alloc(2 ** 24, 1); for (let i = 0; i < 64; i += 1) fs.writeFileSync('/tmp/' + i, part); return fs.readdirSync('/tmp').length; }`,
  ),
  bomb(
    "lengthens files that it never writes",
    js`const fs = require('fs'); function main() { for (let i = 0; i < 16; i += 1) { fs.writeFileSync('/tmp/' + i, ''); fs.truncateSync('/tmp/' + i, 2 ** 26); } return 1; }`,
    { expect: { is: "anything", withinMs: 3_000 } },
  ),
  bomb(
    "appends to one file without an end",
    js`const fs = require('fs'); function main() { const part = Buffer.alloc(2 ** 24, 1); for (let i = 0; i < 64; i += 1) { try { fs.appendFileSync('/tmp/' + (i >> 2), part); } catch {} } return 1; }`,
  ),
  bomb(
    "makes very many files",
    js`const fs = require('fs'); function main() { for (let i = 0; i < 2e6; i += 1) fs.writeFileSync('/tmp/' + i, 'x'); return 1; }`,
  ),
  bomb(
    "asks for files longer than any",
    js`const fs = require('fs'); function main() { fs.writeFileSync('/tmp/x', 'x'); const file = fs.openSync('/tmp/x', 'r+'); for (const size of [2 ** 31, 2 ** 32 - 1]) { try { fs.truncateSync('/tmp/x', size); } catch {} try { fs.writeSync(file, Buffer.from('x'), 0, 1, size); } catch {} } return fs.statSync('/tmp/x').size < 2 ** 30; }`,
    // What the bombs before it left may end its cell.
    { expect: { is: "anything", withinMs: WITHIN_MS } },
  ),
  bomb(
    "keeps buffers by Node's Buffer",
    js`const { Buffer: Bytes } = require('buffer'); function main() { const kept = []; for (let i = 0; i < 64; i += 1) kept.push(Bytes.alloc(2 ** 24, i + 1), Bytes.concat([Bytes.allocUnsafe(9)], 99)); return kept.length; }`,
  ),
  bomb(
    "keeps what it unpacked",
    js`const zlib = require('zlib'); function main() { const packed = zlib.gzipSync(Buffer.alloc(2 ** 24)), kept = []; for (let i = 0; i < 64; i += 1) kept.push(zlib.gunzipSync(packed)); return kept.length; }`,
  ),
  bomb(
    "keeps unpackers with huge chunks",
    js`const zlib = require('zlib'); function main() { const kept = []; for (let i = 0; i < 32; i += 1) kept.push(zlib.createInflate({ chunkSize: 2 ** 25 })); return kept.length; }`,
  ),
  bomb(
    "keeps packers with the largest windows",
    js`const zlib = require('zlib'); function main() { const kept = []; for (let i = 0; i < 4e3; i += 1) { kept.push(zlib.createDeflate({ level: 9, memLevel: 9, windowBits: 15 })); kept.at(-1).write(Buffer.alloc(1e5, i)); } return kept.length; }`,
  ),
  bomb(
    "writes to streams that nobody reads",
    js`const { PassThrough } = require('stream'); function main() { const kept = []; for (let i = 0; i < 64; i += 1) { const pipe = new PassThrough({ highWaterMark: 2 ** 30 }); pipe.write(Buffer.alloc(2 ** 24, i + 1)); kept.push(pipe); } return kept.length; }`,
  ),
  bomb(
    "writes a request's body that never ends",
    js`const http = require('http'); function main() { const request = http.request({ host: '${PUBLIC_HOST}', port: PUBLIC_PORT, method: 'POST' }).on('error', Boolean); for (let i = 0; i < 64; i += 1) request.write(Buffer.alloc(2 ** 24, i + 1)); return new Promise(() => {}); }`,
  ),
  bomb(
    "opens answers without an end and reads none of them",
    js`
const axios = require('axios');
async function main() {
  const kept = [];
  for (let i = 0; i < 40; i += 1) kept.push((await axios('${PUBLIC}/endless', { responseType: 'stream' })).data);
  await new Promise((resolve) => setTimeout(resolve, 500));
  return kept.length;
}`,
    { expect: { is: "anything", withinMs: 3_000 } },
  ),
  bomb(
    "has axios read an answer without an end",
    js`const axios = require('axios'); function main() { return axios('${PUBLIC}/endless', { maxContentLength: Infinity, maxBodyLength: Infinity }).then((answer) => answer.data.length, () => 'refused'); }`,
    { expect: { is: "value", value: "refused", withinMs: 3_000 } },
  ),
  bomb(
    "copies a folder nested without an end",
    js`${DEEP} function main() { deepen(1000); fs.cpSync('/tmp/tree', '/tmp/copy', { recursive: true }); return 'copied'; }`,
    { expect: { is: "anything", withinMs: 3_000 } },
  ),
  bomb(
    "leaves a folder nested without an end to whoever clears it away",
    js`${DEEP} function main() { deepen(4000); for (;;); }`,
    { limits: { cpuMs: 500 }, victim: APP_BESIDE, expect: SERVED },
  ),
  bomb(
    "sets variables to values of megabytes",
    js`async function main() { const value = 'x'.repeat(3e7); await Promise.allSettled(Array.from({ length: 12 }, () => setEnvVar('HOSTILE_HUGE', value))); return 1; }`,
    { victim: APP_BESIDE, expect: SERVED },
  ),
  bomb(
    "names a variable by an array of bytes",
    js`async function main() { const name = new Uint8Array(3e7); await Promise.allSettled(Array.from({ length: 4 }, () => setEnvVar(name, 'x'))); return 1; }`,
    { victim: APP_BESIDE, expect: SERVED },
  ),
];

const ITSELF = { of: "itself", runs: "after" } as const;

/** What a second run, `victim`, finds of the first. */
function isUnseen(
  name: string,
  code: string,
  expected: { victim: Victim; value: unknown },
): HostileCase {
  const { victim, value } = expected;
  return { name, group: "tenancy", type: "app", code, victim, expect: { is: "value", value } };
}

/** Leaves marks in modules, and tells which it found there. */
const MARKS = js`
const axios = require('axios'), moment = require('moment'), { EventEmitter } = require('events'), fs = require('fs'), http = require('http'), stream = require('stream'), { Cookie } = require('tough-cookie'), { types } = require('util');
function main() {
  const found = [];
  const look = (name, isMarked, mark) => { try { if (isMarked()) found.push(name); } catch {} try { mark(); } catch {} };
  look('axios.defaults', () => axios.defaults.mark, () => { axios.defaults.mark = 1; });
  look('axios.interceptors', () => axios.interceptors.request.handlers.length > 0, () => axios.interceptors.request.use((config) => config));
  look('moment.locale', () => moment.locale() === 'de', () => moment.locale('de'));
  look('moment.fn', () => moment.fn.mark, () => { moment.fn.mark = 1; });
  look('EventEmitter', () => EventEmitter.defaultMaxListeners === 77, () => { EventEmitter.defaultMaxListeners = 77; });
  look('fs', () => fs.readFileSync('/tmp/none') === 'left', () => { fs.readFileSync = () => 'left'; });
  look('http.globalAgent', () => http.globalAgent.mark, () => { http.globalAgent.mark = 1; });
  look('stream', () => stream.getDefaultHighWaterMark(false) === 77, () => stream.setDefaultHighWaterMark(false, 77));
  look('Buffer', () => Buffer.poolSize === 77, () => { Buffer.poolSize = 77; });
  look('Cookie', () => Cookie.mark, () => { Cookie.mark = 1; });
  look('util.types', () => types.mark, () => { types.mark = 1; });
  look('process', () => process.mark || process.versions.mark || process.env.MARK, () => { process.mark = 1; process.versions.mark = 1; process.env.MARK = '1'; });
  look('require', () => require.mark, () => { require.mark = 1; });
  look('files', () => fs.existsSync('/tmp/mark') || fs.readdirSync('/tmp').length > 0, () => fs.writeFileSync('/tmp/mark', 'left'));
  return found;
}`;

const LOOK_FOR_VARIABLE = js`async function main() { return 'HOSTILE_SECRET' in (await getEnvVars()) || 'HOSTILE_SECRET' in process.env; }`;
const SET_VARIABLE = js`async function main() { await setEnvVar('HOSTILE_SECRET', 'of the attacker'); return process.env.HOSTILE_SECRET; }`;

const TENANCY: readonly HostileCase[] = [
  Object.assign(
    isUnseen("leaves marks in modules for its next call", MARKS, { victim: ITSELF, value: [] }),
    { runs: 3 },
  ),
  isUnseen("leaves marks in modules for another account", MARKS, {
    victim: { of: "other account", runs: "after", type: "app", code: MARKS },
    value: [],
  }),
  isUnseen("leaves marks in modules for another account beside it", MARKS, {
    victim: { of: "other account", runs: "beside", type: "app", code: MARKS },
    value: [],
  }),
  isUnseen("sets a variable for another account", SET_VARIABLE, {
    victim: { of: "other account", runs: "after", type: "app", code: LOOK_FOR_VARIABLE },
    value: false,
  }),
  isUnseen(
    "sets a variable when its run is over",
    js`
async function main({ look }) {
  if (look) return 'HOSTILE_LATE' in (await getEnvVars());
  const set = () => setEnvVar('HOSTILE_LATE', '1').catch(() => {});
  for (const ms of [5, 20, 100]) setTimeout(set, ms);
  AbortSignal.timeout(30).addEventListener('abort', set);
  return 'answered';
}`,
    { victim: { ...ITSELF, data: { look: true } }, value: false },
  ),
  isUnseen("requires a script of another account", js`function main() { return 1; }`, {
    victim: {
      of: "other account",
      runs: "after",
      type: "app",
      code: js`function main() { return ['neighbour', './neighbour', 'neighbour.js', './neighbour.js', '../default/neighbour', 'default/neighbour', 'NEIGHBOUR_RELEASE'].filter((name) => { try { require(name); return true; } catch { return false; } }); }`,
    },
    value: [],
  }),
  {
    name: "sets variables by names that are none",
    group: "tenancy",
    type: "app",
    code: js`
async function main() {
  let asked = 0;
  const names = ['', '__proto__', 'a b', '../x', "x'; DROP TABLE env_vars; --", 'x\0', '9x', 'x'.repeat(129), 'ä', 5, null, undefined, true, 7n, Symbol('x'), ['HOSTILE_A'], { toString: () => 'HOSTILE_A' },
    { toString: () => (asked++ ? '__proto__' : 'HOSTILE_A') }, { toJSON: () => 'HOSTILE_A' }, { name: 'HOSTILE_A', owner: { account: 'other' } }, { get length() { return 1; } }, () => 'HOSTILE_A', new Proxy({}, { get: () => 'HOSTILE_A' }),
    new Map([['name', 'HOSTILE_A']]), new Date(), /HOSTILE_A/, new Error('HOSTILE_A'), new Response('HOSTILE_A'), new ReadableStream(), Object.create({ toJSON: () => 'HOSTILE_A' }), (() => { const a = []; a.length = 2 ** 32 - 1; return a; })(),
    (() => { const a = []; a.push(a); return a; })(), (() => { let a = []; for (let i = 0; i < 5e4; i += 1) a = [a]; return a; })()];
  const all = await Promise.allSettled(names.map(async (name) => setEnvVar(name, 'set')));
  const set = Object.entries(await getEnvVars()).filter(([, value]) => value === 'set').map(([name]) => name);
  return [all.filter(({ status }) => status === 'fulfilled').length, set, Object.getPrototypeOf(process.env) === Object.prototype];
}`,
    limits: { cpuMs: 1_000, subrequests: 100 },
    expect: { is: "value", value: [0, [], true] },
  },
  {
    name: "sets variables that the platform gives, and values that are none",
    group: "tenancy",
    type: "app",
    code: js`
async function main() {
  const names = ['SCRIPTFORGE_ID', 'SCRIPTFORGE_UUID', 'SCRIPTFORGE_NAME', 'APP_ID', 'EXEC_HOST', 'CORRELATION_ID', 'DRIVER_MODE', 'JOB_ID'];
  const values = [5, null, undefined, {}, [], Symbol('x'), new String('x'), { toString: () => 'x' }, 'x'.repeat(32001), '\ud800', 'x'.repeat(5e6)];
  const before = JSON.stringify(await getEnvVars());
  const all = await Promise.allSettled([...names.map(async (name) => setEnvVar(name, 'forged')), ...values.map(async (value) => setEnvVar('HOSTILE_VALUE', value))]);
  return [all.filter(({ status }) => status === 'fulfilled').length, JSON.stringify(await getEnvVars()) === before];
}`,
    limits: { cpuMs: 1_000, subrequests: 100 },
    expect: { is: "value", value: [0, true] },
  },
  {
    name: "asks for the variables of another account by a forged environment",
    group: "tenancy",
    type: "app",
    code: js`
async function main() {
  for (const name of ['APP_ID', 'SCRIPTFORGE_ID', 'CORRELATION_ID']) { try { process.env[name] = 'other'; } catch {} }
  Object.prototype.owner = { account: 'other', script: '' };
  Object.prototype.account = 'other';
  try { await setEnvVar('HOSTILE_FORGED', 'forged', { owner: { account: 'other', script: '' } }); } catch {}
  try { await getEnvVars({ owner: { account: 'other', script: '' } }, 'other'); } catch {}
  return 'asked';
}`,
    victim: {
      of: "other account",
      runs: "after",
      type: "app",
      code: js`async function main() { return 'HOSTILE_FORGED' in (await getEnvVars()); }`,
    },
    expect: { is: "value", value: false },
  },
  {
    name: "sets large variables again and again",
    group: "tenancy",
    type: "app",
    code: js`async function main() { await Promise.allSettled(Array.from({ length: 850 }, (x, at) => setEnvVar('HOSTILE_AGAIN_' + (at % 100), 'x'.repeat(3e4)))); for (let at = 0; at < 100; at += 1) await setEnvVar('HOSTILE_AGAIN_' + at, ''); return 'set'; }`,
    limits: { cpuMs: 1_000, wallMs: 10_000, subrequests: 1_000 },
    expect: { is: "anything" },
  },
  {
    name: "reads large variables again and again",
    group: "tenancy",
    type: "app",
    code: js`
async function main({ isOver }) {
  for (let at = 0; at < 20; at += 1) await setEnvVar('HOSTILE_AGAIN_' + at, isOver ? '' : 'x'.repeat(3e4));
  if (!isOver) await Promise.allSettled(Array.from({ length: 900 }, () => getEnvVars()));
  return 'served';
}`,
    limits: { cpuMs: 1_000, wallMs: 10_000, subrequests: 1_000 },
    victim: { ...ITSELF, data: { isOver: true } },
    // The account may have set its variables of this minute before.
    expect: { is: "anything" },
  },
];

export const MODULE_CASES: readonly HostileCase[] = [
  ...ESCAPES,
  ...NETWORK,
  ...TENANCY,
  ...CPU,
  ...NATIVE,
  ...MEMORY,
];
