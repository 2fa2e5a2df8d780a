// How much of its limits a run used.

import type { JSX } from "preact";
import type { Usage } from "../../schemas/usage.ts";
import { duration } from "../format.ts";

type Props = { usage: Usage; limits: { cpuMs: number; wallMs: number } };

export function UsageBars({ usage, limits }: Props): JSX.Element {
  return (
    <div class="bars">
      <Bar label="CPU" used={usage.cpuMs} limit={limits.cpuMs} />
      <Bar label="Elapsed" used={usage.wallMs} limit={limits.wallMs} />
    </div>
  );
}

type BarProps = { label: string; used: number; limit: number };

function Bar({ label, used, limit }: BarProps): JSX.Element {
  const share = Math.min(1, used / limit);
  return (
    <div class="bar-row">
      <span class="bar-label">{label}</span>
      <span
        class="meter"
        role="meter"
        aria-label={`${label} time`}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={Math.min(used, limit)}
        aria-valuetext={`${duration(used)} of ${duration(limit)}`}
      >
        <span class={meterClass(share)} style={{ width: `${Math.max(1, share * 100)}%` }} />
      </span>
      <span class="bar-value">
        {duration(used)} <span class="muted">of {duration(limit)}</span>
      </span>
    </div>
  );
}

function meterClass(share: number): string {
  if (share >= 1) return "meter-full";
  return share > 0.75 ? "meter-high" : "meter-low";
}
