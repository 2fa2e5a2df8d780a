// What a script finds beyond the language and the web's own globals: for editors, for checking scripts with TypeScript,
// and to look things up in. docs/scripts.md tells how it all fits together, and shows a jsconfig.json.

/* oxlint-disable typescript/consistent-type-imports -- a file of global declarations imports nothing */
/* oxlint-disable no-underscore-dangle -- Node's own names */

/**
 * A header to add. Where its name is to be removed as well, it takes the other's place. The value goes out as text; one with
 * control characters, and a key that is no header name, are left out with a warning.
 */
interface Header {
  key: string;
  value: string | number | boolean;
}

/** A header to remove. */
interface HeaderName {
  key: string;
}

/** A gateway of a route, as the routing engine names it. */
interface Gateway {
  /** The calling number towards this gateway. Set it besides `routing.cli`. A number becomes text. */
  cli?: string;
  [field: string]: unknown;
}

/** A candidate for the call's next hop. Candidates are tried in order. */
interface EgressRoute {
  /** Gateways by their ids, which go out in ascending order where they are whole numbers. A route may come without any. */
  gw?: { [id: string]: Gateway };
  /** Headers to add towards this destination. */
  headers?: Header[];
  /** Headers to remove towards this destination. */
  remove_headers?: HeaderName[];
  [field: string]: unknown;
}

/**
 * What the routing engine has found out about a call. `cli` and `dest_number` come with every call; which of the others
 * do is up to the engine. A test run with `{"routing":{}}` has none.
 */
interface Routing {
  /** The calling number. */
  cli: string;
  /** The dialled number after the engine's own changes, usually E.164 without "+". */
  dest_number: string;
  /** The user part of the address as it was dialled. */
  ou?: string;
  /** Id of the customer whose call it is. */
  account_id?: number;
  /** The host that the call is on. */
  server?: string;
  /** IP address of the SIP switch. */
  switch?: string;
  /** SIP Call-ID of the caller's leg. */
  callid?: string;
  /** Id of the other leg. */
  callidb?: string;
  /** Name of the routing engine's instance. */
  re?: string;
  /** When the call began, in seconds since 1970. */
  start_time?: number;
  /** What the SIP request said: `oU`, `fU`, `userAgent`, `si` (source address), `sp` (source port) and more. */
  params?: { [name: string]: unknown };
  /** Whether the caller offered digest authentication. */
  offer_auth?: boolean;
  /** What the engine decided so far, for people. */
  log?: string[];
  meta?: { [name: string]: unknown };
  p?: { [name: string]: unknown };
  /** The ingress route that matched. */
  ingress_routing?: unknown;
  /**
   * Where the call may go, best first. An empty list rejects the call with `503 No Routes Available (U)`; without one the
   * engine's stays. Headers set on the list itself count for every destination, with a warning; all else that is set on it is
   * lost.
   */
  egress_routing?: EgressRoute[];
  /** Headers to add towards every destination. */
  headers?: Header[];
  /** Headers to remove towards every destination, before any is added. */
  remove_headers?: HeaderName[];
  /** Revision of the rate card. */
  card_rev?: string | number;
  /** How long the engine's stages took, in milliseconds. */
  profile?: { [stage: string]: number };
  /** Id of the script on the engine's side. */
  scriptForgeId?: number;
  /** The result of a look-up of the number, where a script has put it here. */
  asrPlus?: unknown;
  [field: string]: unknown;
}

/**
 * The argument of `main` for a call. Variables of the customer and the assignment stand beside `routing`. Numbers of more than
 * 15 digits are rounded here, and go out as they came where they are left alone.
 */
interface CallData {
  routing: Routing;
  /** The same list as `routing.egress_routing`, which what is assigned here replaces. Not enumerable. */
  egress_routing?: EgressRoute[];
  /** Go behind `routing.headers`. */
  headers?: Header[];
  /** Go behind `routing.remove_headers`. */
  remove_headers?: HeaderName[];
  [variable: string]: unknown;
}

/** A SIP answer: a code from 300 to 699, and a reason. Without a reason it is the code's standard one. */
type SipPair = readonly [code: number | string, reason?: unknown];

/**
 * What `main` returns for a call: the data or its routing object, and the call goes on with it; a list of headers to add
 * towards every destination; a pair, which rejects the call; or nothing, and the call goes on with the data as `main`
 * left it, with a warning. A text, a number or a boolean is a failure of the script.
 */
