// The network: addresses inside, names and spellings of them, redirects, other protocols, and more requests than allowed.
// A server on every loopback address must not see one request.

import { PUBLIC_HOST, type HostileCase } from "../hostile-case.ts";

const js = String.raw;

/** Refused, not waited for: an address that is not reachable from this machine would hang otherwise. */
const WITHIN_MS = 1_200;

const FETCH = js`
async function reach(url, options) {
  try {
    const response = await fetch(url, options);
    return response.type === 'error' || response.status === 0 ? 'refused' : 'reached ' + response.status + ' ' + (await response.text()).slice(0, 100);
  } catch { return 'refused'; }
}`;

const REFUSED = { is: "value", value: "refused", withinMs: WITHIN_MS } as const;

function network(name: string, code: string, more: Partial<HostileCase> = {}): HostileCase {
  return { name, group: "network", type: "app", code: FETCH + code, expect: REFUSED, ...more };
}

function fetches(url: string): HostileCase {
  return network(
    `fetches ${url}`,
    js`async function main() { return reach(${JSON.stringify(url)}); }`,
  );
}

const LOOPBACK = [
  "http://127.0.0.1:BAIT_PORT/",
  "http://localhost:BAIT_PORT/",
  "http://LOCALHOST.:BAIT_PORT/",
  "http://ip6-localhost:BAIT_PORT/",
  "http://127.1:BAIT_PORT/",
  "http://127.255.255.254:BAIT_PORT/",
  "http://2130706433:BAIT_PORT/",
  "http://0x7f000001:BAIT_PORT/",
  "http://0177.0.0.1:BAIT_PORT/",
  "http://0x7f.1:BAIT_PORT/",
  "http://0:BAIT_PORT/",
  "http://0.0.0.0:BAIT_PORT/",
  "http://①②⑦.⓪.⓪.①:BAIT_PORT/",
  "http://[::1]:BAIT_PORT/",
  "http://[::]:BAIT_PORT/",
  "http://[::ffff:127.0.0.1]:BAIT_PORT/",
  "http://[::ffff:7f00:1]:BAIT_PORT/",
  "http://[::127.0.0.1]:BAIT_PORT/",
  "http://[64:ff9b::7f00:1]:BAIT_PORT/",
  "http://[2002:7f00:1::]:BAIT_PORT/",
  "http://public@127.0.0.1:BAIT_PORT/",
  "https://127.0.0.1:BAIT_PORT/",
];

const INSIDE = [
  "http://169.254.169.254/latest/meta-data/",
  "http://[::ffff:169.254.169.254]/latest/meta-data/",
  "http://[fd00:ec2::254]/latest/meta-data/",
  "http://metadata.google.internal/computeMetadata/v1/",
  "http://10.0.0.1/",
  "http://172.16.0.1/",
  "http://172.31.255.254/",
  "http://192.168.1.1/",
  "http://100.64.0.1/",
  "http://192.0.0.8/",
  "http://[fe80::1]/",
  "http://[fc00::1]/",
  "http://[fd12:3456:789a::1]/",
  "http://[fec0::1]/",
  "http://[ff02::1]/",
  "http://224.0.0.1/",
  "http://240.0.0.1/",
  "http://255.255.255.255/",
];

const OURS = [
  "http://host/releases/NEIGHBOUR_RELEASE",
  "http://dispatcher/ping",
  "http://internet/",
  "http://127.0.0.1:API_PORT/v1/scripts",
  "http://127.0.0.1:EDGE_PORT/healthz",
  "http://unix:HOST_SOCKET:/releases/NEIGHBOUR_RELEASE",
  "unix:HOST_SOCKET",
  "file:///etc/passwd",
  "ftp://127.0.0.1:BAIT_PORT/",
  "gopher://127.0.0.1:BAIT_PORT/_x",
  "blob:http://127.0.0.1:BAIT_PORT/1",
  "javascript:1",
];

const PUBLIC = `http://${PUBLIC_HOST}:PUBLIC_PORT`;

/** Redirects that the server on the public address answers with. */
const REDIRECTS = [
  "http://127.0.0.1:BAIT_PORT/",
  "http://[::1]:BAIT_PORT/",
  "http://localhost:BAIT_PORT/",
  "//127.0.0.1:BAIT_PORT/",
  "file:///etc/passwd",
];

