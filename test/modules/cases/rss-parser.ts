// What scripts do with rss-parser.

import { atHttp, nothing, type ModuleCase } from "../module-case.ts";

const js = String.raw;
const module = "rss-parser";

const FETCHED: ModuleCase = {
  name: "reads feeds from the network",
  module,
  data: ({ http, refusedPort }) => ({
    at: http + "/feeds",
    refused: `http://127.0.0.1:${refusedPort}/`,
  }),
  code: js`
const Parser = require('rss-parser');

async function main(data) {
  const parser = new Parser();
  const told = (promise) => promise.then(() => 'fulfilled', (error) => error.message.replace(/:\d+/, ':port'));
  const custom = new Parser({ customFields: { feed: [['trunk:region', 'region']], item: ['trunk:severity'] }, headers: { 'User-Agent': 'carrier/1', 'X-Mine': 'yes' } });
  const feed = await parser.parseURL(data.at + '/rss');
  const own = await custom.parseURL(data.at + '/rss');
  return {
    feed: { ...feed, items: feed.items.length },
    items: feed.items,
    atom: await parser.parseURL(data.at + '/atom'),
    redirected: (await parser.parseURL(data.at + '/moved')).title,
    'too many redirects': await told(new Parser({ maxRedirects: 2 }).parseURL(data.at + '/loop')),
    404: await told(parser.parseURL(data.at + '/none')),
    timeout: await told(new Parser({ timeout: 100 }).parseURL(data.at + '/hang')),
    refused: await parser.parseURL(data.refused).catch((error) => error.code),
    'custom fields': [own.region, own.items[0]['trunk:severity']],
    headers: (await custom.parseURL(data.at + '/agent')).title,
    'not a feed': await told(parser.parseURL(data.at + '/other')),
    callback: await new Promise((resolve) => parser.parseURL(data.at + '/rss', (error, { items }) => resolve([error, items.map(({ title }) => title)]))),
    'callback with an error': await new Promise((resolve) => parser.parseURL(data.at + '/none', (error) => resolve(error.message))),
    'at once': (await Promise.all(['/rss', '/atom', '/moved'].map((path) => parser.parseURL(data.at + path)))).map(({ title }) => title),
  };
}
`,
  expected: {
    "404": "Status code 404",
    feed: {
      items: 2,
      feedUrl: "http://example.com/outages.xml",
      paginationLinks: { self: "http://example.com/outages.xml" },
      title: "Outages & works",
      description: "What is down",
      link: "http://example.com/outages",
      language: "en",
    },
    items: [
      {
        creator: "NOC",
        title: "Route to +49 is slow",
        link: "http://example.com/outages/1",
        pubDate: "Mon, 02 Nov 2026 10:00:00 GMT",
        "content:encoded": "<p>All of it</p>",
        "content:encodedSnippet": "All of it",
        enclosure: {
          url: "http://example.com/1.pcap",
          length: "1234",
          type: "application/octet-stream",
        },
        "dc:creator": "NOC",
        content: "<p>PDD is <b>high</b></p>",
        contentSnippet: "PDD is high",
        guid: "outage-1",
        categories: ["routing", "germany"],
        isoDate: "2026-11-02T10:00:00.000Z",
      },
      { title: "Über uns", link: "http://example.com/outages/2" },
    ],
    atom: {
      items: [
        {
          title: "New rates",
          link: "http://example.com/rates/1",
          pubDate: "2026-11-03T12:00:00.000Z",
          author: "Billing",
          content: "<i>Cheaper</i> everywhere",
          contentSnippet: "Cheaper everywhere",
          summary: "Cheaper",
          id: "urn:rates:1",
          isoDate: "2026-11-03T12:00:00.000Z",
        },
      ],
      link: "http://example.com/rates",
      feedUrl: "http://example.com/rates.atom",
      title: "Rates",
      lastBuildDate: "2026-11-03T12:00:00Z",
    },
    redirected: "Outages & works",
    "too many redirects": "Too many redirects",
    timeout: "Request timed out after 100ms",
    refused: "ECONNREFUSED",
    "custom fields": ["EU", "major"],
    headers: "carrier/1 yes",
    "not a feed": "Feed not recognized as RSS 1 or 2.",
    callback: [null, ["Route to +49 is slow", "Über uns"]],
    "callback with an error": "Status code 404",
    "at once": ["Outages & works", "Rates", "Outages & works"],
  },
};

const PARSED: ModuleCase = {
  name: "reads feeds from text",
  module,
  data: nothing,
  code: js`
const Parser = require('rss-parser');

async function main() {
  const parser = new Parser();
  const rss1 = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>One</title><link>l</link></channel><item rdf:about="i"><title>First</title></item></rdf:RDF>';
  const podcast = '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>Pod</title><itunes:author>NOC</itunes:author><itunes:image href="http://example.com/i.png"/><itunes:category text="Tech"/><item><title>E1</title><itunes:duration>1:00</itunes:duration></item></channel></rss>';
  const told = (promise) => promise.then(() => 'fulfilled', (error) => [error instanceof Error, error.message]);
  return {
    'RSS 2': await parser.parseString('<rss version="2.0"><channel><title>T &amp; t</title><item><title>a</title><pubDate>Mon, 02 Nov 2026 10:00:00 +0100</pubDate></item></channel></rss>'),
    'RSS 1': await parser.parseString(rss1),
    'RSS 0.9': (await parser.parseString('<rss version="0.91"><channel><title>Old</title></channel></rss>')).title,
    podcast: await parser.parseString(podcast),
    callback: await new Promise((resolve) => parser.parseString(rss1, (error, feed) => resolve([error, feed.title]))),
    'not a feed': await told(parser.parseString('<html></html>')),
    'not XML': await told(parser.parseString('{"json":1}')),
    empty: await told(parser.parseString('')),
    'cut off': (await told(parser.parseString('<rss version="2.0"><channel>')))[0],
  };
}
`,
  expected: {
    "RSS 2": {
      items: [
        {
          title: "a",
          pubDate: "Mon, 02 Nov 2026 10:00:00 +0100",
          isoDate: "2026-11-02T09:00:00.000Z",
        },
      ],
      title: "T & t",
    },
    "RSS 1": { items: [{ title: "First", "rdf:about": "i" }], title: "One", link: "l" },
    "RSS 0.9": "Old",
    podcast: {
      items: [{ title: "E1", itunes: { duration: "1:00" } }],
      title: "Pod",
      itunes: {
        image: "http://example.com/i.png",
        categories: ["Tech"],
        categoriesWithSubs: [{ name: "Tech", subs: null }],
        author: "NOC",
      },
    },
    callback: [null, "One"],
    "not a feed": [true, "Feed not recognized as RSS 1 or 2."],
    "not XML": [true, "Non-whitespace before first tag.\nLine: 0\nColumn: 1\nChar: {"],
    empty: [true, "Unable to parse XML."],
    "cut off": true,
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: atHttp,
  code: js`
import Parser from 'rss-parser';

export async function main(data) {
  const { title } = await new Parser().parseURL(data.at + '/feeds/atom');
  return { default: title };
}
`,
  expected: { default: "Rates" },
};

export const RSS_PARSER_CASES: readonly ModuleCase[] = [FETCHED, PARSED, IMPORTED];