type CallResult = CallData | Routing | readonly Header[] | SipPair | null | undefined | void;

/** `main` of type Script. To reject a call: `throw new Error("404 Not Found")`, or `Promise.reject([404, "Not Found"])`. */
type ScriptMain = (data: CallData) => CallResult | Promise<never>;

/** `main` of type App. */
type AppMain = (data: CallData) => CallResult | PromiseLike<CallResult>;

/** The argument of `main` for a form: what was entered, by the names of the fields, and the assignment's variables under it. */
interface FormFields {
  /** In whose name the form was sent. Nobody can enter it. */
  _company?: { company_id: string };
  /** A string or a file, a list where the name repeats, any JSON where the form was sent as JSON. */
  [field: string]: unknown;
}

/** A file in a form. */
interface FormFile {
  /** What the sender calls it. */
  name: string;
  /** What the sender says it is, such as `text/plain`. */
  type: string;
  /** In bytes. */
  size: number;
  base64: string;
}

/** A number of a provider: beside `did`, whatever the operator is to see. */
interface Did {
  did: string | number;
  [member: string]: unknown;
}

/** What a DID driver exports, as far as its provider can do it. */
interface DidDriver {
  /** Numbers that can be bought, for the digits of a search. */
  search?(query: { number: string }): Did[] | null | void | PromiseLike<Did[] | null | void>;
  /** Buys a number. Where the object has no `did`, it is filled in. */
  allocate?(order: { did: string }): object | PromiseLike<object>;
  /** Gives a number back: `true` where that is done. */
  release?(order: { did: string }): unknown;
  /** Every number that the provider has for the operator. */
  list?(query: {}): Did[] | null | void | PromiseLike<Did[] | null | void>;
}

/** The argument of an alert driver's `alert` or `main`. The assignment's variables stand beside and under it. */
interface AlertData {
  alert: { id: string; title: string; company_id: string | null; recipients: string[] };
  company_id: string | null;
  [variable: string]: unknown;
}

/**
 * What an alert driver returns: nothing, `false` or an empty text where no alert is raised; its text; variables for the
 * template `alert`; or `true`, for that template without any.
 */
type AlertValue = string | boolean | { [variable: string]: unknown } | null | undefined | void;

/** `alert` of an alert driver. */
type AlertFunction = (data: AlertData) => AlertValue | PromiseLike<AlertValue>;

/** The data: `vars()` and `vars.routing` mean the same object's. Classic scripts only. */
declare var vars: (() => CallData) & CallData;

/** Gives the script's result. The first call of `exit` or `err` counts. Classic scripts only. */
declare function exit(value?: CallResult): void;

/** Fails the script: `err([404, "Not Found"])`, `err("404 Not Found")`. Classic scripts only. */
declare function err(reason?: unknown): void;

/** Facts about a number, as the operator's connector knows them. Counts as a request. */
type NumberLookup = (number: string | number) => Promise<unknown>;

/** Libraries by other names. Not in type Script, where reading a member throws. */
declare var api: {
  lookup: {
    /** An object whose `status` is "Invalid" for a number that is known to be bad. */
    asrplus: NumberLookup;
    hlr: NumberLookup;
    lrn: NumberLookup;
    nnpc: NumberLookup;
    ping: NumberLookup;
    tps: NumberLookup;
    /** The row of a number in one of the account's databases. Rejects where there is none. */
    userspaceLookup(database: string, number: string | number): Promise<unknown>;
  };
  rest: typeof import("cxRest").default;
  /** Those of cxSend. Others of its functions throw, where this edge's cxSend has none. */
  send: Pick<typeof import("cxSend"), "email" | "sms">;
};

/** What a function of a library rejects with where a service behind it refuses or fails. */
interface LibraryError extends Error {
  /** The HTTP status: the service's own, 504 where it does not answer in time, 502 where it cannot be reached. */
  status: number;
}

/**
 * Sets a variable for this run and the runs to come: the script's own where it has one of that name, else its account's.
 * Counts as a request. Not in type Script.
 *
 * Rejects for a value that is no string, one of more than 8,192 characters, the name of a built-in variable, a name
 * that has more than letters, digits and underscores or more than 128 characters, beyond 200 variables or some 48,000
 * characters of all of them, and when the account's scripts have set 60 within a minute.
 */
declare function setEnvVar(name: string, value: string): Promise<void>;

