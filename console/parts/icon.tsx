// Small line drawings that stand beside words, never alone without a label.

import type { JSX } from "preact";

const PATHS = {
  alert: "M8 2.5 14.5 13.5h-13zM8 6.5v3M8 11.4v.1",
  assign: "M2 4h5l2 4h5M2 12h5l2-4M12 6l2 2-2 2",
  audit: "M4 2h6l3 3v9H4zM6 7h5M6 10h5M10 2v3h3",
  book: "M3 2.5h4A1.5 1.5 0 0 1 8.5 4v9.5A1.5 1.5 0 0 0 7 12H3zM13.5 2.5h-3.5A1.5 1.5 0 0 0 8.5 4M13.5 2.5V12H10a1.5 1.5 0 0 0-1.5 1.5",
  chart: "M2 2v12h12M5 11V8M8 11V4M11 11V6",
  check: "M3 8.5 6.5 12 13 4.5",
  clock: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3.2l2 1.3",
  close: "M4 4l8 8M12 4l-8 8",
  code: "M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  customer: "M8 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 8 8zM3 13.5c.5-2.6 2.4-4 5-4s4.5 1.4 5 4",
  data: "M3 4c0-2.4 10-2.4 10 0v8c0 2.4-10 2.4-10 0zM3 4c0 2.2 10 2.2 10 0M3 8c0 2.2 10 2.2 10 0",
  key: "M7.5 8.500A3 3 0 1 1 7.5 7.500L14 7.500V10.500M11.5 7.500V9.5",
  live: "M2 8h2.500L6.5 3.500l3 9L11.5 8H14",
  menu: "M2 4h12M2 8h12M2 12h12",
  module: "M8 2 13.5 5v6L8 14 2.5 11V5zM2.5 5 8 8l5.5-3M8 8v6",
  moon: "M13 9.500A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.500z",
  node: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5v.1M5 11v.1",
  play: "M5 3l8 5-8 5z",
  plus: "M8 3v10M3 8h10",
  queue: "M2 4h12M2 8h8M2 12h5M12 9v5M10 12l2 2 2-2",
  save: "M3 3h8l2 2v8H3zM5.5 3v3.500h4.500V3M5.5 13V9.500h5V13",
  plug: "M5.5 2v4M10.5 2v4M3.5 6h9v2a4.5 4.5 0 0 1-9 0zM8 12.5V14.5",
  simulate: "M3 3h4v4H3zM9 9h4v4H9zM7 5h3.500v4",
  stop: "M4 4h8v8H4z",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.500v1.500M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1 1M11.6 11.600l1 1M3.4 12.600l1-1M11.6 4.400l1-1",
  system: "M2 3h12v8H2zM5.5 13.500h5M8 11v2.5",
  table: "M2.5 3h11v10h-11zM2.5 6.500h11M2.5 9.700h11M6.5 6.500V13",
  template: "M2.5 3.500h11v9h-11zM2.5 4.5 8 9l5.5-4.5",
  trash: "M3 4.500h10M6.5 4.500v-2h3v2M4.5 4.500l.5 9h6l.5-9",
  variable:
    "M5 3C3 3 4.5 7.5 2.5 8 4.5 8.5 3 13 5 13M11 3c2 0 .500 4.5 2.5 5-2 .500-.500 5-2.5 5M6.5 6.500l3 3M9.5 6.500l-3 3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
