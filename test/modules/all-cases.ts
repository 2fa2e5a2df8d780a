// Every case of the suite, module by module.

import { AXIOS_CASES } from "./cases/axios.ts";
import { BUILT_IN_CASES } from "./cases/built-ins.ts";
import { COOKIE_CASES } from "./cases/cookies.ts";
import { CSV_PARSE_CASES } from "./cases/csv-parse.ts";
import { DATA_FORGE_CASES } from "./cases/data-forge.ts";
import { ELASTIC_EMAIL_CASES } from "./cases/elastic-email.ts";
import { FAST_CSV_CASES } from "./cases/fast-csv.ts";
import { FTP_CASES } from "./cases/ftp.ts";
import { HELP_SCOUT_CASES } from "./cases/help-scout.ts";
import { MOMENT_CASES } from "./cases/moment.ts";
import { PAYMENT_CARD_CASES } from "./cases/payment-cards.ts";
import { RSS_PARSER_CASES } from "./cases/rss-parser.ts";
import { SOAP_CASES } from "./cases/soap.ts";
import { STRIPE_CASES } from "./cases/stripe.ts";
import { TOML_CASES } from "./cases/toml.ts";
import { ZIP_CASES } from "./cases/zip.ts";
import type { ModuleCase } from "./module-case.ts";

export const ALL_CASES: readonly ModuleCase[] = [
  ...AXIOS_CASES,
  ...COOKIE_CASES,
  ...PAYMENT_CARD_CASES,
  ...CSV_PARSE_CASES,
  ...DATA_FORGE_CASES,
  ...ZIP_CASES,
  ...ELASTIC_EMAIL_CASES,
  ...FAST_CSV_CASES,
  ...TOML_CASES,
  ...FTP_CASES,
  ...HELP_SCOUT_CASES,
  ...MOMENT_CASES,
  ...RSS_PARSER_CASES,
  ...SOAP_CASES,
  ...STRIPE_CASES,
  ...BUILT_IN_CASES,
];
