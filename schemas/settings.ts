// Settings of the program, from the environment. Parsed once, in main.ts.

import { z } from "zod";
import { parseMailbox, type Mailbox } from "./mailbox.ts";
import { RestToken } from "./rest-user.ts";
import { SystemUrl } from "./system-url.ts";

const Port = z.coerce.number().int().min(0).max(65_535);
const Days = z.coerce.number().int().min(1).max(3_650);
const Quota = z.coerce.number().int().min(0).max(1_000_000_000_000);
const Role = z.enum(["control", "edge"]);
export type Role = z.infer<typeof Role>;
const AddressRange = z.union([z.cidrv4(), z.cidrv6()], "an address range, e.g. 10.1.0.0/16");

const list = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

const MailFrom = z.string().transform((text, context): Mailbox => {
  const mailbox = parseMailbox(text);
  if (mailbox !== undefined) return mailbox;
  context.addIssue('an address, e.g. "alerts@example.com" or "Alerts <alerts@example.com>"');
  return z.NEVER;
});

/** Each variable with its default. An empty string counts as not set. */
export const Settings = z.object({
  SCRIPTFORGE_DATA: z.string().default("./data"),
  SCRIPTFORGE_HOST: z.string().default("127.0.0.1"),
  SCRIPTFORGE_API_PORT: Port.default(8080),
  SCRIPTFORGE_EDGE_PORT: Port.default(8081),
  SCRIPTFORGE_EDGE_URL: z.url().optional(),
  SCRIPTFORGE_ROLES: z.string().default("control,edge").transform(list).pipe(z.array(Role).min(1)),
  SCRIPTFORGE_TOKEN: z.string().min(16, "at least 16 characters").optional(),
  SCRIPTFORGE_SECRET_KEY: z.string().min(16, "at least 16 characters").optional(),
  SCRIPTFORGE_DATABASE_URL: z.string().optional(),
  SCRIPTFORGE_DATABASE_TOKEN: z.string().optional(),
  SCRIPTFORGE_SYNC_URL: z.url().optional(),
  SCRIPTFORGE_CONTROL_URL: z.url().optional(),
  SCRIPTFORGE_GATEWAYS: z.coerce.number().int().min(1).max(64).optional(),
  SCRIPTFORGE_CELLS: z.coerce.number().int().min(1).max(256).optional(),
  SCRIPTFORGE_KV_KEYS: Quota.default(100_000),
  SCRIPTFORGE_KV_BYTES: Quota.default(100_000_000),
  SCRIPTFORGE_JOBS_PER_HOUR: Quota.default(10_000),
  SCRIPTFORGE_USERSPACE_DATABASES: Quota.default(100),
  SCRIPTFORGE_USERSPACE_BYTES: Quota.default(100_000_000),
  SCRIPTFORGE_JOB_WORKERS: z.coerce.number().int().min(0).max(64).default(2),
  SCRIPTFORGE_INVOCATIONS: z.coerce.number().int().min(0).max(10_000_000).default(10_000),
  SCRIPTFORGE_INVOCATION_DAYS: Days.default(7),
  SCRIPTFORGE_INVOCATIONS_PER_SECOND: z.coerce.number().int().min(0).max(1_000).default(20),
  SCRIPTFORGE_INVOCATION_BODIES: z.coerce.number().min(0).max(1).default(1),
  SCRIPTFORGE_STATS_DAYS: Days.max(7).default(1),
  SCRIPTFORGE_AUDIT_DAYS: Days.default(365),
  SCRIPTFORGE_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  SCRIPTFORGE_MAIL_FROM: MailFrom.optional(),
  SCRIPTFORGE_SMS_URL: z.url({ protocol: /^https?$/ }).optional(),
  SCRIPTFORGE_SMS_TOKEN: z.string().optional(),
  SCRIPTFORGE_SENDS_PER_HOUR: z.coerce.number().int().min(0).max(1_000_000).default(1_000),
  SCRIPTFORGE_EGRESS_ALLOW: z.string().default("").transform(list).pipe(z.array(AddressRange)),
  SCRIPTFORGE_REST_URL: SystemUrl.refine((url) => !url.includes("?"), "without a query").optional(),
  SCRIPTFORGE_REST_TOKEN: RestToken.optional(),
  SCRIPTFORGE_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("warn"),
});
export type Settings = z.infer<typeof Settings>;

/** Reads the settings, or throws an Error whose message names each wrong variable and what it may be. */
export function parseSettings(env: Record<string, string | undefined>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = Settings.safeParse(given);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`Cannot read the settings: ${wrong.join("; ")}`);
}