/**
 * Every variable as it is now, also those that other runs have set since this one began. Counts as a request. Not in type
 * Script.
 */
declare function getEnvVars(): Promise<Record<string, string>>;

declare namespace NodeJS {
  /** Variables of the account, those of the script over them, and the built-in ones. All are strings. */
  interface ProcessEnv {
    /** Id of the script. */
    readonly SCRIPTFORGE_ID?: string;
    /** The same as `SCRIPTFORGE_ID`. */
    readonly SCRIPTFORGE_UUID?: string;
    /** Name of the script. */
    readonly SCRIPTFORGE_NAME?: string;
    /** Id of the account. */
    readonly APP_ID?: string;
    /** Name of the machine that runs the script. */
    readonly EXEC_HOST?: string;
    /** Id of this run. Callers get it in the header `x-invocation`. */
    readonly CORRELATION_ID?: string;
    /** Of a driver that is asked as one: `test` or `live`. */
    readonly DRIVER_MODE?: string;
    [name: string]: string | undefined;
  }

  /** In type Script there is `env` alone. */
  interface Process {
    /** What is assigned here is this run's alone: `setEnvVar` keeps a value. */
    env: ProcessEnv;
    /** The version of Node whose modules these are like. */
    readonly version: string;
    /** Always "/". */
    cwd(): string;
    /** Seconds since the isolate began. */
    uptime(): number;
    nextTick(callback: (...values: unknown[]) => void, ...values: unknown[]): void;
  }

  /** Not in type Script. Throws an Error with the code MODULE_NOT_FOUND for a module that is not there. */
  interface Require {
    (name: "axios"): typeof import("axios");
    (name: "axios-cookiejar-support"): typeof import("axios-cookiejar-support");
    (name: "card-validator"): typeof import("card-validator");
    (name: "csv-parse"): typeof import("csv-parse");
    (name: "csv-parse/sync"): typeof import("csv-parse/sync");
    (name: "csv-parse/lib/sync"): typeof import("csv-parse/lib/sync");
    (name: "data-forge"): typeof import("data-forge");
    (name: "decompress-zip"): typeof import("decompress-zip");
    (name: "elasticemail-webapiclient"): typeof import("elasticemail-webapiclient");
    (name: "fast-csv"): typeof import("fast-csv");
    (name: "fast-toml"): typeof import("fast-toml");
    (name: "ftp"): typeof import("ftp");
    (name: "helpscout-2.0"): typeof import("helpscout-2.0");
    (name: "moment"): typeof import("moment");
    (name: "rss-parser"): typeof import("rss-parser");
    (name: "soap"): typeof import("soap");
    (name: "stripe"): typeof import("stripe");
    (name: "tough-cookie"): typeof import("tough-cookie");
    (name: "assert" | "node:assert"): typeof import("node:assert");
    (name: "buffer" | "node:buffer"): typeof import("node:buffer");
    (name: "crypto" | "node:crypto"): typeof import("node:crypto");
    (name: "events" | "node:events"): typeof import("node:events");
    (name: "fs" | "node:fs"): typeof import("node:fs");
    (name: "fs/promises" | "node:fs/promises"): typeof import("node:fs/promises");
    (name: "http" | "node:http"): typeof import("node:http");
    (name: "https" | "node:https"): typeof import("node:https");
    (name: "path" | "node:path"): typeof import("node:path");
    (name: "querystring" | "node:querystring"): typeof import("node:querystring");
    (name: "stream" | "node:stream"): typeof import("node:stream");
    (name: "stream/promises" | "node:stream/promises"): typeof import("node:stream/promises");
    (name: "string_decoder" | "node:string_decoder"): typeof import("node:string_decoder");
    (name: "timers" | "node:timers"): typeof import("node:timers");
    (name: "url" | "node:url"): typeof import("node:url");
    (name: "util" | "node:util"): typeof import("node:util");
    (name: "zlib" | "node:zlib"): typeof import("node:zlib");
    /** Registrations and calls on servers, by a connector of the operator's. */
    (name: "cxCallControl"): typeof import("cxCallControl");
    (name: "cxHelper"): typeof import("cxHelper");
    (name: "cxJob"): typeof import("cxJob");
    /** The key/value store of the account. */
    (name: "cxKV"): typeof import("cxKV");
    /** Conversations with an assistant, by a connector of the operator's. */
    (name: "cxLLM"): typeof import("cxLLM");
    /** Places calls, by a connector of the operator's. */
    (name: "cxOriginate"): typeof import("cxOriginate");
    (name: "cxPubSub"): typeof import("cxPubSub");
    /** The account's own data and the operator's API. */
    (name: "cxRest"): typeof import("cxRest").default;
    (name: "cxSend"): typeof import("cxSend");
    (name: "cxTemplate"): typeof import("cxTemplate");
    /** The databases of the account. */
    (name: "cxUserspace"): typeof import("cxUserspace");
    /** Another script of the account, by its name: `require("./number-rules")`. */
    (name: `./${string}`): unknown;
  }
}

