// What scripts get by `require('cxCallControl')`: registrations and calls of the servers that the operator's connector
// "call-control" reaches. Every isolate carries this file.

import { asModule } from "./as-module.ts";
import { askConnector, serversArgument, textArgument, type AskConnector } from "./connectors.ts";

/**
 * The library, for one run: a function for each kind of server, which takes their aliases and resolves to what can be asked
 * of them. Answers are the connector's.
 */
export function makeCxCallControl(ask: AskConnector): object {
  async function put(name: string, args: object): Promise<unknown> {
    return await askConnector(
      ask,
      { connector: "call-control", library: "cxCallControl", name },
      args,
    );
  }

  /** Servers of a kind that place calls. What `originate` takes is between script and connector. */
  function callers(kind: string): (servers: unknown) => Promise<object> {
    return async (given) => {
      const servers = serversArgument(given, `use ${kind}`);
      return {
        originate: async (...parameters: unknown[]) =>
          await put(`${kind}.originate`, { servers, parameters }),
      };
    };
  }

  async function C4(given: unknown): Promise<object> {
    const servers = serversArgument(given, "use C4");
    return {
      async registrations(user: unknown): Promise<unknown> {
        const isOfAll = user === undefined || user === null;
        const name = isOfAll ? null : textArgument(user, "find the registrations", "the user");
        return await put("C4.registrations", { servers, user: name });
      },
    };
  }

  return asModule({ C4, C5: callers("C5"), AI: callers("AI") });
}
