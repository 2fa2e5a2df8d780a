// What somebody wrote in the editor and has not published.

import { z } from "zod";

/** Characters of a draft, at most: those that a body has room for. */
const MAX_DRAFT = 1_000_000;

export const PutDraft = z
  .strictObject({ code: z.string().max(MAX_DRAFT) })
  .meta({ id: "PutDraft" });

export const Draft = z
  .strictObject({
    code: z.string(),
    updatedAt: z.iso.datetime(),
    by: z.string().meta({ description: "Name of the token that wrote it" }),
  })
  .meta({ id: "Draft", description: "A script's unpublished text" });
export type Draft = z.infer<typeof Draft>;