declare var process: NodeJS.Process;

declare var require: NodeJS.Require;

interface ScriptModule {
  /** What other scripts get by `require`, and callers by name. */
  exports: unknown;
  /** A misspelling that counts as well. Where both are objects, they are merged. */
  export?: unknown;
}

declare var module: ScriptModule;

/** The first value of `module.exports`. */
declare var exports: { [name: string]: unknown };

/** Classic scripts only. */
declare var __filename: string;
/** Classic scripts only. */
declare var __dirname: string;

/** Another name of `globalThis`. Not in type Script. */
declare var global: typeof globalThis;
/** Not in type Script. */
declare var Buffer: typeof import("node:buffer").Buffer;
/** Calls back after what is under way, as `setTimeout` with 0 does. Counts as a timer. Not in type Script. */
declare function setImmediate(
  callback: (...values: unknown[]) => void,
  ...values: unknown[]
): unknown;
/** Not in type Script. */
declare function clearImmediate(timer: unknown): void;

/**
 * The lines of a run: at most 1,000 of them, 8,192 characters each and 262,144 in all. Objects are written as JSON.
 * There are no format strings. Methods that are not described here are not there.
 */
interface Console {
  /** Writes a line of the level `error` where the condition does not hold. */
  assert(condition?: unknown, ...values: unknown[]): void;
  /** Does nothing. */
  clear(): void;
  /** Writes how often it was called with this label, as `label: 2`. */
  count(label?: unknown): void;
  /** Begins the label's count anew. */
  countReset(label?: unknown): void;
  /** Writes a line of the level `debug`. */
  debug(...values: unknown[]): void;
  /** Writes a line of the level `log`. */
  dir(...values: unknown[]): void;
  /** Writes a line of the level `error`. An Error is written with its stack. */
  error(...values: unknown[]): void;
  /** Writes a line of the level `log`. What follows is not indented. */
  group(...values: unknown[]): void;
  /** Writes a line of the level `log`. */
  groupCollapsed(...values: unknown[]): void;
  /** Does nothing. */
  groupEnd(): void;
  /** Writes a line of the level `info`. */
  info(...values: unknown[]): void;
  /** Writes a line of the level `log`. */
  log(...values: unknown[]): void;
  /** Writes a line of the level `log`, as JSON. */
  table(...values: unknown[]): void;
  /** Begins to take the label's time. */
  time(label?: unknown): void;
  /** Writes the label's time, as `label: 12 ms`, and forgets it. */
  timeEnd(label?: unknown): void;
  /** Writes the label's time, as `label: 12 ms`, and the values behind it. */
  timeLog(label?: unknown, ...values: unknown[]): void;
  /** Writes a line of the level `debug`, without a stack. */
  trace(...values: unknown[]): void;
  /** Writes a line of the level `warn`. */
  warn(...values: unknown[]): void;
}

declare var console: Console;

/** What `fetch` rejects with where a request fails, besides errors of the request itself. */
interface FetchError extends TypeError {
  /**
   * `not_allowed`: the host is none of the script's, does not exist or has no public address. `unreachable`: the connection
   * was refused or lost. `tls_failed`: no TLS, or a certificate that is not trusted. `body_too_large`: more than 10 MB.
   */
  code: "not_allowed" | "unreachable" | "tls_failed" | "body_too_large";
}

/**
 * The key/value store of the account. Not in type Script. Each call counts as a request, `keys` as one for each 10,000 keys. A
 * key, value or time that is none rejects with a TypeError; too many bytes, no room and a store that does not answer, with an
 * Error.
 */
declare module "cxKV" {
  /** 1 to 512 characters. A number is the same key as its text. */
  type Key = string | number;

