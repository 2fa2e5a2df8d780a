// Calls as a routing engine asks about them: its routing object, with the variables beside it.

const SECURITY_TOKEN = "c2FtcGxlLW5vdC1hLXJlYWwtdG9rZW4=";

const ROUTING = {
  callid: "896411870-861076410-2143831551@198.51.100.7",
  callidb: "B2BUA2863_ewlYegJpZwUIGwtpchR0",
  re: "fr1re2",
  server: "am1fs1",
  switch: "192.0.2.10",
  start_time: 1_731_773_041,
  account_id: 1234,
  cli: "442079460010",
  ou: "00447700900123",
  dest_number: "447700900123",
  offer_auth: false,
  params: {
    switch: "192.0.2.10",
    oU: "00447700900123",
    fU: "442079460010",
    callid: "896411870-861076410-2143831551@198.51.100.7",
    userAgent: "Example SIP Gateway 1.0",
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
  egress_routing: [
    {
      provider_id: 77,
      card_id: "fbIL-EJoJ",
      dest_name: "UK Mobile",
      rate: 0.0123,
      currency: "USD",
      rtp_server_id: 41,
      gw: {
        "301": { ip: "203.0.113.5", port: 5060, cli: "442079460010", number: "447700900123" },
        "302": { ip: "203.0.113.6", port: 5060, cli: "442079460010", number: "447700900123" },
      },
      headers: [
        { key: "X-Customer-ID", value: 1234 },
        { key: "X-CX-Sec", value: SECURITY_TOKEN },
      ],
      remove_headers: [],
    },
    // A route without gateways occurs: scripts that forget it fail here and not in a call.
    { provider_id: 78, card_id: "kQ2w-7HdA", dest_name: "UK Mobile", rate: 0.0131 },
  ],
  headers: [],
  remove_headers: [{ key: "X-Internal-Note" }],
  log: ["CLI matched rule 3", "LCR: 2 carriers"],
  meta: {},
  p: {},
  profile: { auth: 3, ingress: 5, total: 14 },
  scriptForgeId: 11,
};

/** Variables as customers write them, one table for each kind of script that people begin with. */
const VARS = {
  schedule: { week: "9-21", weekend: "10-18", offset: 0 },
  cli: { range: [[442_079_460_020, 442_079_460_029]] },
  dnc: { db: "dnc" },
};

/** An outbound call of a customer: two carriers, the first with two gateways. */
export const TERMINATION = { routing: ROUTING, ...VARS };

/** An inbound call from a mobile to a DID, on its way to the switch that serves the customer. */
export const ORIGINATION = {
  routing: {
    callid: "3c2673a1-0e1f-4c8e-8f0a-5d0f6f2f9a11@203.0.113.20",
    callidb: "B2BUA2864_q7RrTfKc0VZkMBdCqd1x",
    re: "fr1re2",
    server: "am1fs1",
    switch: "192.0.2.10",
    start_time: 1_731_773_102,
    account_id: 1234,
    cli: "447700900456",
    ou: "+442079460018",
    dest_number: "442079460018",
    offer_auth: false,
    params: {
      switch: "192.0.2.10",
      oU: "+442079460018",
      fU: "+447700900456",
      callid: "3c2673a1-0e1f-4c8e-8f0a-5d0f6f2f9a11@203.0.113.20",
      userAgent: "Example Carrier SBC",
      au: null,
      si: "203.0.113.20",
      sp: 5060,
      rtp_ip: "203.0.113.21",
      proto: "UDP",
      reg_id: null,
      csIp: "203.0.113.20",
      x_orig_ip: null,
      x_anyedge_host: null,
    },
    ingress_routing: { id: 6120, prefix: "", card_id: "Hq0d-PpV3", tag: "did" },
    card_rev: 4,
    egress_routing: [
      {
        provider_id: 12,
        card_id: "mX3v-9LrT",
        dest_name: "Internal",
        rate: 0,
        currency: "USD",
        rtp_server_id: 41,
        gw: {
          "501": { ip: "192.0.2.20", port: 5060, cli: "447700900456", number: "442079460018" },
        },
        headers: [
          { key: "X-Customer-ID", value: 1234 },
          { key: "X-CX-Sec", value: SECURITY_TOKEN },
        ],
        remove_headers: [],
      },
    ],
    headers: [],
    remove_headers: [],
    log: ["DID 442079460018 belongs to customer 1234"],
    meta: {},
    p: {},
    profile: { auth: 2, ingress: 4, total: 9 },
    scriptForgeId: 12,
  },
  schedule: VARS.schedule,
};

/** A call whose ingress route has the tag `wholesale`. */
export const TAGGED_CALL = {
  routing: {
    ...ROUTING,
    ingress_routing: { id: 5530, prefix: "7001", card_id: "GjjS-E0FO", tag: "wholesale" },
    scriptForgeId: 13,
  },
  ...VARS,
};

/** A simulated call of a registered user. Scripts for every call have no variables of their own. */
export const EVERY_CALL = {
  routing: {
    ...ROUTING,
    callid: "SIM-0b7c5f52-66c8-4a39-9a43-64c2b0f1f3de",
    offer_auth: true,
    params: {
      ...ROUTING.params,
      callid: "SIM-0b7c5f52-66c8-4a39-9a43-64c2b0f1f3de",
      au: "reception",
      proto: "TLS",
      sp: 5061,
      reg_id: 90_017,
    },
    scriptForgeId: 14,
  },
};
