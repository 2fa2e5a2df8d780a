// What scripts do with decompress-zip.

import { nothing, type ModuleCase } from "../module-case.ts";

const js = String.raw;
const module = "decompress-zip";

/** top/readme.txt as it is; top/rates/eu.csv and top/rates/uk.csv deflated; and the two folders. */
const ARCHIVE =
  "UEsDBBQAAAAAAKMgQ1AAAAAAAAAAAAAAAAAEAAAAdG9wL1BLAwQUAAAAAACjIENQSZQuFQgAAAAIAAAADgAAAHRvcC9y" +
  "ZWFkbWUudHh0R3LDvMOfZQpQSwMEFAAAAAAAoyBDUAAAAAAAAAAAAAAAAAoAAAB0b3AvcmF0ZXMvUEsDBBQAAAAIAKMg" +
  "Q1DYcIYWpgEAAKYGAAAQAAAAdG9wL3JhdGVzL2V1LmNzdkXVO2pcQRgF4fyuRZg+/e7lOJDAmREOvHxzoaod/dnHaOZU" +
  "6/f359evvx/fP/98PuWj/CjlyXvy1PfUp72nPf09/RnvGc98z3zWe9az37Of857zRAYnQEEKVLACFrTABa/iVT8XXsWr" +
  "eBWv4lW8ilfxGl7Da/6heA2v4TW8htfwGl7H63gdr/vN4XW8jtfxOl7HG3gDb+ANvOFPgTfwBt7AG3gTb+JNvIk38aa/" +
  "Ld7Em3gTb+EtvIW38BbewluOBW/hLbyNt/E23sbbeBtv423Xh7fxDt7BO3gH7+AdvIN38I5zvnt20MVFFydd3HRx1MVV" +
  "F2dd3HVx2EX5fyrKN5Zby83l9nKDucXcZGwmRpN6K1S2mxhOLCemE9uJ8cR6Yj6xn7QbuLIJxYZiRLGimFHsKIYUS4op" +
  "pd+3Q9maYk6xpxhULComFZuKUcWqMu6zpGxYsayYVmwrxhXrinnFvmJgmffFU7axGFmsLGYWO4uhxdJiarG1rPuYKptb" +
  "7C0GF4uLycXmYnSxuphd9n2nlS0vphfbi/HF+mJ+sb8YYCww5/4LQP4HUEsDBBQAAAAIAKMgQ1CyDXvRDwAAAJABAAAQ" +
  "AAAAdG9wL3JhdGVzL3VrLmNzdjMx0THQMzDiMhmlBwUNAFBLAQIUAxQAAAAAAKMgQ1AAAAAAAAAAAAAAAAAEAAAAAAAA" +
  "AAAAAADtQQAAAAB0b3AvUEsBAhQDFAAAAAAAoyBDUEmULhUIAAAACAAAAA4AAAAAAAAAAAAAAKSBIgAAAHRvcC9yZWFk" +
  "bWUudHh0UEsBAhQDFAAAAAAAoyBDUAAAAAAAAAAAAAAAAAoAAAAAAAAAAAAAAO1BVgAAAHRvcC9yYXRlcy9QSwECFAMU" +
  "AAAACACjIENQ2HCGFqYBAACmBgAAEAAAAAAAAAAAAAAApIF+AAAAdG9wL3JhdGVzL2V1LmNzdlBLAQIUAxQAAAAIAKMg" +
  "Q1CyDXvRDwAAAJABAAAQAAAAAAAAAAAAAACkgVICAAB0b3AvcmF0ZXMvdWsuY3N2UEsFBgAAAAAFAAUAIgEAAI8CAAAA" +
  "AA==";

/** One file, named "../evil.txt". */
const ESCAPING =
  "UEsDBBQAAAAAAKMgQ1BSMfuNBAAAAAQAAAALAAAALi4vZXZpbC50eHRldmlsUEsBAhQDFAAAAAAAoyBDUFIx+40EAAAA" +
  "BAAAAAsAAAAAAAAAAAAAAKSBAAAAAC4uL2V2aWwudHh0UEsFBgAAAAABAAEAOQAAAC0AAAAAAA==";

