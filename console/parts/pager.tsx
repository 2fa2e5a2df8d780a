// Page by page through what the control plane lists.

import type { JSX } from "preact";
import { useState } from "preact/hooks";

/** `after` is the cursor of the page that is shown, undefined for the first one. */
export type Paging = {
  after: string | undefined;
  isFirst: boolean;
  back: () => void;
  forward: (next: string) => void;
  restart: () => void;
};

export function usePaging(): Paging {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    after: cursors.at(-1),
    isFirst: cursors.length === 0,
    back: () => setCursors(cursors.slice(0, -1)),
    forward: (next) => setCursors([...cursors, next]),
    restart: () => setCursors([]),
  };
}

type Props = { paging: Paging; next: string | null; labels?: readonly [string, string] };

/** Nothing where there is one page alone. */
export function Pager({ paging, next, labels = ["Newer", "Older"] }: Props): JSX.Element | null {
  if (paging.isFirst && next === null) return null;
  return (
    <nav class="pages" aria-label="Pages of the list">
      <button type="button" disabled={paging.isFirst} onClick={paging.back}>
        {labels[0]}
      </button>
      <button type="button" disabled={next === null} onClick={() => paging.forward(next ?? "")}>
        {labels[1]}
      </button>
    </nav>
  );
}
