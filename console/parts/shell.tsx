// What stands around every page: where one can go, the colours, the way out.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { closeAllBuffers, isAnyEdited } from "../buffers.ts";
import { leave } from "../session.ts";
import { theme, type Theme } from "../theme.ts";
import { Confirm } from "./dialog.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { Switcher } from "./switcher.tsx";
import { Toasts } from "./toast.tsx";

type Place = { path: string; label: string; icon: IconName };

const GROUPS: readonly { label: string; places: readonly Place[] }[] = [
  {
    label: "Build",
    places: [{ path: "/", label: "Scripts", icon: "code" }],
  },
  {
    label: "Route",
    places: [
      { path: "/assignments", label: "Assignments", icon: "assign" },
      { path: "/customers", label: "Customers", icon: "customer" },
      { path: "/simulate", label: "Simulate", icon: "simulate" },
    ],
  },
  {
    label: "Watch",
    places: [
      { path: "/overview", label: "Overview", icon: "chart" },
      { path: "/invocations", label: "Invocations", icon: "live" },
      { path: "/nodes", label: "Nodes", icon: "node" },
      { path: "/jobs", label: "Jobs", icon: "queue" },
    ],
  },
  {
    label: "Account",
    places: [
      { path: "/variables", label: "Variables", icon: "variable" },
      { path: "/kv", label: "Key/value store", icon: "data" },
      { path: "/userspace", label: "Databases", icon: "table" },
      { path: "/templates", label: "Templates", icon: "template" },
      { path: "/connections", label: "Connections", icon: "plug" },
      { path: "/modules", label: "Modules", icon: "module" },
      { path: "/tokens", label: "Tokens", icon: "key" },
      { path: "/audit", label: "Audit log", icon: "audit" },
    ],
  },
];

export function Shell({ children }: { children: ComponentChildren }): JSX.Element {
  const { path } = useLocation();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  return (
    <div class={isOpen ? "shell menu-open" : "shell"}>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <header class="bar">
        <button
          type="button"
          class="menu-button"
          aria-expanded={isOpen}
          aria-controls="menu"
          aria-label="Menu"
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name={isOpen ? "close" : "menu"} />
        </button>
        <Brand />
      </header>
      <nav class="menu" id="menu" aria-label="Pages">
        <Brand />
        {GROUPS.map((group) => (
          <section key={group.label}>
            <h2>{group.label}</h2>
            <ul>
              {group.places.map((place) => (
                <li key={place.path}>
                  <a href={place.path} aria-current={isAt(path, place.path) ? "page" : undefined}>
                    <Icon name={place.icon} />
                    {place.label}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
        <footer>
          <a href="/docs" target="_blank" rel="noreferrer">
            <Icon name="book" />
            HTTP reference
          </a>
          <ThemeSwitch />
          <SignOutButton />
        </footer>
      </nav>
      {children}
      <Toasts />
      <Switcher />
    </div>
  );
}

function SignOutButton(): JSX.Element {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button
        type="button"
        class="quiet wide"
        onClick={() => (isAnyEdited() ? setAsking(true) : closeAndLeave())}
      >
        Sign out
      </button>
      {isAsking && (
        <Confirm
          title="Sign out and lose what is not saved?"
          keep="Stay"
          action="Sign out"
          act={async () => closeAndLeave()}
          onClose={() => setAsking(false)}
        >
          There are changes in the editor that are not saved as a draft.
        </Confirm>
      )}
    </>
  );
}

function closeAndLeave(): void {
  closeAllBuffers();
  leave();
}

function isAt(path: string, place: string): boolean {
  if (place === "/") return path === "/" || path.startsWith("/scripts");
  return path === place || path.startsWith(`${place}/`);
}

function Brand(): JSX.Element {
  return (
    <a class="brand" href="/">
      <img src="/icon.svg" alt="" width="20" height="20" />
      <span>ScriptForge</span>
    </a>
  );
}

const THEMES: readonly { theme: Theme; label: string; icon: IconName }[] = [
  { theme: "system", label: "Colours of the system", icon: "system" },
  { theme: "light", label: "Light colours", icon: "sun" },
  { theme: "dark", label: "Dark colours", icon: "moon" },
];

function ThemeSwitch(): JSX.Element {
  return (
    <div class="segments" role="group" aria-label="Colours">
      {THEMES.map((one) => (
        <button
          type="button"
          key={one.theme}
          title={one.label}
          aria-label={one.label}
          aria-pressed={theme.value === one.theme}
          onClick={() => {
            theme.value = one.theme;
          }}
        >
          <Icon name={one.icon} />
        </button>
      ))}
    </div>
  );
}
