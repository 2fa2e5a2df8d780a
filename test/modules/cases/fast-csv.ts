// What scripts do with fast-csv.

import { inFolder, nothing, type ModuleCase } from "../module-case.ts";

const js = String.raw;
const module = "fast-csv";

const PARSING: ModuleCase = {
  name: "parses",
  module,
  data: inFolder,
  code: js`
const fs = require('fs');
const path = require('path');
const { Readable } = require('stream');
const csv = require('fast-csv');

const collect = (stream) => new Promise((resolve, reject) => {
  const rows = [];
  stream.on('error', reject).on('data', (row) => rows.push(row)).on('end', (count) => resolve([rows, count]));
});

async function main(data) {
  const text = 'prefix,rate\n49,0.01\n33,0.02\n';
  const file = path.join(data.folder, 'rates.csv');
  fs.writeFileSync(file, text);
  const invalid = [];
  const valid = await collect(
    csv.parseString(text, { headers: true })
      .validate((row) => Number(row.rate) < 0.02)
      .on('data-invalid', (row, number) => invalid.push([row, number])),
  );
  const reasons = [];
  await collect(csv.parseString('a\nx\n', { headers: true }).validate((row, done) => done(null, false, 'not wanted')).on('data-invalid', (row, number, reason) => reasons.push(reason)));
  const piped = csv.parse({ headers: true });
  const iterated = [];
  Readable.from([text.slice(0, 10), text.slice(10)]).pipe(piped);
  for await (const row of piped) iterated.push(row.prefix);
  return {
    parseString: await collect(csv.parseString(text)),
    headers: await collect(csv.parseString(text, { headers: true })),
    'headers renamed': await collect(csv.parseString(text, { headers: ['code', 'price'], renameHeaders: true })),
    transformed: await collect(csv.parseString(text, { headers: (names) => names.map((name) => name.toUpperCase()) }).transform((row) => ({ ...row, RATE: Number(row.RATE) * 100 }))),
    'transformed later': await collect(csv.parseString(text, { headers: true }).transform((row, done) => setImmediate(() => done(null, row.prefix)))),
    options: await collect(csv.parseString("# none\n a ;'b;c'\n\n", { delimiter: ';', quote: "'", comment: '#', trim: true, ignoreEmpty: true })),
    limits: await collect(csv.parseString(text, { headers: true, skipRows: 1, maxRows: 1 })),
    parseStream: await collect(csv.parseStream(fs.createReadStream(file), { headers: true })),
    parseFile: await collect(csv.parseFile(file, { headers: true })),
    'validated': [valid, invalid],
    'why invalid': reasons,
    'piped into': iterated,
    'too many columns': await collect(csv.parseString('a,b\n1,2,3\n', { headers: true })).catch((error) => error.message),
  };
}
`,
  expected: {
    parseString: [
      [
        ["prefix", "rate"],
        ["49", "0.01"],
        ["33", "0.02"],
      ],
      3,
    ],
    headers: [
      [
        { prefix: "49", rate: "0.01" },
        { prefix: "33", rate: "0.02" },
      ],
      2,
    ],
    "headers renamed": [
      [
        { code: "49", price: "0.01" },
        { code: "33", price: "0.02" },
      ],
      2,
    ],
    transformed: [
      [
        { PREFIX: "49", RATE: 1 },
        { PREFIX: "33", RATE: 2 },
      ],
      2,
    ],
    "transformed later": [["49", "33"], 2],
    options: [[["a", "b;c"]], 1],
    limits: [[{ prefix: "33", rate: "0.02" }], 1],
    parseStream: [
      [
        { prefix: "49", rate: "0.01" },
        { prefix: "33", rate: "0.02" },
      ],
      2,
    ],
    parseFile: [
      [
        { prefix: "49", rate: "0.01" },
        { prefix: "33", rate: "0.02" },
      ],
      2,
    ],
    validated: [[[{ prefix: "49", rate: "0.01" }], 2], [[{ prefix: "33", rate: "0.02" }, 2]]],
    "why invalid": ["not wanted"],
    "piped into": ["49", "33"],
    "too many columns": "Unexpected Error: column header mismatch expected: 2 columns got: 3",
  },
};

const WRITING: ModuleCase = {
  name: "writes",
  module,
  data: inFolder,
  code: js`
const fs = require('fs');
const path = require('path');
const csv = require('fast-csv');

async function main(data) {
  const rows = [{ prefix: '49', name: 'Germany' }, { prefix: '33', name: 'France, "all"' }];
  const file = path.join(data.folder, 'out.csv');
  await new Promise((resolve, reject) => csv.writeToPath(file, rows, { headers: true }).on('error', reject).on('finish', resolve));
  const stream = csv.format({ headers: true, delimiter: ';', quoteColumns: { name: true } });
  const chunks = [];
  const ended = new Promise((resolve, reject) => stream.on('data', (chunk) => chunks.push(chunk)).on('end', resolve).on('error', reject));
  stream.write(rows[0]);
  stream.write(['44', 'UK']);
  stream.end();
  await ended;
  const target = fs.createWriteStream(file + '.2');
  await new Promise((resolve, reject) => csv.writeToStream(target, [['a', 1], ['b', null]], { rowDelimiter: '\r\n', includeEndRowDelimiter: true }).on('finish', resolve).on('error', reject));
  const written = [];
  for await (const chunk of csv.write([[1, 2]], { headers: ['x', 'y'] })) written.push(chunk.toString());
  return {
    writeToPath: fs.readFileSync(file, 'utf8'),
    format: Buffer.concat(chunks).toString(),
    writeToStream: fs.readFileSync(file + '.2', 'utf8'),
    writeToString: await csv.writeToString(rows, { headers: ['name', 'prefix'] }),
    writeToBuffer: (await csv.writeToBuffer([['ü']])).toString('hex'),
    write: written.join(''),
    transform: await csv.writeToString(rows, { headers: true, transform: ({ prefix }) => ({ prefix: '+' + prefix }) }),
    quotes: await csv.writeToString([['a', 'b"c', 'd\ne']], { quote: "'", escape: "'" }),
    'round trip': await new Promise((resolve, reject) => {
      const back = [];
      csv.parseFile(file, { headers: true }).on('error', reject).on('data', (row) => back.push(row)).on('end', () => resolve(JSON.stringify(back) === JSON.stringify(rows)));
    }),
  };
}
`,
  expected: {
    writeToPath: 'prefix,name\n49,Germany\n33,"France, ""all"""',
    format: 'prefix;"name"\n49;"Germany"\n44;"UK"',
    writeToStream: "a,1\r\nb,\r\n",
    writeToString: 'name,prefix\nGermany,49\n"France, ""all""",33',
    writeToBuffer: "c3bc",
    write: "x,y\n1,2",
    transform: "prefix\n+49\n+33",
    quotes: "a,b\"c,'d\ne'",
    "round trip": true,
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: nothing,
  code: js`
import * as csv from 'fast-csv';
import { parseString, writeToString } from 'fast-csv';

export async function main() {
  const rows = [];
  for await (const row of parseString('a,b\n1,2\n', { headers: true })) rows.push(row);
  return { named: rows, written: await writeToString([[1, 2]]), namespace: csv.parseString === parseString };
}
`,
  expected: { named: [{ a: "1", b: "2" }], written: "1,2", namespace: true },
};

export const FAST_CSV_CASES: readonly ModuleCase[] = [PARSING, WRITING, IMPORTED];
