// Customers of an account.

import { and, eq } from "drizzle-orm";
import type { Customer } from "./customer.ts";
import { customers } from "./tables/assignment.ts";
import type { Database } from "./tables/open.ts";
import type { Vars } from "./vars.ts";

export async function putCustomer(
  db: Database,
  { account, id }: { account: string; id: string },
  vars: Vars,
): Promise<Customer> {
  const updatedAt = new Date().toISOString();
  const content = { vars: vars.toml, varsJson: vars.json, updatedAt };
  await db
    .insert(customers)
    .values({ account, id, ...content })
    .onConflictDoUpdate({ target: [customers.account, customers.id], set: content });
  return { id, vars: vars.toml, updatedAt };
}

export async function listCustomers(db: Database, account: string): Promise<Customer[]> {
  const { id, vars, updatedAt } = customers;
  return await db
    .select({ id, vars, updatedAt })
    .from(customers)
    .where(eq(customers.account, account))
    .orderBy(id);
}

export async function findCustomer(
  db: Database,
  account: string,
  customer: string,
): Promise<Customer | undefined> {
  const { id, vars, updatedAt } = customers;
  const isIt = and(eq(customers.account, account), eq(id, customer));
  return await db.select({ id, vars, updatedAt }).from(customers).where(isIt).get();
}

/** False when the account has no such customer. */
export async function deleteCustomer(db: Database, account: string, id: string): Promise<boolean> {
  const isIt = and(eq(customers.account, account), eq(customers.id, id));
  const { rowsAffected } = await db.delete(customers).where(isIt);
  return rowsAffected > 0;
}
