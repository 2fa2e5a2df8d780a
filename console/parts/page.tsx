// What every page has: its title, what can be done on it, and what it shows while it waits.

import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Reloadable } from "../loaded.ts";
import { ProblemNote } from "./problem-note.tsx";

type PageProps = {
  title: string;
  /** One sentence about what this is. */
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
};

export function Page({ title, lead, actions, children }: PageProps): JSX.Element {
  useTitle(title);
  return (
    <main class="page" id="main">
      <header class="page-head">
        <div>
          <h1>{title}</h1>
          {lead !== undefined && <p class="lead">{lead}</p>}
        </div>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </header>
      {children}
    </main>
  );
}

/** Names the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ScriptForge Edge`;
  }, [title]);
}

type ShownProps<Value> = {
  of: Reloadable<Value>;
  children: (value: Value) => ComponentChildren;
};

/** What was loaded, or that it is on its way, or why it is not there. */
export function Shown<Value>({ of, children }: ShownProps<Value>): JSX.Element {
  const { state, reload } = of;
  switch (state.is) {
    case "loading":
      return <Waiting />;
    case "failed":
      return <ProblemNote problem={state.problem} retry={reload} />;
    case "ready":
      return (
        <>
          {state.problem !== null && <ProblemNote problem={state.problem} retry={reload} />}
          {children(state.value)}
        </>
      );
  }
}

/** Appears only when it lasts, so that what is quick does not flicker. */
export function Waiting(): JSX.Element {
  return (
    <div class="waiting" role="status" aria-label="Loading">
      <span />
      <span />
      <span />
    </div>
  );
}

type EmptyProps = { title: string; children: ComponentChildren; action?: ComponentChildren };

/** An empty list: what belongs here, and what to do next. */
export function Empty({ title, children, action }: EmptyProps): JSX.Element {
  return (
    <section class="empty">
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </section>
  );
}
