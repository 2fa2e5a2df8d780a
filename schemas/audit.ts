// The audit log: who changed what through the API.

import { z } from "zod";

/** Entries of a page, at most. */
export const MAX_AUDIT_PAGE = 200;

export const AuditEntry = z
  .strictObject({
    id: z.string(),
    at: z.iso.datetime(),
    who: z.string().meta({ description: "Name of the token" }),
    action: z.string().meta({ example: "PUT" }),
    what: z.string().meta({ example: "assignments/termination/acme/main" }),
    detail: z.record(z.string(), z.unknown()).nullable().meta({
      description: "What was set, without code and secrets, of which only the names are in `set`",
    }),
  })
  .meta({ id: "AuditEntry" });
export type AuditEntry = z.infer<typeof AuditEntry>;

export const AuditQuery = z.object({
  after: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: "`next` of the page before" }),
  limit: z.coerce.number().int().min(1).max(MAX_AUDIT_PAGE).default(50),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditPage = z
  .strictObject({
    entries: z.array(AuditEntry),
    next: z.string().nullable().meta({ description: "null on the last page" }),
  })
  .meta({ id: "AuditPage", description: "Changes, newest first" });
export type AuditPage = z.infer<typeof AuditPage>;
