// What scripts ask about the environment: to read all of it as it is now, and to set a variable for the runs to come.

import { z } from "zod";
import { EnvName, PutEnvVar } from "../../schemas/env.ts";
import { readEnv, setEnvVarOfScript, type EnvServices } from "../../schemas/env-store.ts";
import { Fault } from "../../schemas/fault.ts";
import type { Library } from "./host-server.ts";

const SetEnvVar = z.object({ name: EnvName, value: PutEnvVar.shape.value });

export function envLibrary(services: EnvServices): Library {
  return {
    getAll: async (owner) => await readEnv(services.db, owner, services.sealingKey),
    async set(owner, input) {
      const parsed = SetEnvVar.safeParse(input);
      if (!parsed.success) {
        const reasons = parsed.error.issues.map(({ message }) => message).join("; ");
        throw new Fault("invalid", `Cannot set the variable: ${reasons}`);
      }
      const { name, value } = parsed.data;
      await setEnvVarOfScript(services, { ...owner, name }, value);
    },
  };
}
