// The colours: the system's, or those that somebody has chosen in this browser.

import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

// public/theme.js reads it as well, before anything else is there.
const KEY = "scriptforge-theme";

export const theme = signal<Theme>(read());

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(systemIsDark.matches);
systemIsDark.addEventListener("change", ({ matches }) => {
  systemDark.value = matches;
});

effect(() => {
  if (theme.value === "system") {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset["theme"];
  } else {
    localStorage.setItem(KEY, theme.value);
    document.documentElement.dataset["theme"] = theme.value;
  }
});

/** Whether the page is dark now, for what does not read style sheets. */
export function isDark(): boolean {
  return theme.value === "system" ? systemDark.value : theme.value === "dark";
}

function read(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}