  /** Values as text. A value has at most 100,000 bytes. */
  interface TextStore {
    /** null where there is nothing at the key. */
    get(key: Key): Promise<string | null>;
    /** Stores objects as JSON, and deletes for null. `ttl` is in seconds; 0, the default, is for ever. */
    set(
      key: Key,
      value: string | number | boolean | bigint | object | null,
      ttl?: number,
    ): Promise<void>;
    /** Resolves to whether there was something. */
    del(key: Key): Promise<boolean>;
  }

  /** The same keys, with their values as JSON. */
  interface JsonStore {
    /** The value of the JSON, or text that is none as it is; null where there is nothing at the key. */
    get(key: Key): Promise<unknown>;
    /** Deletes for null. `ttl` is in seconds; 0, the default, is for ever. */
    set(key: Key, value: string | number | boolean | object | null, ttl?: number): Promise<void>;
    /** Resolves to whether there was something. */
    del(key: Key): Promise<boolean>;
  }

  /**
   * Adds `by`, 1 by default, to the number at the key, where nothing counts as 0, and resolves to the sum. Increments at the
   * same time all count. An `expire` of more than 0 seconds has the key's time begin anew; without it, it goes on.
   */
  function incr(key: Key, by?: number, expire?: number): Promise<number>;

  /** Every key, in order. */
  function keys(): Promise<string[]>;

  /** How many keys there are, and the bytes of them and their values: at most 100,000 and 100,000,000. */
  function usage(): Promise<{ keys: number; bytes: number }>;

  const kv: TextStore;
  const ko: JsonStore;
  const library: {
    kv: TextStore;
    ko: JsonStore;
    incr: typeof incr;
    keys: typeof keys;
    usage: typeof usage;
  };

  export { incr, keys, ko, kv, usage, library as default };
}

/**
 * Calls that the operator's connector places. Not in type Script. Each call counts as a request. An argument that is none rejects
 * with a TypeError, a connector that refuses or fails with a LibraryError, one that is not configured with an Error.
 */
declare module "cxOriginate" {
  /**
   * Calls `destination` from `cli`, in the name of the customer `companyId` and through a server, and joins it with `extension` once
   * it answers. Resolves to what the connector answers, such as `{ callid }`.
   */
  function originate(
    companyId: string | number,
    serverAlias: string,
    ...numbers: [destination: string | number, cli: string | number, extension: string | number]
  ): Promise<unknown>;

  const library: { originate: typeof originate };
  export { originate, library as default };
}

/** Servers that the operator's connector reaches, by their aliases. Arguments, requests and errors are as those of cxOriginate. */
declare module "cxCallControl" {
  type Servers = string | readonly string[];

  interface Registrations {
    /** Of all users, or of one. */
    registrations(user?: string | number | null): Promise<unknown>;
  }

  interface Caller {
    /** What it takes and resolves to is between script and connector. */
    originate(...parameters: unknown[]): Promise<unknown>;
  }

  function C4(servers: Servers): Promise<Registrations>;
  function C5(servers: Servers): Promise<Caller>;
  function AI(servers: Servers): Promise<Caller>;

  const library: { C4: typeof C4; C5: typeof C5; AI: typeof AI };
  export { AI, C4, C5, library as default };
}

/** Conversations with an assistant behind the operator's connector. Requests and errors are as those of cxOriginate. */
declare module "cxLLM" {
  interface Reply {
    response: string;
    /** For the next `chat`. */
    chat_id: string | number;
  }

  /** A `text` of at most 100,000 characters, in the chat of that id, or in a new one for null or nothing. */
  function chat(
    assistantId: string | number,
    text: string,
    chatId?: string | number | null,
  ): Promise<Reply>;

  const library: { chat: typeof chat };
  export { chat, library as default };
}

/**
 * Mail and SMS. Not in type Script. Each call counts as a request. What is wrong rejects with an Error that says so, and so does
 * an edge without a mail server or an SMS gateway.
 */
declare module "cxSend" {
  /** `ann@example.com` or `Ann <ann@example.com>`, several with commas between, or a list. A mail has at most 50 in all. */
  type Recipients = string | readonly string[];

  /** From whom it is, the operator decides. Either `text` or `html` has to be there. */
  interface Mail {
    to: Recipients;
    cc?: Recipients | null;
    bcc?: Recipients | null;
    replyTo?: Recipients | null;
    /** One line of at most 998 characters. */
    subject?: string | null;
    text?: string | null;
    html?: string | null;
    /** Writes subject, text and html, in place of these. */
    template?: string | null;
    /** The template's variables. */
    vars?: object | null;
    /** An idempotency key: a mail of a known one is not sent again. */
    jobId?: string | number;
  }

