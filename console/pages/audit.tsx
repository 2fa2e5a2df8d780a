// Who changed what.

import type { JSX } from "preact";
import { AuditPage as AuditList, type AuditEntry } from "../../schemas/audit.ts";
import { get } from "../api.ts";
import { fullTime, shortTime } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { Chip } from "../parts/chip.tsx";
import { JsonTree } from "../parts/json-tree.tsx";
import { Empty, Page, Shown } from "../parts/page.tsx";
import { Pager, usePaging } from "../parts/pager.tsx";
import { Table } from "../parts/table.tsx";

export function AuditPage(): JSX.Element {
  const paging = usePaging();
  const query = paging.after === undefined ? "" : `?after=${paging.after}`;
  const page = useLoaded((signal) => get(`/audit${query}`, AuditList, signal), [query]);
  return (
    <Page title="Audit log" lead="Every change that was made through the API, and by whose token">
      <Shown of={page}>
        {({ entries, next }) =>
          entries.length === 0 ? (
            <Empty title="Nothing has been changed yet">
              Scripts, assignments, variables, tokens: whoever changes one of them appears here.
            </Empty>
          ) : (
            <>
              <Table columns={["At", "Who", "What", { name: "Set", class: "wide-only" }]}>
                {entries.map((entry) => (
                  <Row key={entry.id} entry={entry} />
                ))}
              </Table>
              <Pager paging={paging} next={next} />
            </>
          )
        }
      </Shown>
    </Page>
  );
}

function Row({ entry }: { entry: AuditEntry }): JSX.Element {
  const { at, who, action, what, detail } = entry;
  return (
    <tr>
      <td class="muted" title={fullTime(at)}>
        {shortTime(at)}
      </td>
      <td>{who}</td>
      <td>
        <Chip tone={action === "DELETE" ? "bad" : "neutral"}>{action}</Chip> <code>{what}</code>
      </td>
      <td class="wide-only">
        {detail === null ? (
          <span class="muted">nothing</span>
        ) : (
          <details>
            <summary>{Object.keys(detail).join(", ")}</summary>
            <div class="json">
              <JsonTree value={detail} />
            </div>
          </details>
        )}
      </td>
    </tr>
  );
}
