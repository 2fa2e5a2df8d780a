// The npm modules that apps and drivers may require: these and no others.

/** A module of the list. */
export type AllowedModule = {
  /** What scripts require. */
  name: string;
  /** The dependency in package.json that serves it. */
  package: string;
  /** How it differs from what Node gives, one sentence each. Public: part of the documentation. */
  differences: readonly string[];
};

const CERTIFICATES_ARE_VERIFIED =
  "Certificates are always verified: rejectUnauthorized: false has no effect.";
const NO_CLIENT_CERTIFICATES = "Client certificates are not sent.";
const TEMPORARY_FILES =
  "Files belong under /tmp, which is in memory, is the run's own and is empty again in the next run.";

export const ALLOWED_MODULES = [
  {
    name: "axios",
    package: "axios",
    differences: [
      "Requests through a proxy fail.",
      "The body of a GET or HEAD request is not sent.",
      CERTIFICATES_ARE_VERIFIED,
      NO_CLIENT_CERTIFICATES,
      "HTTP/2 (httpVersion: 2) and socketPath are not available.",
      "A request body is sent as a whole when it is complete, also one from a stream.",
      "err.code is ECONNREFUSED for every connection that is refused or lost, EPROTO where TLS fails, and EACCES for a host that is not allowed or does not exist.",
    ],
  },
  {
    name: "axios-cookiejar-support",
    package: "axios-cookiejar-support",
    differences: ["It differs as axios does."],
  },
  { name: "card-validator", package: "card-validator", differences: [] },
  { name: "csv-parse", package: "csv-parse", differences: [] },
  { name: "csv-parse/sync", package: "csv-parse", differences: [] },
  {
    name: "csv-parse/lib/sync",
    package: "csv-parse-4",
    differences: ["It is csv-parse 4, the last version that has this name."],
  },
  { name: "data-forge", package: "data-forge", differences: [] },
  {
    name: "decompress-zip",
    package: "decompress-zip",
    differences: [
      TEMPORARY_FILES,
      "It does not load in an app whose isolation is scope, where everything built in is frozen.",
    ],
  },
  {
    name: "elasticemail-webapiclient",
    package: "elasticemail-webapiclient",
    differences: ["It sends its requests with axios 1.x, and differs as that does."],
  },
  { name: "fast-csv", package: "fast-csv", differences: [TEMPORARY_FILES] },
  { name: "fast-toml", package: "fast-toml", differences: [TEMPORARY_FILES] },
  {
    name: "ftp",
    package: "ftp",
    differences: [
      "FTPS (secure) is not available: a connection to it ends with an error, or waits until a timeout.",
      "A connection that is refused ends with the event close, and without an error.",
      "A connection ends with its run.",
    ],
  },
  {
    name: "helpscout-2.0",
    package: "helpscout-2.0",
    differences: [
      "It sends its requests with fetch in place of the package request, and fails as that does.",
    ],
  },
  { name: "moment", package: "moment", differences: [] },
  {
    name: "rss-parser",
    package: "rss-parser",
    differences: [CERTIFICATES_ARE_VERIFIED],
  },
  {
    name: "soap",
    package: "soap",
    differences: [
      "soap.listen is not available.",
      "ClientSSLSecurity sends no certificate, and NTLM is not supported.",
      "It sends its requests with axios, and differs as that does.",
    ],
  },
  {
    name: "stripe",
    package: "stripe",
    differences: [
      "An httpAgent for a proxy fails.",
      CERTIFICATES_ARE_VERIFIED,
      "createStripe cannot be imported by name.",
    ],
  },
  { name: "tough-cookie", package: "tough-cookie", differences: [] },
] as const satisfies readonly AllowedModule[];

export type AllowedModuleName = (typeof ALLOWED_MODULES)[number]["name"];
