// Where a system of the operator's listens.

import { z } from "zod";

/** An address of HTTP without credentials in it. */
export const SystemUrl = z
  .string()
  .max(2_000, "An address has at most 2,000 characters")
  .refine((text) => isSystemUrl(text), {
    error: "It has to be an http: or https: address, without user, password and #",
  });

function isSystemUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === "" && url.password === "" && !text.includes("#");
}