  /** What is kept until it has been delivered: the id of the job that does it, and the addresses or the number. */
  interface Sent {
    id: string;
    accepted: string[];
  }

  /** Resolves once the mail is stored. */
  function email(mail: Mail): Promise<Sent>;

  /** Resolves once the SMS is stored. It has 1 to 160 characters. */
  function sms(number: string | number, message: string): Promise<Sent>;

  const library: { email: typeof email; sms: typeof sms };

  export { email, sms, library as default };
}

/** Keys by which a PBX believes who a customer is. Not in type Script. */
declare module "cxHelper" {
  /** The text of the header X-CX-Sec. Throws for what is no customer or server. */
  function generatePbxSecurityKey(companyId: string | number, server: string | number): string;

  const library: { generatePbxSecurityKey: typeof generatePbxSecurityKey };

  export { generatePbxSecurityKey, library as default };
}

/** Runs of the account's scripts that are kept until they are done. Not in type Script. Each call counts as a request. */
declare module "cxJob" {
  interface Options {
    /** How often it is tried, 1 to 25; 1 by default. */
    attempts?: number;
    /** Milliseconds before a retry; `exponential` doubles them each time. */
    backoff?: number | { type?: string; delay: number };
    /** Milliseconds before it may begin. */
    delay?: number;
    /** 0, the default, comes first. */
    priority?: number;
    /** An idempotency key: what is added again under it is the same job. */
    jobId?: string | number;
  }

  interface Job {
    readonly id: string;
    /** What the job returns. Rejects with the error of its last attempt. Reading it is a request. */
    readonly result: Promise<unknown>;
  }

  /** Adds a run of any top-level function, null for `main`. */
  function add(
    script: string | number,
    functionName?: string | null,
    ...more: [data?: unknown, opts?: Options | null]
  ): Promise<Job>;

  /** Adds a run of `main`. */
  function scriptForge(
    script: string | number,
    data?: unknown,
    opts?: Options | null,
  ): Promise<Job>;

  /** Within a job: how far it is, at most 1,000 characters of JSON. */
  function setProgress(progress: unknown): Promise<void>;

  /** Within a job: what its next attempt is given. */
  function setData(data: unknown): Promise<void>;

  const library: {
    add: typeof add;
    scriptForge: typeof scriptForge;
    setProgress: typeof setProgress;
    setData: typeof setData;
  };

  export { add, scriptForge, setData, setProgress, library as default };
}

/** Messages between runs of the account's scripts. Not in type Script. `publish` and `subscribe` each count as a request. */
declare module "cxPubSub" {
  type Key = string | number;
  type Listener = (payload: unknown, about: { event: string; key: string }) => unknown;

  interface Subscription {
    unsubscribe(): Promise<void>;
  }

  /** Without a key it is "". Resolves once the message is on its way. */
  function publish(event: string, payload: unknown): Promise<void>;
  /** The key "*" reaches every subscriber of the event. */
  function publish(event: string, key: Key, payload: unknown): Promise<void>;

  /** For messages with any key. Once it has resolved, none is missed. */
  function subscribe(event: string, callback: Listener): Promise<Subscription> & Subscription;
  /** For messages with this key, or for "*" with any. */
  function subscribe(
    event: string,
    key: Key,
    callback: Listener,
  ): Promise<Subscription> & Subscription;

  const library: { publish: typeof publish; subscribe: typeof subscribe };

  export { publish, subscribe, library as default };
}

/** The templates of the account. Not in type Script. Each call counts as a request. */
declare module "cxTemplate" {
  /** "" for a part that the template has not. */
  interface Rendered {
    subject: string;
    text: string;
    html: string;
    sms: string;
  }

  /** Fills in a template. Rejects where there is none of that name, or it fails. */
  function compile(name: string, vars?: object): Promise<Rendered>;

  const library: { compile: typeof compile };

  export { compile, library as default };
}

/**
 * The account's own data and the operator's API, in the name of a user of the account. Not in type Script. Each call of a client
 * counts as a request. An argument that makes no sense rejects with a TypeError, everything else with a LibraryError.
 */
