import type { JSX } from "preact";
import { EnvTable } from "../parts/env-table.tsx";
import { Page } from "../parts/page.tsx";

/** The variables of the account. */
export function VariablesPage(): JSX.Element {
  return (
    <Page
      title="Variables"
      lead="Every script of the account reads these as process.env; a script's own win over them"
    >
      <EnvTable path="/env" whose="every script" />
    </Page>
  );
}
