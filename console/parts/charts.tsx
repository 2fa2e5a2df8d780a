// Calls, outcomes, latency and CPU over a time, of a script or of all.

import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { Stats } from "../../schemas/stats.ts";
import { get } from "../api.ts";
import { chartsOf, type Charts as Lines } from "../chart-data.ts";
import { duration, plural } from "../format.ts";
import { usePolled } from "../polled.ts";
import { Chart } from "./chart.tsx";
import { OutcomeChip } from "./chip.tsx";
import { Shown } from "./page.tsx";

const EVERY_MS = 10_000;

const RANGES = [
  { minutes: 15, label: "15 min" },
  { minutes: 60, label: "1 h" },
  { minutes: 360, label: "6 h" },
  { minutes: 1_440, label: "1 day" },
  { minutes: 10_080, label: "7 days" },
];

/** `script` is an id; without one they are of the whole account. */
export function Charts({ script }: { script?: string }): JSX.Element {
  const [minutes, setMinutes] = useState(60);
  const query = new URLSearchParams({
    minutes: String(minutes),
    ...(script === undefined ? {} : { script }),
  }).toString();
  const stats = usePolled((signal) => get(`/stats?${query}`, Stats, signal), [query], EVERY_MS);
  return (
    <>
      <div class="segments chart-range" role="group" aria-label="Time">
        {RANGES.map((range) => (
          <button
            key={range.minutes}
            type="button"
            aria-pressed={minutes === range.minutes}
            onClick={() => setMinutes(range.minutes)}
          >
            {range.label}
          </button>
        ))}
      </div>
      <Shown of={stats}>{(value) => <Drawn key={minutes} stats={value} minutes={minutes} />}</Shown>
    </>
  );
}

function Drawn({ stats, minutes }: { stats: Stats; minutes: number }): JSX.Element {
  const lines = useMemo(() => chartsOf(stats, minutes, Date.now()), [stats]);
  const { times, rate, latency, cpu } = lines;
  return (
    <>
      <Outcomes lines={lines} />
      <div class="charts">
        <Chart title="Runs a second" times={times} lines={rate} format={rateText} />
        <Chart title="Elapsed time" times={times} lines={latency} format={duration} />
        <Chart title="CPU" times={times} lines={cpu} format={(value) => `${rateText(value)} %`} />
      </div>
    </>
  );
}

function rateText(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(2);
}

function Outcomes({ lines: { outcomes, calls } }: { lines: Lines }): JSX.Element {
  if (calls === 0) return <p class="none">Nothing ran in this time.</p>;
  return (
    <ul class="outcomes" aria-label="Outcomes">
      <li>{plural(calls, "run")}</li>
      {[...outcomes].map(([outcome, count]) => (
        <li key={outcome}>
          <OutcomeChip outcome={outcome} /> {count.toLocaleString()}{" "}
          <span class="muted">{((count / calls) * 100).toFixed(1)} %</span>
        </li>
      ))}
    </ul>
  );
}
