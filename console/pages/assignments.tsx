// Which script serves which place.

import type { JSX } from "preact";
import { z } from "zod";
import { Assignment, Place } from "../../schemas/assignment.ts";
import { get } from "../api.ts";
import { fullTime, shortTime } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { Icon } from "../parts/icon.tsx";
import { Empty, Page, Shown } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";
import { keysOf, pagePath, PLACE_NAMES } from "../places.ts";

export function AssignmentsPage(): JSX.Element {
  const list = useLoaded((signal) => get("/assignments", z.array(Assignment), signal), []);
  return (
    <Page
      title="Assignments"
      lead="Where scripts run: routes of customers, DIDs, forms, drivers"
      actions={<NewLink />}
    >
      <Shown of={list}>
        {(assignments) =>
          assignments.length === 0 ? (
            <Empty title="No script is assigned" action={<NewLink />}>
              Assign a published script to a customer's route, and it decides that route's calls
              from then on. Calls without a script go on unchanged.
            </Empty>
          ) : (
            Place.options.map((place) => (
              <Group
                key={place}
                place={place}
                assignments={assignments.filter((one) => one.place === place)}
              />
            ))
          )
        }
      </Shown>
    </Page>
  );
}

function NewLink(): JSX.Element {
  return (
    <a class="button primary" href="/assignments/new">
      <Icon name="plus" />
      Assign a script
    </a>
  );
}

type GroupProps = { place: Place; assignments: Assignment[] };

function Group({ place, assignments }: GroupProps): JSX.Element | null {
  if (assignments.length === 0) return null;
  return (
    <section class="block">
      <h2>{PLACE_NAMES[place]}</h2>
      <Table
        class="fixed"
        columns={[
          "Where",
          "Script",
          { name: "Timeout", class: "wide-only" },
          { name: "Timeout Action", class: "wide-only" },
          { name: "Changed", class: "wide-only" },
        ]}
      >
        {assignments.map((one) => (
          <tr key={pagePath(one)}>
            <td>
              <a class="row-link" href={pagePath(one)}>
                {keysOf(one).join(" / ")}
              </a>
            </td>
            <td>
              <a href={`/scripts/${one.script}`}>{one.scriptName}</a>
            </td>
            <td class="wide-only">{one.timeout === null ? "the script's" : `${one.timeout} s`}</td>
            <td class="wide-only">{one.timeoutAction}</td>
            <td class="wide-only muted" title={fullTime(one.updatedAt)}>
              {shortTime(one.updatedAt)}
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
