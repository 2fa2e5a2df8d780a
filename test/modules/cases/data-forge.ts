// What scripts do with data-forge.

import { nothing, type ModuleCase } from "../module-case.ts";

const js = String.raw;
const module = "data-forge";

const FRAMES: ModuleCase = {
  name: "reads, filters and groups",
  module,
  data: () => ({
    text: "prefix,country,minutes,rate,day\n49,DE,10,0.01,2026-01-02\n33,FR,20,0.02,2026-01-01\n4930,DE,5,0.03,2026-01-03\n",
  }),
  code: js`
const forge = require('data-forge');

function main(data) {
  const calls = forge.fromCSV(data.text).parseInts(['minutes']).parseFloats('rate').parseDates('day', 'YYYY-MM-DD');
  const plain = calls.dropSeries('day');
  const names = forge.fromObject({ DE: 'Germany', FR: 'France' }).renameSeries({ Field: 'code', Value: 'name' });
  return {
    fromCSV: plain.toArray(),
    columns: [calls.getColumnNames(), calls.count(), calls.detectTypes().where((type) => type.Column === 'minutes').toArray()],
    where: plain.where(({ rate }) => rate > 0.015).getSeries('prefix').toArray(),
    select: plain.select(({ minutes, rate }) => (minutes * rate).toFixed(2)).toArray(),
    orderBy: plain.orderBy(({ country }) => country).thenByDescending(({ minutes }) => minutes).getSeries('prefix').toArray(),
    groupBy: plain.groupBy(({ country }) => country).select((group) => ({ country: group.first().country, minutes: group.deflate(({ minutes }) => minutes).sum() })).inflate().toArray(),
    join: plain.join(names, ({ country }) => country, ({ code }) => code, (left, right) => [left.prefix, right.name]).toArray(),
    aggregate: [plain.getSeries('minutes').average(), plain.getSeries('minutes').max(), plain.getSeries('rate').std().toFixed(4), plain.getSeries('minutes').median()],
    series: plain.generateSeries({ cost: ({ minutes, rate }) => Math.round(minutes * rate * 100) }).subset(['prefix', 'cost']).toArray(),
    index: plain.setIndex('prefix').at('33').country,
    pivot: plain.pivot('country', 'minutes', (series) => series.sum()).toArray(),
    dates: calls.orderBy(({ day }) => day).select(({ day }) => day.getFullYear() + '-' + (day.getMonth() + 1) + '-' + day.getDate()).toArray(),
    toCSV: plain.head(2).toCSV(),
    toJSON: JSON.parse(plain.tail(1).toJSON()),
    toString: plain.head(1).toString().split('\n').map((line) => line.trimEnd()),
  };
}
`,
  expected: {
    fromCSV: [
      { prefix: "49", country: "DE", minutes: 10, rate: 0.01 },
      { prefix: "33", country: "FR", minutes: 20, rate: 0.02 },
      { prefix: "4930", country: "DE", minutes: 5, rate: 0.03 },
    ],
    columns: [
      ["prefix", "country", "minutes", "rate", "day"],
      3,
      [{ Type: "number", Frequency: 100, Column: "minutes" }],
    ],
    where: ["33", "4930"],
    select: ["0.10", "0.40", "0.15"],
    orderBy: ["49", "4930", "33"],
    groupBy: [
      { country: "DE", minutes: 15 },
      { country: "FR", minutes: 20 },
    ],
    join: [
      ["49", "Germany"],
      ["33", "France"],
      ["4930", "Germany"],
    ],
    aggregate: [11.666666666666666, 20, "0.0082", 10],
    series: [
      { prefix: "49", cost: 10 },
      { prefix: "33", cost: 40 },
      { prefix: "4930", cost: 15 },
    ],
    index: "FR",
    pivot: [
      { country: "DE", minutes: 15 },
      { country: "FR", minutes: 20 },
    ],
    dates: ["2026-1-1", "2026-1-2", "2026-1-3"],
    toCSV: "prefix,country,minutes,rate\r\n49,DE,10,0.01\r\n33,FR,20,0.02",
    toJSON: [{ prefix: "4930", country: "DE", minutes: 5, rate: 0.03 }],
    toString: [
      "__index__  prefix  country  minutes  rate",
      "---------  ------  -------  -------  ----",
      "0          49      DE       10       0.01",
      "",
    ],
  },
};

const SERIES: ModuleCase = {
  name: "works on series",
  module,
  data: nothing,
  code: js`
const { DataFrame, Series, range, fromJSON, concatSeries } = require('data-forge');

function main() {
  const series = new Series([3, 1, 2, 2]);
  const frame = new DataFrame({ columns: { a: [1, 2], b: ['x', 'y'] }, index: [10, 20] });
  return {
    window: range(1, 6).window(2).select((pair) => pair.sum()).toArray(),
    rolling: range(1, 4).rollingWindow(3).select((three) => three.average()).toArray(),
    distinct: series.distinct().toArray(),
    sorted: series.orderBy((value) => value).toArray(),
    pairs: frame.toPairs(),
    rows: frame.toRows(),
    fromJSON: fromJSON('[{"a":1},{"a":null}]').getSeries('a').defaultIfEmpty(0).toArray(),
    concat: concatSeries([series, new Series(['z'])]).toArray(),
    cumulative: series.cumsum().toArray(),
    counted: new Series(['a', 'b', 'a']).groupBy((value) => value).select((group) => [group.first(), group.count()]).toArray(),
    merged: frame.withSeries('c', new Series({ index: [20, 10], values: ['twenty', 'ten'] })).toArray(),
    zip: Series.zip([new Series([1, 2]), new Series([3, 4])], (pair) => pair.sum()).toArray(),
  };
}
`,
  expected: {
    window: [3, 7, 11],
    rolling: [2, 3],
    distinct: [3, 1, 2],
    sorted: [1, 2, 2, 3],
    pairs: [
      [10, { a: 1, b: "x" }],
      [20, { a: 2, b: "y" }],
    ],
    rows: [
      [1, "x"],
      [2, "y"],
    ],
    fromJSON: [1],
    concat: [3, 1, 2, 2, "z"],
    cumulative: [3, 4, 6, 8],
    counted: [
      ["a", 2],
      ["b", 1],
    ],
    merged: [
      { a: 1, b: "x", c: "ten" },
      { a: 2, b: "y", c: "twenty" },
    ],
    zip: [4, 6],
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: nothing,
  code: js`
import { DataFrame, fromCSV } from 'data-forge';
import * as forge from 'data-forge';

export const main = () => {
  return {
    named: [new DataFrame([{ a: 1 }]).toArray(), fromCSV('a,b\n1,2').toArray()],
    namespace: forge.DataFrame === DataFrame,
  };
};
`,
  expected: { named: [[{ a: 1 }], [{ a: "1", b: "2" }]], namespace: true },
};

export const DATA_FORGE_CASES: readonly ModuleCase[] = [FRAMES, SERIES, IMPORTED];
