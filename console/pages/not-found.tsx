import type { JSX } from "preact";
import { Empty, Page } from "../parts/page.tsx";

export function NotFoundPage(): JSX.Element {
  return (
    <Page title="Not found">
      <Empty title="There is no page at this address" action={<a href="/">Go to the scripts</a>}>
        The address may be mistyped, or what it named has been deleted.
      </Empty>
    </Page>
  );
}
