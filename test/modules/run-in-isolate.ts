// Runs a script in an isolate of the product, through its API.

import { RunResult } from "../../schemas/call.ts";
import type { Product } from "../harness.ts";
import type { Addresses, ModuleCase } from "./module-case.ts";

const LIMITS = { cpuMs: 2_000, wallMs: 10_000, subrequests: 50 };

/** Runs `one` once and returns what its main returned. Throws with all of the product's answer when it returned nothing. */
export async function runInIsolate(
  one: ModuleCase,
  { product, addresses }: { product: Product; addresses: Addresses },
): Promise<unknown> {
  const name = `${one.module} ${one.name}`;
  const script = { name, type: "app", code: one.code, limits: LIMITS };
  const created = await product.manage("POST", "/scripts", script);
  if (created.status !== 201) {
    throw new Error(`Cannot create "${name}": ${JSON.stringify(created.body)}`);
  }
  const answer = await product.manage("POST", `/scripts/${encodeURIComponent(name)}/run`, {
    // A run has a file system of its own, in which this folder is empty.
    data: one.data({ ...addresses, folder: "/tmp" }),
  });
  const result = RunResult.safeParse(answer.body);
  if (result.data?.outcome !== "ok") {
    throw new Error(`Cannot run "${name}": ${JSON.stringify(answer.body)}`);
  }
  return result.data.value;
}
