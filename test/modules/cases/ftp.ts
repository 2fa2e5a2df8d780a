// What scripts do with ftp.

import { nothing, type ModuleCase, type Place } from "../module-case.ts";

const js = String.raw;
const module = "ftp";

const toServer = ({ ftpPort, refusedPort, folder }: Place): Record<string, unknown> => ({
  port: ftpPort,
  refusedPort,
  folder,
});

const CONNECT = js`
const Client = require('ftp');
const { promisify } = require('util');

/** A client with methods that return promises. */
async function connect(port, login = { user: 'carrier', password: 'secret' }) {
  const client = new Client();
  await new Promise((resolve, reject) => {
    client.once('ready', resolve).once('error', reject).once('close', () => reject(new Error('closed')));
    client.connect({ host: '127.0.0.1', port, connTimeout: 2000, pasvTimeout: 2000, ...login });
  });
  const ask = (name, ...rest) => promisify(client[name]).call(client, ...rest);
  return { client, ask };
}

async function text(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
`;

const READING: ModuleCase = {
  name: "logs in, lists and reads",
  module,
  data: toServer,
  code: js`${CONNECT}
async function main(data) {
  const { client, ask } = await connect(data.port);
  const closed = new Promise((resolve) => client.once('close', (hadError) => resolve(hadError)));
  const told = (promise) => promise.then(() => 'fulfilled', (error) => [error instanceof Error, error.code]);
  const list = await ask('list', '/rates');
  const read = {
    pwd: await ask('pwd'),
    list: list.map(({ type, name, size, date, rights }) => [type, name, size, date.toISOString(), rights.user]),
    'list of the root': (await ask('list')).map(({ type, name }) => [type, name]).sort((a, b) => (a[1] < b[1] ? -1 : 1)).filter(([, name]) => name !== 'new'),
    get: await text(await ask('get', 'readme.txt')),
    size: await ask('size', 'rates/eu.csv'),
    lastMod: (await ask('lastMod', 'rates/eu.csv')).toISOString(),
    system: await ask('system'),
    'missing file': await told(ask('get', 'none.txt')),
    'missing folder': await told(ask('cwd', 'none')),
    cwd: [await told(ask('cwd', 'rates')), await ask('pwd'), await text(await ask('get', 'eu.csv'))],
    cdup: [await told(ask('cdup')), await ask('pwd')],
  };
  client.end();
  return { ...read, closed: await closed };
}
`,
  expected: {
    pwd: "/",
    list: [["-", "eu.csv", 28, "2020-02-03T00:00:00.000Z", "rw"]],
    "list of the root": [
      ["d", "rates"],
      ["-", "readme.txt"],
    ],
    get: "Hello carrier\n",
    size: 28,
    lastMod: "2020-02-03T04:05:00.000Z",
    system: "UNIX",
    "missing file": [true, 551],
    "missing folder": [true, 550],
    cwd: ["fulfilled", "/rates", "prefix,rate\n49,0.01\n33,0.02\n"],
    cdup: ["fulfilled", "/"],
    closed: false,
  },
};

const WRITING: ModuleCase = {
  name: "writes, renames and deletes",
  module,
  data: toServer,
  code: js`${CONNECT}
const fs = require('fs');
const path = require('path');
const { Readable } = require('stream');

async function main(data) {
  const { client, ask } = await connect(data.port);
  const told = (promise) => promise.then(() => 'fulfilled', (error) => [error instanceof Error, error.code]);
  const local = path.join(data.folder, 'local.txt');
  fs.writeFileSync(local, 'from a file');
  await ask('mkdir', 'new');
  await ask('put', Buffer.from('Grüße'), 'new/a.txt');
  await ask('put', Readable.from(['one,', 'two']), 'new/b.txt');
  await ask('put', local, 'new/c.txt');
  await ask('append', Buffer.from(' and more'), 'new/c.txt');
  const contents = [];
  for (const name of ['a', 'b', 'c']) contents.push(await text(await ask('get', 'new/' + name + '.txt')));
  await ask('rename', 'new/a.txt', 'new/z.txt');
  const renamed = (await ask('list', 'new')).map(({ name }) => name).sort();
  const copy = fs.createWriteStream(path.join(data.folder, 'copy.txt'));
  const stream = await ask('get', 'new/z.txt');
  await new Promise((resolve, reject) => stream.pipe(copy).on('finish', resolve).on('error', reject));
  for (const name of ['z', 'b', 'c']) await ask('delete', 'new/' + name + '.txt');
  const after = {
    contents,
    renamed,
    'get to a file': fs.readFileSync(path.join(data.folder, 'copy.txt'), 'utf8'),
    deleted: (await ask('list', 'new')).filter((entry) => entry.name),
    'deleted again': await told(ask('delete', 'new/z.txt')),
    rmdir: await told(ask('rmdir', 'new')),
    'rename of what is missing': await told(ask('rename', 'none', 'other')),
  };
  const ended = new Promise((resolve) => client.once('end', () => resolve('ended')));
  client.end();
  return { ...after, end: await ended };
}
`,
  expected: {
    contents: ["Grüße", "one,two", "from a file and more"],
    renamed: ["b.txt", "c.txt", "z.txt"],
    "get to a file": "Grüße",
    deleted: [],
    "deleted again": [true, 550],
    rmdir: "fulfilled",
    "rename of what is missing": [true, 550],
    end: "ended",
  },
};

const REFUSED: ModuleCase = {
  name: "tells why it cannot connect",
  module,
  data: toServer,
  code: js`${CONNECT}
async function main(data) {
  const told = (promise) => promise.then(() => 'fulfilled', (error) => [error instanceof Error, error.code]);
  return {
    'wrong password': await told(connect(data.port, { user: 'carrier', password: 'wrong' })),
    anonymous: await told(connect(data.port, {})),
    refused: await connect(data.refusedPort).then(() => 'connected', () => 'not connected'),
  };
}
`,
  expected: {
    "wrong password": [true, 530],
    anonymous: [true, 530],
    refused: "not connected",
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: nothing,
  code: js`
import Client from 'ftp';
import { EventEmitter } from 'events';

export function main() {
  return { default: [typeof Client, new Client() instanceof EventEmitter, typeof new Client().list] };
}
`,
  expected: { default: ["function", true, "function"] },
};

export const FTP_CASES: readonly ModuleCase[] = [READING, WRITING, REFUSED, IMPORTED];
