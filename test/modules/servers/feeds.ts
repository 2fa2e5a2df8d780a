// Feeds of each kind that readers tell apart, and the ways in which fetching one goes wrong.

import type { Exchange, Routes } from "./routes.ts";

const RSS = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:trunk="http://example.com/trunk">
<channel>
  <title>Outages &amp; works</title>
  <link>http://example.com/outages</link>
  <description>What is down</description>
  <language>en</language>
  <trunk:region>EU</trunk:region>
  <atom:link href="http://example.com/outages.xml" rel="self" type="application/rss+xml"/>
  <item>
    <title>Route to +49 is slow</title>
    <link>http://example.com/outages/1</link>
    <guid isPermaLink="false">outage-1</guid>
    <pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate>
    <dc:creator>NOC</dc:creator>
    <category>routing</category>
    <category>germany</category>
    <description>&lt;p&gt;PDD is &lt;b&gt;high&lt;/b&gt;&lt;/p&gt;</description>
    <content:encoded><![CDATA[<p>All of it</p>]]></content:encoded>
    <enclosure url="http://example.com/1.pcap" length="1234" type="application/octet-stream"/>
    <trunk:severity>major</trunk:severity>
  </item>
  <item><title>Über uns</title><link>http://example.com/outages/2</link></item>
</channel>
</rss>`;

const ATOM = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title>Rates</title>
  <link href="http://example.com/rates"/>
  <link rel="self" href="http://example.com/rates.atom"/>
  <updated>2026-11-03T12:00:00Z</updated>
  <entry>
    <title>New rates</title>
    <id>urn:rates:1</id>
    <link href="http://example.com/rates/1"/>
    <updated>2026-11-03T12:00:00Z</updated>
    <author><name>Billing</name></author>
    <summary>Cheaper</summary>
    <content type="html">&lt;i&gt;Cheaper&lt;/i&gt; everywhere</content>
  </entry>
</feed>`;

const FEEDS: Record<string, string> = {
  rss: RSS,
  atom: ATOM,
  broken: "<rss version='2.0'><channel><title>Half",
  other: "<html><body>Not a feed</body></html>",
};

export const FEED_ROUTES: Routes = { feeds };

function feeds({ request, response, rest: [name = ""] }: Exchange): unknown {
  if (name === "moved") return response.writeHead(301, { location: "/feeds/rss" }).end();
  if (name === "loop") return response.writeHead(302, { location: "/feeds/loop" }).end();
  if (name === "hang") return undefined;
  if (name === "agent") {
    const title = `${request.headers["user-agent"]} ${String(request.headers["x-mine"])}`;
    return response.end(`<rss version="2.0"><channel><title>${title}</title></channel></rss>`);
  }
  const feed = FEEDS[name];
  if (feed === undefined) return response.writeHead(404).end("not here");
  response.writeHead(200, { "content-type": "application/rss+xml; charset=utf-8" });
  return response.end(feed);
}
