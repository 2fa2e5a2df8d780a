// How one script does: its charts and its newest runs.

import type { JSX } from "preact";
import { InvocationPage } from "../../schemas/invocation.ts";
import { get } from "../api.ts";
import { Charts } from "../parts/charts.tsx";
import { InvocationTable } from "../parts/invocation-table.tsx";
import { LoadedScript, loadScript } from "../parts/loaded-script.tsx";
import { Shown } from "../parts/page.tsx";
import { ScriptFrame } from "../parts/script-frame.tsx";
import { usePolled } from "../polled.ts";

const EVERY_MS = 5_000;

export function ScriptActivityPage(): JSX.Element {
  return (
    <LoadedScript load={loadScript}>
      {(script) => (
        <ScriptFrame script={script}>
          <Charts script={script.id} />
          <Newest script={script.id} />
        </ScriptFrame>
      )}
    </LoadedScript>
  );
}

function Newest({ script }: { script: string }): JSX.Element {
  const page = usePolled(
    (signal) => get(`/invocations?script=${script}&limit=20`, InvocationPage, signal),
    [script],
    EVERY_MS,
  );
  return (
    <section class="block">
      <h2>Newest invocations</h2>
      <Shown of={page}>
        {({ invocations }) =>
          invocations.length === 0 ? (
            <p class="none">It has not run yet.</p>
          ) : (
            <>
              <InvocationTable invocations={invocations} isOfOne />
              <p class="more">
                <a href={`/invocations?script=${script}`}>Follow this script</a>
              </p>
            </>
          )
        }
      </Shown>
    </section>
  );
}
