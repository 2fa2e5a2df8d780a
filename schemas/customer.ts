// A customer of the account, as the routing engine knows it, and the variables its scripts see.

import { z } from "zod";

/** Identifiers of the routing engine's own things (customers, routes, DIDs), as they stand in a path. */
export const RoutingKey = z
  .string()
  .min(1)
  .max(128)
  .refine((key) => !/[\p{Cc}/]/u.test(key), "No slash and no control characters");

export const VarsText = z
  .string()
  .max(64_000, "Variables have at most 64,000 characters")
  .meta({ description: "TOML; each table and key stands beside `routing` in the script's data" });

export const PutCustomer = z
  .strictObject({ vars: VarsText.optional() })
  .meta({ id: "PutCustomer" });

export const Customer = z
  .strictObject({ id: z.string(), vars: z.string(), updatedAt: z.iso.datetime() })
  .meta({ id: "Customer" });
export type Customer = z.infer<typeof Customer>;
