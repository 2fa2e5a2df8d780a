// Goes to a script by some letters of its name, from any page.

import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { useEffect, useId, useState } from "preact/hooks";
import { z } from "zod";
import { Script } from "../../schemas/script.ts";
import { get } from "../api.ts";
import { isEdited } from "../buffers.ts";
import { useLoaded } from "../loaded.ts";
import { Chip } from "./chip.tsx";
import { Dialog } from "./dialog.tsx";
import { Shown } from "./page.tsx";

/** Scripts that are offered at a time. */
const MOST_OFFERED = 12;

/** Opens with Ctrl+P. */
export function Switcher(): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== "p" || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      setOpen(true);
    };
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, []);
  return isOpen ? <SwitcherDialog onClose={() => setOpen(false)} /> : null;
}

function SwitcherDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const scripts = useLoaded((signal) => get("/scripts", z.array(Script), signal), []);
  return (
    <Dialog title="Go to a script" onClose={onClose}>
      {/* There before the scripts are, so that no letter is lost. */}
      <Offer scripts={scripts.state.is === "ready" ? scripts.state.value : []} onClose={onClose} />
      <Shown of={scripts}>
        {(list) => list.length === 0 && <p class="none">No scripts yet.</p>}
      </Shown>
    </Dialog>
  );
}

function Offer({ scripts, onClose }: { scripts: Script[]; onClose: () => void }): JSX.Element {
  const { route } = useLocation();
  const listId = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const offered = scripts.filter(({ name }) => matches(name, text)).slice(0, MOST_OFFERED);
  const chosen = offered[Math.min(at, offered.length - 1)];
  const go = (script: Script | undefined): void => {
    if (script === undefined) return;
    onClose();
    route(`/scripts/${script.id}`);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(at + step, offered.length - 1)));
    }
    if (event.key === "Enter") go(chosen);
  };
  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-label="Name of the script"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={chosen === undefined ? undefined : `${listId}-${chosen.id}`}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <ul class="offer" id={listId} role="listbox" aria-label="Scripts">
        {offered.map((script) => (
          <li
            key={script.id}
            id={`${listId}-${script.id}`}
            role="option"
            aria-selected={script === chosen}
            onClick={() => go(script)}
          >
            {script.name} <Chip>{script.type}</Chip>
            {isEdited(script.id) && <span class="edited" title="Not saved" />}
          </li>
        ))}
      </ul>
      {offered.length === 0 && scripts.length > 0 && <p class="none">No script is called so.</p>}
    </>
  );
}

/** Whether the letters stand in the name in their order. */
function matches(name: string, letters: string): boolean {
  let at = 0;
  const lower = name.toLowerCase();
  for (const letter of letters.toLowerCase().replaceAll(" ", "")) {
    at = lower.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
