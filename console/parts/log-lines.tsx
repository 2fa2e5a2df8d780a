// What a script wrote to its console.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { LogLine } from "../../schemas/usage.ts";
import { preciseTime } from "../format.ts";

type Props = { logs: readonly LogLine[] };

export function LogLines({ logs }: Props): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [logs.length]);
  if (logs.length === 0) return <p class="none">Nothing was written to the console.</p>;
  return (
    <div class="logs" role="log" aria-label="Console" tabIndex={0} ref={list}>
      {logs.map((line, index) => (
        <div key={index} class={`log log-${line.level}`}>
          <time>{preciseTime(line.time)}</time>
          <span class="log-level">{line.level}</span>
          <span class="log-text">{line.message}</span>
        </div>
      ))}
    </div>
  );
}
