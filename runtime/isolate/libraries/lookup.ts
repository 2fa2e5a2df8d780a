// What scripts find at `api.lookup`: facts about numbers, of the operator's connector "lookup" and of the account's own
// databases. Every isolate carries this file.

import { askConnector, textArgument, type AskConnector } from "./connectors.ts";

/** Finds a row of one of the account's databases. Falsy for none. */
export type FindRow = (database: unknown, key: string) => Promise<unknown>;

type Lookup = (number: unknown) => Promise<unknown>;

// Taken before the script can change it.
const NativeError = Error;

/** The look-ups, for one run. Each takes a number and resolves to the connector's answer. */
export function makeLookup(ask: AskConnector, findRow: FindRow): object {
  function lookup(name: string): Lookup {
    const asked = { connector: "lookup", library: `api.lookup.${name}`, name };
    return async (number) =>
      await askConnector(ask, asked, {
        number: textArgument(number, "look up the number", "it"),
      });
  }
  return {
    asrplus: lookup("asrplus"),
    hlr: lookup("hlr"),
    lrn: lookup("lrn"),
    nnpc: lookup("nnpc"),
    ping: lookup("ping"),
    tps: lookup("tps"),
    /** Resolves to the row of the number, and rejects where there is none. */
    async userspaceLookup(database: unknown, number: unknown): Promise<unknown> {
      const key = textArgument(number, "look up the number", "it");
      const row = await findRow(database, key);
      if (row !== undefined && row !== null) return row;
      throw new NativeError(
        `Cannot find "${key}": it is not in the database "${textArgument(database, "look up the number", "the database")}"`,
      );
    },
  };
}
