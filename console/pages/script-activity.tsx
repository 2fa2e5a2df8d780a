// How one script does: its charts and its newest runs.

import type { JSX } from "preact";
import { useRoute } from "preact-iso";
import { InvocationPage } from "../../schemas/invocation.ts";
import { Script } from "../../schemas/script.ts";
import { get } from "../api.ts";
import { part } from "../path-part.ts";
import { useLoaded } from "../loaded.ts";
import { Charts } from "../parts/charts.tsx";
import { InvocationTable } from "../parts/invocation-table.tsx";
import { Shown } from "../parts/page.tsx";
import { ScriptFrame } from "../parts/script-frame.tsx";
import { usePolled } from "../polled.ts";

const EVERY_MS = 5_000;

export function ScriptActivityPage(): JSX.Element {
  const { params } = useRoute();
  const idOrName = params["script"] ?? "";
  const script = useLoaded(
    (signal) => get(`/scripts/${part(idOrName)}`, Script, signal),
    [idOrName],
  );
  if (script.state.is !== "ready") {
    return (
      <main class="page" id="main">
        <Shown of={script}>{() => null}</Shown>
      </main>
    );
  }
  const { value } = script.state;
  return (
    <ScriptFrame script={value}>
      <Charts script={value.id} />
      <Newest script={value.id} />
    </ScriptFrame>
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
