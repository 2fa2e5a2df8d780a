// What scripts ask of their account's databases.

import { z } from "zod";
import { RowColumns, RowKey } from "../../schemas/userspace.ts";
import { MAX_RECORDING, MAX_SQL } from "../../schemas/userspace-limits.ts";
import { SqlParams } from "../../schemas/userspace/question.ts";
import type { Userspace } from "../../schemas/userspace/userspace.ts";
import type { Library } from "./host-server.ts";
import { readInput } from "./read-input.ts";

/** Any name: of one that is not there a script is told that. */
const In = z.object({ database: z.string().max(200) });
const At = In.extend({ key: RowKey });
const Written = At.extend({ columns: RowColumns });
const Sql = z.object({
  sql: z.string().max(MAX_SQL),
  params: SqlParams,
});
const Builder = z.object({
  recording: z.string().max(MAX_RECORDING, "The query builder is too large"),
});

/** Everything belongs to the account whose script asks. */
export function userspaceLibrary(userspace: Userspace): Library {
  return {
    async create({ account }, input) {
      const row = readInput(Written, input, "create the row");
      return await userspace.askRows(account, { is: "create", ...row });
    },
    async read({ account }, input) {
      const at = readInput(At, input, "read the row");
      return await userspace.askRows(account, { is: "read", ...at });
    },
    async update({ account }, input) {
      const row = readInput(Written, input, "update the row");
      return await userspace.askRows(account, { is: "update", ...row });
    },
    async delete({ account }, input) {
      const at = readInput(At, input, "delete the row");
      return await userspace.askRows(account, { is: "delete", ...at });
    },
    async random({ account }, input) {
      const at = readInput(In, input, "read a row");
      return await userspace.askRows(account, { is: "random", ...at });
    },
    async sql({ account }, input) {
      const statement = readInput(Sql, input, "run the SQL");
      return await userspace.runSql(account, { is: "sql", ...statement });
    },
    async builder({ account }, input) {
      const { recording } = readInput(Builder, input, "run the SQL");
      return await userspace.runSql(account, { is: "builder", recording });
    },
  };
}
