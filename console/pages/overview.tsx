import type { JSX } from "preact";
import { Charts } from "../parts/charts.tsx";
import { Page } from "../parts/page.tsx";

/** How all scripts of the account do. */
export function OverviewPage(): JSX.Element {
  return (
    <Page title="Overview" lead="All runs of the account, anew every 10 seconds">
      <Charts />
    </Page>
  );
}
