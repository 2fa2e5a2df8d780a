// Bearer tokens: who a request comes from and what it may do.

import { z } from "zod";

/** `run` may make calls and run scripts; `admin` may do everything in its account. */
export const Scope = z.enum(["admin", "run"]);
export type Scope = z.infer<typeof Scope>;

/** The holder of a token, with the token's id and name. */
export type Principal = { account: string; token: string; name: string; scopes: readonly Scope[] };

export function mayRun(principal: Principal): boolean {
  return principal.scopes.includes("run") || principal.scopes.includes("admin");
}

export const CreateToken = z
  .strictObject({ name: z.string().trim().min(1).max(100), scopes: z.array(Scope).min(1) })
  .meta({ id: "CreateToken" });

export const Token = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    scopes: z.array(Scope),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso
      .datetime()
      .nullable()
      .meta({ description: "To the minute, null where it never was" }),
  })
  .meta({ id: "Token" });
export type Token = z.infer<typeof Token>;

export const CreatedToken = Token.extend({
  token: z.string().meta({ description: "Shown this once; only its hash is kept" }),
}).meta({ id: "CreatedToken" });