declare module "cxRest" {
  /** What the API answers: JSON is parsed, texts are as they are, nothing is null, and other types are `{ type, base64 }`. */
  // oxlint-disable-next-line typescript/no-explicit-any -- what an answer is, the API says
  type Answer = any;
  type Key = string | number | null | undefined;

  interface Client {
    /** In a query lists become several of the same name, objects JSON, and null and undefined are left out. */
    get(path: string, query?: object | string | null): Promise<Answer>;
    post(path: string, body?: unknown): Promise<Answer>;
    put(path: string, body?: unknown): Promise<Answer>;
    delete(path: string, key?: Key): Promise<Answer>;
    /** POST. What is no string or number is the data. */
    create(path: string, key: Key | object, data?: unknown): Promise<Answer>;
    /** GET. What is no string or number is a query. */
    read(path: string, key?: Key | object): Promise<Answer>;
    /** PUT. What is no string or number is the data. */
    update(path: string, key: Key | object, data?: unknown): Promise<Answer>;
    /** Scripts see no credentials: reading it throws. */
    readonly defaultHeaders: { readonly Authorization: never };
  }

  interface Auth {
    /** The first request rejects where the user is missing or none of the account's. */
    (user: string | undefined): Client;
    new (user: string | undefined): Client;
    auth: Auth;
    default: Auth;
  }

  const auth: Auth;
  export { auth, auth as default };
}

/**
 * The databases of the account. Not in type Script. Each call counts as a request. What is no name, key or data rejects with a
 * TypeError; a database or row that is not there, a key that is there already, SQL that is refused and databases without room
 * or an answer, with an Error.
 */
declare module "cxUserspace" {
  /** 1 to 512 characters. A number is the same key as its text. */
  type Key = string | number;

  /** What a column is given. Objects are kept as JSON. */
  type Cell = string | number | boolean | bigint | object | null;

  /** A row of a `kv` has `value`, which is text; one of `leads` the columns of its database instead. */
  interface Row {
    readonly key: string;
    readonly value: string;
    readonly [column: string]: string | number | null;
  }

  /** A row's columns, or the `value` of one. */
  type Data = Cell | { [column: string]: Cell | undefined };

  /** null where there is none. */
  function read(database: string, key: Key): Promise<Row | null>;
  /** null where there is none. */
  function get(database: string, key: Key): Promise<Row | null>;
  /** Rejects where the key has a row. */
  function create(database: string, key: Key, data: Data): Promise<Row>;
  /** Changes the columns of `data`. Rejects where there is no row. */
  function update(database: string, key: Key, data: Data): Promise<Row>;
  /** Resolves to whether there was a row. */
  function remove(database: string, key: Key): Promise<boolean>;
  /** Any row, null where there is none. */
  function random(database: string): Promise<Row | null>;
  /**
   * One statement of SQLite's SQL, with parameters by place (`?`) or by name (`:name`). Resolves to the rows, or for what returns
   * none to `{ affectedRows, insertId }`.
   */
  function sql<Result = Row[]>(
    query: string,
    params?: readonly Cell[] | { [name: string]: Cell },
  ): Promise<Result>;

  /** A query builder. It runs when it is waited for. Schemas, streams, events and transactions are not there. */
  type Builder = import("knex").Knex.QueryBuilder;
  type Raw = import("knex").Knex.Raw;

  const knex: {
    (database?: string): Builder;
    /** As `knex("default", database)` or `knex({}, database)`. */
    (options: string | object, database: string): Builder;
    raw(sql: string, values?: readonly Cell[] | { [name: string]: Cell }): Raw;
    ref(column: string): import("knex").Knex.Ref<string, { [name: string]: string }>;
    fn: { now(): Raw };
  };

  const library: {
    read: typeof read;
    get: typeof get;
    create: typeof create;
    update: typeof update;
    delete: typeof remove;
    random: typeof random;
    sql: typeof sql;
    knex: typeof knex;
  };

  export { create, get, knex, random, read, remove as delete, sql, update, library as default };
}

declare module "csv-parse/lib/sync" {
  interface Options {
    /** true: the first line has the names, and each record becomes an object. */
    columns?: boolean | string[] | ((header: string[]) => string[]);
    delimiter?: string | string[];
    quote?: string | boolean | null;
    escape?: string | null;
    comment?: string | null;
    bom?: boolean;
    trim?: boolean;
    relax?: boolean;
    relax_column_count?: boolean;
    skip_empty_lines?: boolean;
    skip_lines_with_error?: boolean;
    from_line?: number;
    to_line?: number;
  }
  function parse(
    text: string | Uint8Array,
    options: Options & { columns: true | string[] | ((header: string[]) => string[]) },
  ): Record<string, string>[];
  function parse(text: string | Uint8Array, options?: Options): string[][];
  export = parse;
}

