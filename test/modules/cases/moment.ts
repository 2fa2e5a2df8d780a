// What scripts do with moment.

import { nothing, type ModuleCase } from "../module-case.ts";

const js = String.raw;
const module = "moment";

const DATES: ModuleCase = {
  name: "parses, formats and counts in UTC",
  module,
  data: nothing,
  code: js`
const moment = require('moment');

function main() {
  const at = moment.utc('2026-03-29T01:30:15.250Z');
  const invalid = moment('not a date', 'YYYY-MM-DD', true);
  return {
    format: [at.format(), at.format('dddd, MMMM Do YYYY, h:mm:ss a'), at.format('[Week] W, DDDo, Q, X, x, SSS, ZZ'), at.format('LLLL')],
    parsed: moment.utc('31/12/2025 23:59', 'DD/MM/YYYY HH:mm').toISOString(),
    'several formats': moment.utc('2025.12.31', ['DD-MM-YYYY', 'YYYY.MM.DD'], true).format('L'),
    invalid: [invalid.isValid(), invalid.format(), moment.utc('2025-02-30').isValid(), invalid.toJSON(), moment.utc('2025-13-01', 'YYYY-MM-DD').invalidAt()],
    added: [at.clone().add(1, 'month').format('L'), at.clone().subtract({ days: 29, hours: 2 }).format(), moment.utc('2024-01-31').add(1, 'M').format('L')],
    edges: [at.clone().startOf('month').format(), at.clone().endOf('isoWeek').format(), at.clone().startOf('quarter').format('L')],
    diff: [at.diff('2026-01-01T00:00:00Z', 'days'), at.diff('2026-01-01T00:00:00Z', 'months', true).toFixed(4), moment.utc('2025-01-01').diff(at)],
    compared: [at.isBefore('2027-01-01'), at.isSame('2026-03-01', 'month'), at.isBetween('2026-01-01', '2026-12-31', undefined, '[]'), moment.max(at, moment.utc(0)).year()],
    offset: [at.clone().utcOffset('+05:30').format(), moment.parseZone('2026-03-29T01:30:00-07:00').format(), at.clone().utcOffset(120).hour()],
    parts: [at.year(), at.month(), at.date(), at.day(), at.isoWeek(), at.dayOfYear(), at.daysInMonth(), at.isLeapYear(), at.unix(), at.valueOf()],
    object: at.toObject(),
    set: at.clone().set({ hour: 5, minute: 0 }).hour(6).toISOString(),
    relative: [at.from(moment.utc('2026-03-29T03:30:15Z')), at.to('2026-04-05T00:00:00Z'), at.from(at, true)],
    calendar: [at.calendar(moment.utc('2026-03-30T12:00:00Z')), at.calendar(moment.utc('2026-06-01'))],
    json: JSON.stringify({ at }),
  };
}
`,
  expected: {
    format: [
      "2026-03-29T01:30:15Z",
      "Sunday, March 29th 2026, 1:30:15 am",
      "Week 13, 88th, 1, 1774747815, 1774747815250, 250, +0000",
      "Sunday, March 29, 2026 1:30 AM",
    ],
    parsed: "2025-12-31T23:59:00.000Z",
    "several formats": "12/31/2025",
    invalid: [false, "Invalid date", false, null, 1],
    added: ["04/29/2026", "2026-02-27T23:30:15Z", "02/29/2024"],
    edges: ["2026-03-01T00:00:00Z", "2026-03-29T23:59:59Z", "01/01/2026"],
    diff: [87, "2.9052", -39058215250],
    compared: [true, true, true, 2026],
    offset: ["2026-03-29T07:00:15+05:30", "2026-03-29T01:30:00-07:00", 3],
    parts: [2026, 2, 29, 0, 13, 88, 31, false, 1774747815, 1774747815250],
    object: {
      years: 2026,
      months: 2,
      date: 29,
      hours: 1,
      minutes: 30,
      seconds: 15,
      milliseconds: 250,
    },
    set: "2026-03-29T06:00:15.250Z",
    relative: ["2 hours ago", "in 7 days", "a few seconds"],
    calendar: ["Yesterday at 1:30 AM", "03/29/2026"],
    json: '{"at":"2026-03-29T01:30:15.250Z"}',
  },
};

