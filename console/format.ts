// How times, sizes and numbers are written.

const DAY_MS = 86_400_000;
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const clockWithSeconds = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hour12: false,
});
const date = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** The time of day for the last day, with the date before that. */
export function shortTime(iso: string | number): string {
  const time = new Date(iso);
  return Date.now() - time.getTime() < DAY_MS / 2 ? clock.format(time) : date.format(time);
}

export function fullTime(iso: string | number): string {
  return date.format(new Date(iso));
}

/** With milliseconds, for lines that follow each other. */
export function preciseTime(iso: string | number): string {
  return clockWithSeconds.format(new Date(iso));
}

/** Milliseconds, as precise as they are worth. */
export function duration(ms: number): string {
  if (ms === 0) return "0 ms";
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms >= 100) return `${Math.round(ms)} ms`;
  return `${ms.toFixed(ms >= 10 ? 1 : 2)} ms`;
}

export function bytes(count: number): string {
  if (count >= 1_000_000) return `${(count / 1_000_000).toFixed(1)} MB`;
  if (count >= 1_000) return `${(count / 1_000).toFixed(1)} kB`;
  return `${count} B`;
}

export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
