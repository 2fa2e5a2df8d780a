// What scripts get by `require('cxOriginate')`: calls that the operator's connector "originate" places. Every isolate
// carries this file.

import { asModule } from "./as-module.ts";
import { askConnector, idArgument, textArgument, type AskConnector } from "./connectors.ts";

const ASKED = { connector: "originate", library: "cxOriginate", name: "originate" };

/**
 * The library, for one run. `originate(companyId, serverAlias, destination, cli, extension)` has `destination` called, in the
 * name of a customer, and joined with `extension` once it answers. Resolves to the connector's answer.
 */
export function makeCxOriginate(ask: AskConnector): object {
  async function originate(...given: unknown[]): Promise<unknown> {
    const [companyId, serverAlias, destination, cli, extension] = given;
    const what = "originate the call";
    return await askConnector(ask, ASKED, {
      companyId: idArgument(companyId, what, "companyId"),
      serverAlias: textArgument(serverAlias, what, "serverAlias"),
      destination: textArgument(destination, what, "destination"),
      cli: textArgument(cli, what, "cli"),
      extension: textArgument(extension, what, "extension"),
    });
  }
  return asModule({ originate });
}
