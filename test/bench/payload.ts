// What every subject of the bench computes: the routing data of one call, and the script that sets its CLI.

import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { parseOrUndefined } from "../../schemas/parse-or-undefined.ts";

const CLI = "442071838750";

/** Sets the CLI in every gateway of every egress route. Some routes have none. */
export const SCRIPT = `function main(data) {
  for (const egress of data.routing.egress_routing) {
    for (const id in egress.gw) egress.gw[id].cli = "${CLI}";
  }
  return data;
}`;

/** The same as an App's source. */
export const APP = `async ${SCRIPT}`;

const EGRESS = {
  provider_id: 77,
  card_id: "fbIL-EJoJ",
  dest_name: "UK Mobile",
  rate: 0.0123,
  currency: "USD",
  rtp_server_id: 41,
  gw: {
    "301": { ip: "203.0.113.5", port: 5060, cli: "442070000000", number: "447700900123" },
    "302": { ip: "203.0.113.6", port: 5060, cli: "442070000000", number: "447700900123" },
  },
  headers: [
    { key: "X-Customer-ID", value: 1234 },
    { key: "X-CX-Sec", value: "b64-or-hex-token" },
  ],
  remove_headers: [],
};

const DATA = {
  routing: {
    callid: "896411870-861076410-2143831551",
    callidb: "CNX2863_ewlYegJpZwUIGwtpchR0",
    re: "fr1re2",
    server: "am1fs1",
    switch: "192.0.2.10",
    start_time: 1731773041,
    account_id: 1234,
    cli: "442070000000",
    ou: "00447700900123",
    dest_number: "447700900123",
    offer_auth: false,
    params: {
      switch: "192.0.2.10",
      oU: "00447700900123",
      fU: "442070000000",
      callid: "896411870-861076410-2143831551",
      userAgent: "Cisco-SIPGateway",
      au: null,
      si: "198.51.100.7",
      sp: 5060,
      rtp_ip: "198.51.100.7",
      proto: "UDP",
      reg_id: null,
      csIp: "198.51.100.7",
      x_orig_ip: null,
      x_anyedge_host: null,
    },
    ingress_routing: { id: 5512, prefix: "00", card_id: "GjjS-E0FO", tag: "default" },
    card_rev: 19,
    egress_routing: [EGRESS, { provider_id: 78, card_id: "aaaa-bbbb" }],
    headers: [],
    remove_headers: [],
    log: ["CLI matched rule 3", "LCR: 2 carriers"],
    meta: {},
    p: {},
    profile: { auth: 3, ingress: 5, total: 14 },
    scriptForgeId: 11,
  },
  schedule: { week: "9-21", weekend: "10-18", offset: -4 },
  cli: {
    range: [
      [1000, 2000],
      [6000, 8000],
    ],
  },
  dnc: { db: "dnc" },
};

/** The body of a call as a routing engine sends it. */
export const PAYLOAD = JSON.stringify(DATA);

/** The same call with as many egress routes as make `bytes` or a little more. */
export function makePayload(bytes: number): string {
  const missing = Math.max(0, bytes - PAYLOAD.length);
  const more = Math.ceil(missing / (JSON.stringify(EGRESS).length + 1));
  const { routing } = DATA;
  const egress_routing = [...routing.egress_routing, ...Array.from({ length: more }, () => EGRESS)];
  return JSON.stringify({ ...DATA, routing: { ...routing, egress_routing } });
}

const Gateways = z.record(z.string(), z.looseObject({ cli: z.string() }));
const Call = z.looseObject({
  routing: z.looseObject({ egress_routing: z.array(z.looseObject({ gw: Gateways.optional() })) }),
});
const Answer = z.object({ action: z.literal("continue"), data: Call });

/** Whether `answer` is the decision that the script makes of `payload`. */
export function isRight(answer: string, payload = PAYLOAD): boolean {
  const { routing } = Call.parse(JSON.parse(payload));
  for (const { gw } of routing.egress_routing) {
    for (const gateway of Object.values(gw ?? {})) gateway.cli = CLI;
  }
  const got = Answer.safeParse(parseOrUndefined(answer));
  return got.success && isDeepStrictEqual(got.data.data.routing, routing);
}
