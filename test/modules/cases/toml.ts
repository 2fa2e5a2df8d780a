// What scripts do with fast-toml.

import { inFolder, nothing, type ModuleCase } from "../module-case.ts";

const js = String.raw;
const module = "fast-toml";

const TOML = `
# routes of one carrier
title = "Routes \\u00fc"
active = true
since = 1979-05-27T07:32:00Z
hex = 0xff
big = 1_000
rate = 1.5e-3
literal = 'C:\\no\\escapes'
prefixes = ["49", "33"]
nested = [[1, 2], ["a"]]
inline = { host = "sip.example.com", port = 5060 }
text = """
two
lines"""

[owner]
name = "NOC"

[owner.contact]
mail = "noc@example.com"

[[trunk]]
name = "a"
[[trunk]]
name = "b"
"quoted key" = 1
`;

const PARSED: ModuleCase = {
  name: "parses text",
  module,
  data: () => ({ text: TOML }),
  code: js`
const toml = require('fast-toml');

function main(data) {
  const table = toml.parse(data.text);
  let broken;
  try { broken = toml.parse('a = 1\na = '); } catch (error) { broken = [error.name, error.message]; }
  return {
    all: table,
    'a date': table.since instanceof Date,
    template: toml${"`"}
      title = 'Hey universe'
      [sound]
      volume = 68
    ${"`"},
    broken,
    empty: toml.parse(''),
  };
}
`,
  expected: {
    all: {
      title: "Routes ü",
      active: true,
      since: "1979-05-27T07:32:00.000Z",
      hex: 255,
      big: 1000,
      rate: 0.0015,
      literal: "C:\\no\\escapes",
      prefixes: ["49", "33"],
      nested: [[1, 2], ["a"]],
      inline: {
        host: "sip.example.com",
        port: 5060,
      },
      text: "two\nlines",
      owner: {
        name: "NOC",
        contact: {
          mail: "noc@example.com",
        },
      },
      trunk: [
        {
          name: "a",
        },
        {
          name: "b",
          "quoted key": 1,
        },
      ],
    },
    "a date": true,
    template: {
      title: "Hey universe",
      sound: {
        volume: 68,
      },
    },
    broken: ["SyntaxError", "Expected value after =\n2 |  a =\n         ^"],
    empty: {},
  },
};

const FILES: ModuleCase = {
  name: "parses files",
  module,
  data: (place) => ({ ...inFolder(place), text: TOML }),
  code: js`
const fs = require('fs');
const path = require('path');
const toml = require('fast-toml');

async function main(data) {
  const file = path.join(data.folder, 'routes.toml');
  fs.writeFileSync(file, data.text);
  const missing = await toml.parseFile(path.join(data.folder, 'none.toml')).catch((error) => error.code);
  return {
    parseFile: (await toml.parseFile(file)).owner,
    parseFileSync: toml.parseFileSync(file).trunk,
    missing,
  };
}
`,
  expected: {
    parseFile: { name: "NOC", contact: { mail: "noc@example.com" } },
    parseFileSync: [{ name: "a" }, { name: "b", "quoted key": 1 }],
    missing: "ENOENT",
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: nothing,
  code: js`
import * as toml from 'fast-toml';
import itself from 'fast-toml';

export async function main(data) {
  return { namespace: toml.default.parse('a = 1'), default: [typeof itself, itself.parse('b = [1]')] };
}
`,
  expected: { namespace: { a: 1 }, default: ["function", { b: [1] }] },
};

export const TOML_CASES: readonly ModuleCase[] = [PARSED, FILES, IMPORTED];