export const NETWORK_CASES: readonly HostileCase[] = [
  ...LOOPBACK.map(fetches),
  ...INSIDE.map(fetches),
  ...OURS.map(fetches),
  network(
    "reads a data: URL",
    js`async function main() { return reach('data:text/plain,inside'); }`,
    {
      expect: { is: "anything", withinMs: WITHIN_MS },
    },
  ),
  network(
    "reaches the public internet, so that the other cases mean something",
    js`async function main() { return reach('${PUBLIC}/'); }`,
    {
      expect: { is: "value", value: "reached 200 public", withinMs: WITHIN_MS },
    },
  ),
  ...REDIRECTS.map((target) =>
    network(
      `is redirected to ${target}`,
      js`async function main() { return reach('${PUBLIC}/redirect?to=' + encodeURIComponent(${JSON.stringify(target)})); }`,
    ),
  ),
  network(
    "follows a redirect by hand with its own Host header",
    js`
async function main() {
  const first = await fetch('${PUBLIC}/redirect?to=' + encodeURIComponent('http://127.0.0.1:BAIT_PORT/'), { redirect: 'manual' });
  return reach(first.headers.get('location'), { headers: { host: '${PUBLIC_HOST}', 'x-forwarded-host': '${PUBLIC_HOST}' } });
}`,
  ),
  network(
    "asks for another address by the Host header and cf options",
    js`
async function main() {
  return (await reach('${PUBLIC}/', { headers: { host: '127.0.0.1:BAIT_PORT' }, cf: { resolveOverride: '127.0.0.1' } })) === 'reached 200 public' ? 'refused' : 'refused';
}`,
  ),
  network(
    "passes a Request whose url lies",
    js`
async function main() {
  const request = new Request('${PUBLIC}/');
  const lying = new Proxy(request, {});
  Object.defineProperty(request, 'url', { get: () => 'http://127.0.0.1:BAIT_PORT/' });
  const tries = await Promise.all([reach({ toString: () => 'http://127.0.0.1:BAIT_PORT/' }), reach(lying), reach(new URL('http://127.0.0.1:BAIT_PORT/'))]);
  return tries.every((result) => result === 'refused') ? 'refused' : tries.join();
}`,
  ),
  network(
    "gives two answers to whoever reads its URL twice",
    js`
async function main() {
  let reads = 0;
  return reach({ toString: () => (reads++ === 0 ? '${PUBLIC}/' : 'http://127.0.0.1:BAIT_PORT/') }).then((result) => result.includes('bait') ? result : 'refused');
}`,
  ),
  network(
    "opens a WebSocket to loopback",
    js`
async function main() {
  return new Promise((resolve) => {
    try {
      const socket = new WebSocket('ws://127.0.0.1:BAIT_PORT/');
      socket.addEventListener('open', () => resolve('open'));
      socket.addEventListener('error', () => resolve('refused'));
      socket.addEventListener('close', () => resolve('refused'));
    } catch { resolve('refused'); }
  });
}`,
  ),
  network(
    "upgrades a fetch to a WebSocket on loopback",
    js`
async function main() { return reach('http://127.0.0.1:BAIT_PORT/', { headers: { upgrade: 'websocket' } }); }`,
  ),
  network(
    "opens an EventSource to loopback",
    js`
async function main() {
  return new Promise((resolve) => {
    try {
      const source = new EventSource('http://127.0.0.1:BAIT_PORT/');
      source.onopen = () => resolve('open');
      source.onerror = () => { source.close(); resolve('refused'); };
    } catch { resolve('refused'); }
  });
}`,
  ),
  network(
    "sends a request from a form, a stream and a beacon",
    js`
async function main() {
  const body = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('x')); c.close(); } });
  const url = 'http://127.0.0.1:BAIT_PORT/';
  try { navigator.sendBeacon(url, 'x'); } catch {}
  const results = await Promise.all([reach(url, { method: 'POST', body: new FormData() }), reach(url, { method: 'POST', body, duplex: 'half' })]);
  return results.every((result) => result === 'refused') ? 'refused' : results.join();
}`,
  ),
  network(
    "smuggles a request in a header",
    js`
async function main() {
  const result = await reach('${PUBLIC}/', { headers: { a: 'b\r\nHost: 127.0.0.1:BAIT_PORT\r\n\r\nGET http://127.0.0.1:BAIT_PORT/ HTTP/1.1' } });
  return result.includes('bait') ? result : 'refused';
}`,
  ),
  network(
    "opens a raw socket",
    js`
async function main() {
  for (const name of ['cloudflare:sockets', 'node:net', 'net', 'node:tls', 'node:dgram', 'node:http', 'node:http2']) {
    try { require(name).connect({ hostname: '127.0.0.1', host: '127.0.0.1', port: BAIT_PORT }); return 'reached by ' + name; } catch {}
  }
  return typeof connect === 'undefined' ? 'refused' : 'has connect';
}`,
  ),
  network(
    "fetches from a Script",
    js`function main() { return typeof fetch === 'undefined' ? 'refused' : reach('${PUBLIC}/'); }`,
    {
      type: "script",
      expect: { ...REFUSED, mostRequests: 0 },
    },
  ),
  network(
    "takes fetch in a Script from wherever it may be left",
    js`
function main() {
  const holders = [globalThis, Object.getPrototypeOf(globalThis), Object.getPrototypeOf(Object.getPrototypeOf(globalThis)), globalThis.self, globalThis.global];
  for (const holder of holders) for (const name of ['fetch', 'WebSocket', 'EventSource', 'connect', 'Fetcher', 'Socket']) if (holder?.[name]) return name;
  try { new Response('x'); return 'Response'; } catch {}
  return 'refused';
}`,
    { type: "script" },
  ),
  network(
    "makes more requests than allowed, one after the other",
    js`
async function main() { for (let i = 0; i < 30; i += 1) await fetch('${PUBLIC}/'); return 'all'; }`,
    {
      limits: { subrequests: 3 },
      expect: { is: "fault", code: "subrequests_exceeded", mostRequests: 3 },
    },
  ),
  network(
    "makes more requests than allowed, all at once",
    js`
async function main() { await Promise.all(Array.from({ length: 30 }, () => fetch('${PUBLIC}/'))); return 'all'; }`,
    {
      limits: { subrequests: 3 },
      expect: { is: "fault", code: "subrequests_exceeded", mostRequests: 3 },
    },
  ),
  network(
    "goes on past the limit of requests by catching",
    js`
async function main() { for (let i = 0; i < 30; i += 1) { try { await fetch('${PUBLIC}/'); } catch {} } return 'all'; }`,
    {
      limits: { subrequests: 3 },
      expect: { is: "anything", mostRequests: 3 },
    },
  ),
  network(
    "makes more requests than allowed by redirects",
    js`async function main() { return reach('${PUBLIC}/chain?left=10'); }`,
    {
      limits: { subrequests: 3 },
      expect: { is: "anything", mostRequests: 3, never: /reached 200/ },
    },
  ),
  network(
    "makes more requests than allowed with WebSockets",
    js`
async function main() {
  for (let i = 0; i < 30; i += 1) { try { new WebSocket('ws://${PUBLIC_HOST}:PUBLIC_PORT/'); } catch {} }
  await new Promise((resolve) => setTimeout(resolve, 200));
  return 'all';
}`,
    { limits: { subrequests: 3 }, expect: { is: "anything", mostRequests: 3 } },
  ),
  network(
    "makes requests after its answer",
    js`
function main() { setTimeout(() => { for (let i = 0; i < 9; i += 1) fetch('${PUBLIC}/late'); }, 50); return 'answered'; }`,
    {
      limits: { subrequests: 3 },
      expect: { is: "value", value: "answered", mostRequests: 3 },
    },
  ),
  network(
    "makes requests where none are allowed",
    js`async function main() { await fetch('${PUBLIC}/'); return 'made'; }`,
    {
      limits: { subrequests: 0 },
      expect: { is: "fault", code: "subrequests_exceeded", mostRequests: 0 },
    },
  ),
  network(
    "waits for a server that never answers",
    js`async function main() { await fetch('${PUBLIC}/silence'); }`,
    {
      limits: { wallMs: 300 },
      expect: { is: "fault", code: "wall_exceeded", withinMs: 800 },
    },
  ),
  network(
    "reads an answer that never ends",
    js`async function main() { return (await (await fetch('${PUBLIC}/endless')).text()).length; }`,
    {
      limits: { cpuMs: 1_500 },
      expect: {
        is: "fault",
        code: ["memory_exceeded", "wall_exceeded", "cpu_exceeded", "script_error"],
        withinMs: 2_500,
      },
    },
  ),
];
