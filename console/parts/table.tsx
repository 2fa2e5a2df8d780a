// A table in its frame, which scrolls sideways by itself on a narrow page.

import type { ComponentChildren, JSX } from "preact";

/** The name of a column. Where it has numbers or is for wide pages alone, it has a class, which its cells have as well. */
export type Column =
  | string
  | { name: string; class: "numeric" | "wide-only" | "wide-only numeric" };

type Props = {
  columns: readonly Column[];
  /** Whether every row ends with what can be done about it. */
  hasActions?: boolean;
  class?: string;
  caption?: string;
  /** In the frame, below the rows. */
  note?: ComponentChildren;
  /** The rows. */
  children: ComponentChildren;
};

export function Table(props: Props): JSX.Element {
  const { columns, hasActions = false, caption, note, children } = props;
  return (
    <div class="table-frame">
      <table class={props.class}>
        {caption !== undefined && <caption>{caption}</caption>}
        <thead>
          <tr>
            {columns.map((column) =>
              typeof column === "string" ? (
                <th key={column}>{column}</th>
              ) : (
                <th key={column.name} class={column.class}>
                  {column.name}
                </th>
              ),
            )}
            {hasActions && (
              <th>
                <span class="sr">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
      {note}
    </div>
  );
}
