// Users of the API that cxRest asks: in whose name a script may ask it.

import { z } from "zod";

/** Names stand in a header of each request. */
export const RestUserName = z
  .string()
  .regex(/^[\x21-\x7e]{1,254}$/, "A user's name has 1 to 254 printable characters of ASCII")
  .meta({ description: "As scripts name it: auth(user)", example: "api@carrier.example" });

/** Sent upstream as the bearer token, or as it is where it names its scheme: "Basic ...". */
export const RestToken = z
  .string()
  .min(8, "A token has at least 8 characters")
  .max(8_192, "A token has at most 8,192 characters")
  .regex(/^[\x20-\x7e]*$/, "A token has printable characters of ASCII");

export const PutRestUser = z
  .strictObject({
    token: RestToken.optional().meta({
      description:
        'Sent upstream as the bearer token, or as it is where it names its scheme: "Basic ...". Kept sealed: no answer has it. Without one, the operator\'s SCRIPTFORGE_REST_TOKEN is sent',
    }),
  })
  .meta({ id: "PutRestUser" });
export type PutRestUser = z.infer<typeof PutRestUser>;

export const RestUser = z
  .strictObject({
    name: z.string(),
    hasToken: z.boolean(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "RestUser", description: "A user in whose name scripts use cxRest" });
export type RestUser = z.infer<typeof RestUser>;