const EXTRACT: ModuleCase = {
  name: "lists and extracts",
  module,
  data: ({ folder }) => ({ folder, archive: ARCHIVE, escaping: ESCAPING }),
  code: js`
const fs = require('fs');
const path = require('path');
const DecompressZip = require('decompress-zip');

const done = (start) => (file, ...rest) => new Promise((resolve, reject) => {
  const unzipper = new DecompressZip(file);
  unzipper.on('error', reject);
  start(unzipper, resolve, ...rest);
});
const list = done((unzipper, resolve) => unzipper.on('list', resolve).list());
const extract = done((unzipper, resolve, options, progress = () => {}) => unzipper.on('progress', progress).on('extract', resolve).extract(options));
const told = (promise) => promise.then(() => 'fulfilled', (error) => error.code || error.message);

const tree = (folder) => fs.readdirSync(folder, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? [entry.name + '/', ...tree(path.join(folder, entry.name)).map((name) => entry.name + '/' + name)] : [entry.name]))
  .sort();

async function main(data) {
  const at = (name) => path.join(data.folder, name);
  const bytes = Buffer.from(data.archive, 'base64');
  fs.writeFileSync(at('a.zip'), bytes);
  fs.writeFileSync(at('cut.zip'), bytes.subarray(0, 200));
  fs.writeFileSync(at('wrong.zip'), Buffer.alloc(100, 'no zip '));
  fs.writeFileSync(at('evil.zip'), Buffer.from(data.escaping, 'base64'));
  const progress = [];
  const log = await extract(at('a.zip'), { path: at('all') }, (index, count) => progress.push([index, count]));
  await extract(at('a.zip'), { path: at('some'), strip: 1, filter: (file) => file.type === 'File' && file.filename.endsWith('.csv') });
  const csv = fs.readFileSync(at('all/top/rates/eu.csv'), 'utf8').trim().split('\n');
  return {
    list: (await list(at('a.zip'))).sort(),
    extracted: log.map((entry) => Object.values(entry)[0]).sort(),
    how: [...new Set(log.map((entry) => Object.keys(entry)[0]))].sort(),
    tree: tree(at('all')),
    'stored, read back': fs.readFileSync(at('all/top/readme.txt'), 'utf8'),
    'deflated, read back': [csv.length, csv[0], csv.at(-1), fs.statSync(at('all/top/rates/uk.csv')).size],
    progress,
    'filtered and stripped': tree(at('some')),
    'stripped too far': await told(extract(at('a.zip'), { path: at('far'), strip: 3, filter: (file) => file.type === 'File' })),
    'cut off': await told(list(at('cut.zip'))),
    'not a zip': await told(extract(at('wrong.zip'), { path: at('wrong') })),
    'missing file': await told(list(at('none.zip'))),
    'out of its folder': [await told(extract(at('evil.zip'), { path: at('inner/deep') })), fs.existsSync(at('inner/evil.txt'))],
  };
}
`,
  expected: {
    list: ["top/", "top/rates/", "top/rates/eu.csv", "top/rates/uk.csv", "top/readme.txt"],
    extracted: ["top/", "top/rates/", "top/rates/eu.csv", "top/rates/uk.csv", "top/readme.txt"],
    how: ["deflated", "folder", "stored"],
    tree: ["top/", "top/rates/", "top/rates/eu.csv", "top/rates/uk.csv", "top/readme.txt"],
    "stored, read back": "Grüße\n",
    "deflated, read back": [201, "prefix,rate", "199,0.09", 400],
    progress: [
      [0, 5],
      [1, 5],
      [2, 5],
      [3, 5],
      [4, 5],
    ],
    "filtered and stripped": ["rates/", "rates/eu.csv", "rates/uk.csv"],
    "stripped too far": "You cannot strip more levels than there are directories",
    "cut off": "Could not find the End of Central Directory Record",
    "not a zip": "Could not find the End of Central Directory Record",
    "missing file": "ENOENT",
    "out of its folder": ["You cannot extract a file outside of the target path", false],
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: nothing,
  code: js`
import DecompressZip from 'decompress-zip';

export function main() {
  return { default: [typeof DecompressZip, typeof new DecompressZip('/tmp/none.zip').extract] };
}
`,
  expected: { default: ["function", "function"] },
};

export const ZIP_CASES: readonly ModuleCase[] = [EXTRACT, IMPORTED];
