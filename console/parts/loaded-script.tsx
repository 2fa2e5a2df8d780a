// The script that the address has, by its id or its name, for the pages about it.

import type { JSX } from "preact";
import { useRoute } from "preact-iso";
import { Script } from "../../schemas/script.ts";
import { get } from "../api.ts";
import { useLoaded } from "../loaded.ts";
import { part } from "../path-part.ts";
import { Shown } from "./page.tsx";

type Props<Value> = {
  load: (idOrName: string, signal: AbortSignal) => Promise<Value>;
  children: (value: Value, reload: () => void) => JSX.Element;
};

/** What a page shows of the script, once it is there; before, that it is on its way, or why it cannot be had. */
export function LoadedScript<Value>({ load, children }: Props<Value>): JSX.Element {
  const { params } = useRoute();
  const idOrName = params["script"] ?? "";
  const loaded = useLoaded((signal) => load(idOrName, signal), [idOrName]);
  if (loaded.state.is !== "ready") {
    return (
      <main class="page" id="main">
        <Shown of={loaded}>{() => null}</Shown>
      </main>
    );
  }
  return children(loaded.state.value, loaded.reload);
}

/** The script alone. */
export async function loadScript(idOrName: string, signal: AbortSignal): Promise<Script> {
  return await get(`/scripts/${part(idOrName)}`, Script, signal);
}
