// The head of every page about one script: its name, and the pages there are.

import type { ComponentChildren, JSX } from "preact";
import { useLocation } from "preact-iso";
import type { Script } from "../../schemas/script.ts";
import { Chip } from "./chip.tsx";
import { useTitle } from "./page.tsx";

type Props = {
  script: Script;
  /** Beside the name. */
  status?: ComponentChildren;
  actions?: ComponentChildren;
  isFull?: boolean;
  children: ComponentChildren;
};

export function ScriptFrame(props: Props): JSX.Element {
  const { script, status, actions, isFull = false, children } = props;
  useTitle(script.name);
  return (
    <main class={isFull ? "page page-full" : "page"} id="main">
      <header class="script-head">
        <div class="script-name">
          <h1>{script.name}</h1>
          <Chip>{script.type}</Chip>
          {script.live === null ? (
            <Chip tone="warn">not published</Chip>
          ) : (
            <Chip tone="good">v{script.live} live</Chip>
          )}
          {status}
        </div>
        {actions !== undefined && <div class="actions">{actions}</div>}
        <Tabs script={script.id} />
      </header>
      {children}
    </main>
  );
}

const TABS = [
  { tail: "", label: "Code" },
  { tail: "versions", label: "Versions" },
  { tail: "activity", label: "Activity" },
  { tail: "settings", label: "Settings" },
] as const;

function Tabs({ script }: { script: string }): JSX.Element {
  const { path } = useLocation();
  // Whether the address has the script's id or its name.
  const here = path.split("/").slice(3).join("/");
  return (
    <nav class="tabs" aria-label="Of this script">
      {TABS.map(({ tail, label }) => {
        const at = `/scripts/${script}/${tail}`.replace(/\/$/, "");
        return (
          <a key={tail} href={at} aria-current={here === tail ? "page" : undefined}>
            {label}
          </a>
        );
      })}
    </nav>
  );
}