declare module "fast-toml" {
  interface Toml {
    (text: TemplateStringsArray | string, ...values: unknown[]): Record<string, unknown>;
    parse(text: string): Record<string, unknown>;
    parseFile(path: string): Promise<Record<string, unknown>>;
    parseFileSync(path: string): Record<string, unknown>;
  }
  const toml: Toml;
  export = toml;
}

declare module "decompress-zip" {
  interface Entry {
    path: string;
    type: string;
  }
  interface ExtractOptions {
    /** A folder under /tmp. */
    path?: string;
    filter?: (file: Entry) => boolean;
    strip?: number;
    follow?: boolean;
    restrict?: boolean;
  }
  class DecompressZip {
    constructor(path: string);
    on(event: "error", listener: (error: Error) => void): this;
    on(event: "extract", listener: (log: unknown[]) => void): this;
    on(event: "list", listener: (paths: string[]) => void): this;
    on(event: "progress", listener: (index: number, count: number) => void): this;
    extract(options?: ExtractOptions): void;
    list(): void;
  }
  export = DecompressZip;
}

declare module "ftp" {
  interface Options {
    host?: string;
    port?: number;
    user?: string;
    password?: string;
    /** Milliseconds. */
    connTimeout?: number;
    /** Milliseconds. */
    pasvTimeout?: number;
    /** Milliseconds. */
    keepalive?: number;
  }
  interface Entry {
    type: "-" | "d" | "l";
    name: string;
    size: number;
    date: Date;
  }
  type Done = (error: Error | null) => void;
  type Content = string | Uint8Array | import("node:stream").Readable;
  class Client {
    connect(options?: Options): void;
    end(): void;
    destroy(): void;
    on(event: "ready" | "end", listener: () => void): this;
    on(event: "greeting", listener: (text: string) => void): this;
    /** A connection that is refused ends with this alone. */
    on(event: "close", listener: (hadError: boolean) => void): this;
    on(event: "error", listener: (error: Error & { code?: number | string }) => void): this;
    list(done: (error: Error | null, entries: Entry[]) => void): void;
    list(path: string, done: (error: Error | null, entries: Entry[]) => void): void;
    get(
      path: string,
      done: (error: Error | null, stream: import("node:stream").Readable) => void,
    ): void;
    put(content: Content, path: string, done: Done): void;
    append(content: Content, path: string, done: Done): void;
    rename(from: string, to: string, done: Done): void;
    delete(path: string, done: Done): void;
    mkdir(path: string, done: Done): void;
    rmdir(path: string, done: Done): void;
    cwd(path: string, done: (error: Error | null, folder?: string) => void): void;
    pwd(done: (error: Error | null, folder: string) => void): void;
    size(path: string, done: (error: Error | null, bytes: number) => void): void;
    lastMod(path: string, done: (error: Error | null, time: Date) => void): void;
  }
  export = Client;
}

declare module "helpscout-2.0" {
  type Id = string | number;
  interface Response {
    statusCode: number;
    headers: Record<string, string | string[] | undefined>;
    body: string;
  }
  class HelpScout {
    constructor(credentials: { clientId: string; clientSecret: string });
    getAccessToken(): Promise<{ access_token: string; token_type: string; expiresAt: number }>;
    /** Resolves to the new object's id. */
    create(kind: string, data: object, ...parent: [kind?: string, id?: Id]): Promise<string>;
    list(kind: string, query?: string, ...parent: [kind?: string, id?: Id]): Promise<unknown[]>;
    get(
      kind: string,
      id: Id,
      ...more: [embed?: string[], part?: string]
    ): Promise<Record<string, unknown>>;
    updatePut(kind: string, id: Id, data: object): Promise<void>;
    updatePatch(kind: string, id: Id, data: object): Promise<void>;
    delete(kind: string, id: Id): Promise<void>;
    addNoteToConversation(id: Id, text: string): Promise<string>;
    rawApi(method: string, url: string, data?: object): Promise<Response>;
  }
  export = HelpScout;
}