const DURATIONS: ModuleCase = {
  name: "counts durations",
  module,
  data: nothing,
  code: js`
const moment = require('moment');

function main() {
  const duration = moment.duration({ hours: 25, minutes: 70, seconds: 5 });
  return {
    as: [duration.asMinutes(), duration.asHours().toFixed(3), duration.get('hours'), duration.days()],
    iso: [duration.toISOString(), moment.duration('P1Y2M3DT4H5M6S').asDays(), moment.duration('23:59:59').asSeconds()],
    words: [duration.humanize(), moment.duration(-1, 'minutes').humanize(true), moment.duration(45, 's').humanize({ s: 50, ss: 10 })],
    sum: duration.clone().add(1, 'd').subtract(moment.duration(5, 'seconds')).toISOString(),
    isDuration: [moment.isDuration(duration), moment.isDuration(moment.utc()), moment.isMoment(moment.utc()), moment.isDate(new Date())],
  };
}
`,
  expected: {
    as: [1570.0833333333333, "26.168", 2, 1],
    iso: ["PT26H10M5S", 429.17020833333333, 86399],
    words: ["a day", "a minute ago", "45 seconds"],
    sum: "P1DT26H10M",
    isDuration: [true, false, true, true],
  },
};

const LOCALES: ModuleCase = {
  name: "speaks other languages",
  module,
  data: nothing,
  code: js`
const moment = require('moment');

function main() {
  const at = moment.utc('2026-03-29T13:30:00Z');
  const before = moment.locale();
  const spoken = {};
  for (const name of ['fr', 'de', 'ar', 'ja', 'pt-br', 'zh-cn', 'pl']) spoken[name] = at.clone().locale(name).format('LLLL');
  const found = moment.locale('fr');
  const french = { format: at.format(), global: moment.utc('2026-03-29T13:30:00Z').format('dddd D MMMM'), relative: moment.duration(3, 'hours').humanize() };
  const unknown = moment.locale('xx');
  moment.locale('en');
  moment.updateLocale('en', { monthsShort: Array.from({ length: 12 }, (_, n) => 'M' + (n + 1)) });
  const updated = moment.utc('2026-03-29').format('MMM');
  moment.updateLocale('en', null);
  return {
    ...spoken,
    found,
    french,
    unknown,
    updated,
    back: [before, moment.locale(), moment.utc('2026-03-29').format('MMM')],
    'first found of a list': moment.utc(0).locale(['xx', 'nl']).format('MMMM'),
    months: moment.localeData('es').months().slice(0, 2),
  };
}
`,
  expected: {
    fr: "dimanche 29 mars 2026 13:30",
    de: "Sonntag, 29. März 2026 13:30",
    ar: "الأحد ٢٩ مارس ٢٠٢٦ ١٣:٣٠",
    ja: "2026年3月29日 日曜日 13:30",
    "pt-br": "domingo, 29 de março de 2026 às 13:30",
    "zh-cn": "2026年3月29日星期日下午1点30分",
    pl: "niedziela, 29 marca 2026 13:30",
    found: "fr",
    french: { format: "2026-03-29T13:30:00Z", global: "dimanche 29 mars", relative: "3 heures" },
    unknown: "fr",
    updated: "M3",
    back: ["en", "en", "Mar"],
    "first found of a list": "januari",
    months: ["enero", "febrero"],
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: nothing,
  code: js`
import moment from 'moment';
import * as all from 'moment';

export function main() {
  return {
    default: moment.utc(0).format('YYYY'),
    namespace: [all.default === moment, typeof all.default.duration],
    now: Math.abs(moment().valueOf() - Date.now()) < 1000,
    local: moment(new Date(2026, 0, 2, 3, 4)).format('YYYY-MM-DD HH:mm'),
  };
}
`,
  expected: {
    default: "1970",
    namespace: [true, "function"],
    now: true,
    local: "2026-01-02 03:04",
  },
};

export const MOMENT_CASES: readonly ModuleCase[] = [DATES, DURATIONS, LOCALES, IMPORTED];
