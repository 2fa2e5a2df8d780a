// What runs, as it runs.

import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { z } from "zod";
import { FAULTS } from "../../schemas/fault.ts";
import { InvocationPage, type Invoked } from "../../schemas/invocation.ts";
import { Script } from "../../schemas/script.ts";
import { get, type Problem } from "../api.ts";
import { plural } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { InvocationTable } from "../parts/invocation-table.tsx";
import { Empty, Page, Shown } from "../parts/page.tsx";
import { useInFront } from "../polled.ts";
import { Pager, usePaging } from "../parts/pager.tsx";
import { follow } from "../tail.ts";

/** Lines of the live list, at most. */
const MOST_SHOWN = 300;

type Filter = { script: string; outcome: string; place: string; fault: string };

const NO_FILTER: Filter = { script: "", outcome: "", place: "", fault: "" };

export function InvocationsPage(): JSX.Element {
  const { query } = useLocation();
  const [filter, setFilter] = useState<Filter>({ ...NO_FILTER, script: query["script"] ?? "" });
  const [isLive, setLive] = useState(true);
  const scripts = useLoaded((signal) => get("/scripts", z.array(Script), signal), []);
  const key = JSON.stringify(filter);
  return (
    <Page
      title="Invocations"
      lead="Each run of a script: in calls, forms, drivers, jobs and from here"
      actions={
        <div class="segments" role="group" aria-label="Which">
          <button type="button" aria-pressed={isLive} onClick={() => setLive(true)}>
            Live
          </button>
          <button type="button" aria-pressed={!isLive} onClick={() => setLive(false)}>
            Search
          </button>
        </div>
      }
    >
      <Filters
        filter={filter}
        onFilter={setFilter}
        scripts={scripts.state.is === "ready" ? scripts.state.value : []}
        isLive={isLive}
      />
      {isLive ? <Live key={key} filter={filter} /> : <Search key={key} filter={filter} />}
    </Page>
  );
}

type FiltersProps = {
  filter: Filter;
  onFilter: (filter: Filter) => void;
  scripts: Script[];
  isLive: boolean;
};

const RUN_FAULTS = Object.entries(FAULTS)
  .filter(([, { blame }]) => blame !== "caller")
  .map(([code]) => code);
const PLACES = [
  "termination",
  "origination",
  "form",
  "driver/did",
  "driver/alert",
  "job",
  "run",
  "draft",
  "simulate",
];

function Filters({ filter, onFilter, scripts, isLive }: FiltersProps): JSX.Element {
  return (
    <div class="filters">
      <Choice
        label="Script"
        value={filter.script}
        options={scripts.map(({ id, name }) => [id, name])}
        onValue={(script) => onFilter({ ...filter, script })}
      />
      <Choice
        label="Outcome"
        value={filter.outcome}
        options={["ok", ...RUN_FAULTS].map((code) => [code, code])}
        onValue={(outcome) => onFilter({ ...filter, outcome })}
      />
      <Choice
        label="Place"
        value={filter.place}
        options={PLACES.map((place) => [place, place])}
        onValue={(place) => onFilter({ ...filter, place })}
      />
      {!isLive && (
        <Choice
          label="Failed"
          value={filter.fault}
          options={[
            ["true", "yes"],
            ["false", "no"],
          ]}
          onValue={(fault) => onFilter({ ...filter, fault })}
        />
      )}
    </div>
  );
}

type ChoiceProps = {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onValue: (value: string) => void;
};

function Choice({ label, value, options, onValue }: ChoiceProps): JSX.Element {
  return (
    <label class="inline">
      <span>{label}</span>
      <select value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        <option value="">all</option>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Only what is chosen. */
function queryOf(filter: Partial<Filter>, more: Record<string, string> = {}): string {
  const chosen = Object.entries({ ...filter, ...more }).filter(([, value]) => value !== "");
  return new URLSearchParams(chosen).toString();
}

/** The newest first, then whatever comes. */
function Live({ filter }: { filter: Filter }): JSX.Element {
  const { fault: _fault, ...chosen } = filter;
  const query = queryOf(chosen);
  const [shown, setShown] = useState<readonly Invoked[]>([]);
  const [missed, setMissed] = useState(0);
  const [state, setState] = useState<Problem | null | "connecting">("connecting");
  const first = useLoaded(
    (signal) => get(`/invocations?${queryOf(chosen, { limit: "50" })}`, InvocationPage, signal),
    [query],
  );
  const isInFront = useInFront();
  useEffect(() => {
    // A browser has six connections to a host: tabs that nobody looks at give theirs back.
    if (!isInFront) return undefined;
    first.reload();
    const abort = new AbortController();
    void follow(query, {
      signal: abort.signal,
      onState: setState,
      onMissed: (count) => setMissed((before) => before + count),
      onInvoked: (one) => setShown((before) => [one, ...before].slice(0, MOST_SHOWN)),
    });
    return () => abort.abort();
  }, [query, isInFront]);
  return (
    <Shown of={first}>
      {({ invocations }) => {
        const known = new Set(shown.map(({ id }) => id));
        const all = [...shown, ...invocations.filter(({ id }) => !known.has(id))];
        return (
          <>
            <Connection state={state} missed={missed} />
            {all.length === 0 ? <Nothing /> : <InvocationTable invocations={all} />}
          </>
        );
      }}
    </Shown>
  );
}

type ConnectionProps = { state: Problem | null | "connecting"; missed: number };

function Connection({ state, missed }: ConnectionProps): JSX.Element {
  const isFollowing = state === null;
  const text = isFollowing ? "Following" : state === "connecting" ? "Connecting" : state.message;
  return (
    <p class="connection" role="status">
      <span class={isFollowing ? "light on" : "light"} />
      {text}
      {missed > 0 && (
        <span class="warning">{plural(missed, "run")} came too fast to be shown here</span>
      )}
    </p>
  );
}

function Nothing(): JSX.Element {
  return (
    <Empty
      title="Nothing has run yet"
      action={
        <a class="button" href="/simulate">
          Simulate a call
        </a>
      }
    >
      Runs appear here as they end: calls that the routing engine asks about, forms, drivers, jobs,
      and what you run in the editor.
    </Empty>
  );
}

function Search({ filter }: { filter: Filter }): JSX.Element {
  const paging = usePaging();
  const query = queryOf(filter, paging.after === undefined ? {} : { after: paging.after });
  const page = useLoaded((signal) => get(`/invocations?${query}`, InvocationPage, signal), [query]);
  return (
    <Shown of={page}>
      {({ invocations, next }) =>
        invocations.length === 0 ? (
          <p class="none">No invocation is kept that is so.</p>
        ) : (
          <>
            <InvocationTable invocations={invocations} />
            <Pager paging={paging} next={next} />
          </>
        )
      }
    </Shown>
  );
}
