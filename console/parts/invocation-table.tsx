// Invocations, one a line.

import type { JSX } from "preact";
import type { Invoked } from "../../schemas/invocation.ts";
import { part } from "../path-part.ts";
import { duration, fullTime, preciseTime } from "../format.ts";
import { OutcomeChip } from "./chip.tsx";
import { Table } from "./table.tsx";

type Props = {
  invocations: readonly Invoked[];
  /** Of one script alone: its name need not stand in every line. */
  isOfOne?: boolean;
};

export function InvocationTable({ invocations, isOfOne = false }: Props): JSX.Element {
  return (
    <Table
      class="invocations"
      columns={[
        "At",
        "Outcome",
        ...(isOfOne ? [] : ["Script"]),
        { name: "Place", class: "wide-only" },
        { name: "Decision", class: "wide-only" },
        { name: "CPU", class: "wide-only numeric" },
        { name: "Elapsed", class: "numeric" },
      ]}
    >
      {invocations.map((one) => (
        <Row key={one.id} invoked={one} isOfOne={isOfOne} />
      ))}
    </Table>
  );
}

function Row({ invoked, isOfOne }: { invoked: Invoked; isOfOne: boolean }): JSX.Element {
  const { id, at, outcome, name, version, place, cpuMs, wallMs } = invoked;
  return (
    <tr>
      <td>
        <a class="row-link time" href={`/invocations/${part(id)}`} title={fullTime(at)}>
          {preciseTime(at)}
        </a>
      </td>
      <td>
        <OutcomeChip outcome={outcome} />
      </td>
      {!isOfOne && (
        <td>
          {name} <span class="muted">{version === null ? "draft" : `v${version}`}</span>
        </td>
      )}
      <td class="wide-only muted">{place}</td>
      <td class="wide-only">{decisionOf(invoked)}</td>
      <td class="wide-only numeric">{duration(cpuMs)}</td>
      <td class="numeric">{duration(wallMs)}</td>
    </tr>
  );
}

/** What the call was answered, for people; empty for what was no call. */
export function decisionOf({ decision, sip }: Invoked): string {
  if (sip !== null) return `${sip.code} ${sip.reason}`;
  return decision ?? "";
}
