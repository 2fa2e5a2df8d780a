// What scripts ask about the environment: to read all of it as it is now, and to set a variable for the runs to come.

import { z } from "zod";
import { EnvName, PutEnvVar } from "../../schemas/env.ts";
import { readEnv, setEnvVarOfScript, type EnvServices } from "../../schemas/env-store.ts";
import type { Library } from "./host-server.ts";
import { MinuteCounts } from "./minute-counts.ts";
import { readInput } from "./read-input.ts";

const SetEnvVar = z.object({ name: EnvName, value: PutEnvVar.shape.value });

/** Variables that an account's scripts may set within a minute, on one node: each has every node read everything anew. */
const MOST_A_MINUTE = 60;

export function envLibrary(services: EnvServices): Library {
  const counts = new MinuteCounts(
    MOST_A_MINUTE,
    `Scripts may set ${MOST_A_MINUTE} variables a minute: keep what changes often in cxKV`,
  );
  return {
    getAll: async (owner) => await readEnv(services.db, owner, services.sealingKey),
    async set(owner, input) {
      const { name, value } = readInput(SetEnvVar, input, "set the variable");
      counts.add(owner.account);
      await setEnvVarOfScript(services, { ...owner, name }, value);
    },
  };
}
