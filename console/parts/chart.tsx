// A chart of lines over time.

import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Line, LineTone } from "../chart-data.ts";
import { isDark } from "../theme.ts";

type Props = {
  title: string;
  times: number[];
  lines: Line[];
  format: (value: number) => string;
};

const HEIGHT = 160;

const COLOURS: Record<"light" | "dark", Record<LineTone | "grid" | "text", string>> = {
  light: {
    accent: "#2453c7",
    good: "#17753f",
    bad: "#c22f3b",
    warn: "#b3730b",
    muted: "#596375",
    grid: "#e8ebf0",
    text: "#596375",
  },
  dark: {
    accent: "#86abff",
    good: "#63d297",
    bad: "#ff8f8f",
    warn: "#f0b95b",
    muted: "#99a3b3",
    grid: "#232933",
    text: "#99a3b3",
  },
};

export function Chart({ title, times, lines, format }: Props): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const data: UPlot.AlignedData = [times, ...lines.map(({ values }) => values)];
  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const stop = effect(() => {
      chart.current?.destroy();
      const options = optionsOf({ lines, format, width: element.clientWidth, onAt: setAt });
      chart.current = new UPlot(options, data, element);
    });
    const observer = new ResizeObserver(() =>
      chart.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    observer.observe(element);
    return () => {
      stop();
      observer.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);
  useEffect(() => chart.current?.setData(data), [times, lines]);
  const shown = at ?? lastKnown(lines);
  const legend = lines.map((line) => ({ ...line, value: line.values[shown] ?? null }));
  const summary = legend.map(({ label, value }) => `${label} ${textOf(value, format)}`).join(", ");
  return (
    <figure class="chart">
      <figcaption>
        <h2>{title}</h2>
        <ul>
          {legend.map(({ label, tone, value }) => (
            <li key={label}>
              <span class={`swatch swatch-${tone}`} />
              {label} <strong>{textOf(value, format)}</strong>
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={host} role="img" aria-label={`${title}: ${summary}`} />
    </figure>
  );
}

/** The newest time at which there is something to tell. */
function lastKnown(lines: Line[]): number {
  const [first] = lines;
  return first?.values.findLastIndex((value) => value !== null) ?? 0;
}

function textOf(value: number | null, format: (value: number) => string): string {
  return value === null ? "–" : format(value);
}

const DAY_SECONDS = 86_400;
const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
});
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

/** The time of day, or the day where there are more than two of them. */
function timesOf(ticks: number[]): string[] {
  const [first = 0] = ticks;
  const isLong = (ticks.at(-1) ?? 0) - first > 2 * DAY_SECONDS;
  return ticks.map((tick) => (isLong ? day : clock).format(new Date(tick * 1_000)));
}

type OptionsOf = {
  lines: Line[];
  format: (value: number) => string;
  width: number;
  onAt: (index: number | null) => void;
};

function optionsOf({ lines, format, width, onAt }: OptionsOf): UPlot.Options {
  const colours = COLOURS[isDark() ? "dark" : "light"];
  const axis = {
    stroke: colours.text,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  return {
    width,
    height: HEIGHT,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { y: { range: (_self, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      { ...axis, size: 28, space: 72, values: (_self, ticks) => timesOf(ticks) },
      { ...axis, size: 56, values: (_self, ticks) => ticks.map((tick) => format(tick)) },
    ],
    series: [
      {},
      ...lines.map(({ label, tone }) => ({
        label,
        stroke: colours[tone],
        width: 1.5,
        // A value by itself has no line.
        points: {
          size: 4,
          show: true,
          filter: ({ data }: UPlot, at: number) => lonelyIn(data[at] ?? []),
        },
        spanGaps: true,
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onAt(cursor.idx ?? null)] },
  };
}

const FEW_VALUES = 30;

/** Where the values stand that are more than nothing, as long as there are few of them. */
function lonelyIn(values: ArrayLike<number | null | undefined>): number[] {
  const known = Array.from(values, (value, at) => (value ? at : -1)).filter((at) => at >= 0);
  return known.length <= FEW_VALUES ? known : [];
}
