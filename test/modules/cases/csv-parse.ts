// What scripts do with csv-parse, under each of its three names.

import { inFolder, nothing, type ModuleCase } from "../module-case.ts";

const js = String.raw;

const RATES = 'prefix,rate,name\n49,0.01,Germany\n33,0.02,"France, all"\n';

const STREAM: ModuleCase = {
  name: "parses as a stream and with a callback",
  module: "csv-parse",
  data: (place) => ({ ...inFolder(place), text: RATES }),
  code: js`
const fs = require('fs');
const { Readable, promises: { pipeline } } = require('stream');
const { parse, CsvError, Parser } = require('csv-parse');

async function main(data) {
  const called = (text, options) => new Promise((resolve) => parse(text, options, (error, records) => resolve(error ? [error.code, error.message] : records)));
  const records = [];
  const parser = parse({ delimiter: ';', columns: ['a', 'b'] });
  parser.on('readable', () => { for (let record; (record = parser.read()) !== null;) records.push(record); });
  const ended = new Promise((resolve, reject) => parser.on('end', resolve).on('error', reject));
  parser.write('1;2\n');
  parser.write('3;');
  parser.write('4\n');
  parser.end();
  await ended;
  const file = data.folder + '/rates.csv';
  fs.writeFileSync(file, data.text);
  const iterated = [];
  for await (const record of fs.createReadStream(file).pipe(parse({ columns: true, cast: true }))) iterated.push(record);
  let count = 0;
  await pipeline(Readable.from(['x,y\n', '1,2\n']), parse(), async (source) => { for await (const row of source) count += row.length; });
  return {
    callback: await called(data.text, { columns: true }),
    options: await called('# none\na\tb\n\n 1 \t2\n', { delimiter: '\t', comment: '#', trim: true, skip_empty_lines: true, from_line: 1 }),
    'wrong length': await called('a,b\n1\n', {}),
    'open quote': await called('a,"b', {}),
    events: records,
    'piped from a file': iterated,
    pipeline: count,
    classes: [typeof Parser, parser instanceof Parser, new CsvError('CODE', 'message') instanceof Error],
  };
}
`,
  expected: {
    callback: [
      { prefix: "49", rate: "0.01", name: "Germany" },
      { prefix: "33", rate: "0.02", name: "France, all" },
    ],
    options: [
      ["a", "b"],
      ["1", "2"],
    ],
    "wrong length": [
      "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH",
      "Invalid Record Length: expect 2, got 1 on line 2",
    ],
    "open quote": [
      "CSV_QUOTE_NOT_CLOSED",
      "Quote Not Closed: the parsing is finished with an opening quote at line 1",
    ],
    events: [
      { a: "1", b: "2" },
      { a: "3", b: "4" },
    ],
    "piped from a file": [
      { prefix: 49, rate: 0.01, name: "Germany" },
      { prefix: 33, rate: 0.02, name: "France, all" },
    ],
    pipeline: 4,
    classes: ["function", true, true],
  },
};

const SYNC: ModuleCase = {
  name: "parses at once",
  module: "csv-parse/sync",
  data: () => ({ text: RATES }),
  code: js`
const { parse, CsvError } = require('csv-parse/sync');

function main(data) {
  let failed;
  try { parse('a,b\n1,2,3\n'); } catch (error) { failed = [error instanceof CsvError, error.code, error.message, error.lines]; }
  return {
    rows: parse(data.text),
    columns: parse(data.text, { columns: true, cast: (value, { column, header }) => (column === 'rate' && !header ? Number(value) : value) }),
    'bytes with a mark': parse(Buffer.from('\ufeffname\nZoë\n'), { bom: true, columns: true }),
    relaxed: parse('a,b "c"\n1\n', { relax_quotes: true, relax_column_count: true }),
    records: parse(data.text, { from: 2, to: 2, on_record: (record) => record.join('|') }),
    objname: parse(data.text, { columns: true, objname: 'prefix' }),
    info: parse('1,2\n', { info: true })[0].info.lines,
    failed,
  };
}
`,
  expected: {
    rows: [
      ["prefix", "rate", "name"],
      ["49", "0.01", "Germany"],
      ["33", "0.02", "France, all"],
    ],
    columns: [
      { prefix: "49", rate: 0.01, name: "Germany" },
      { prefix: "33", rate: 0.02, name: "France, all" },
    ],
    "bytes with a mark": [{ name: "Zoë" }],
    relaxed: [["a", 'b "c"'], ["1"]],
    records: ["49|0.01|Germany"],
    objname: {
      "33": { prefix: "33", rate: "0.02", name: "France, all" },
      "49": { prefix: "49", rate: "0.01", name: "Germany" },
    },
    info: 1,
    failed: [
      true,
      "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH",
      "Invalid Record Length: expect 2, got 3 on line 2",
      2,
    ],
  },
};

const VERSION_4: ModuleCase = {
  name: "parses at once, as version 4 did",
  module: "csv-parse/lib/sync",
  data: () => ({ text: RATES }),
  code: js`
const parse = require('csv-parse/lib/sync');

function main(data) {
  let failed;
  try { parse('a,b\n1,2,3\n'); } catch (error) { failed = [error instanceof Error, error.code, error.message]; }
  return {
    itself: typeof parse,
    rows: parse(data.text),
    columns: parse(data.text, { columns: true, skip_empty_lines: true }),
    'names of then': parse('a,b "c"\n1,2,3\n', { relax: true, skip_lines_with_error: true }),
    cast: parse('1,x,2020-01-01\n', { cast: true, cast_date: true })[0].map((value) => (value instanceof Date ? value.toISOString() : value)),
    delimiter: parse("1;'a;b'\n", { delimiter: ';', quote: "'" }),
    'column functions': parse('A,B\n1,2\n', { columns: (header) => header.map((name) => name.toLowerCase()) }),
    failed,
  };
}
`,
  expected: {
    itself: "function",
    rows: [
      ["prefix", "rate", "name"],
      ["49", "0.01", "Germany"],
      ["33", "0.02", "France, all"],
    ],
    columns: [
      { prefix: "49", rate: "0.01", name: "Germany" },
      { prefix: "33", rate: "0.02", name: "France, all" },
    ],
    "names of then": [["a", 'b "c"']],
    cast: [1, "x", "2020-01-01T00:00:00.000Z"],
    delimiter: [["1", "a;b"]],
    "column functions": [{ a: "1", b: "2" }],
    failed: [
      true,
      "CSV_INCONSISTENT_RECORD_LENGTH",
      "Invalid Record Length: expect 2, got 3 on line 2",
    ],
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported under each name",
  module: "csv-parse/sync",
  data: nothing,
  code: js`
import { parse } from 'csv-parse/sync';
import * as sync from 'csv-parse/sync';
import { parse as parseStream, Parser } from 'csv-parse';
import parseOnce from 'csv-parse/lib/sync';

export async function main(data) {
  const rows = [];
  for await (const row of parseStream('a,b\n')) rows.push(row);
  return {
    sync: parse('1,2\n'),
    namespace: [sync.parse === parse, Object.keys(sync).filter((name) => name !== 'default' && name !== 'module.exports').sort()],
    stream: [rows, parseStream() instanceof Parser],
    'version 4': parseOnce('1,2\n'),
  };
}
`,
  expected: {
    sync: [["1", "2"]],
    namespace: [true, ["CsvError", "normalize_options", "parse"]],
    stream: [[["a", "b"]], true],
    "version 4": [["1", "2"]],
  },
};

export const CSV_PARSE_CASES: readonly ModuleCase[] = [STREAM, SYNC, VERSION_4, IMPORTED];
