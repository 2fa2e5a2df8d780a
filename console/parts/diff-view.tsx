// Two texts beside each other, with what differs between them.

import { effect } from "@preact/signals";
import type { editor, IDisposable } from "monaco-editor/editor";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isDark } from "../theme.ts";
import type { monaco as loaded } from "./monaco.ts";
import { Waiting } from "./page.tsx";

type Props = {
  before: string;
  after: string;
  language: "javascript" | "json";
  label: string;
};

type Monaco = typeof loaded;

export function DiffView(props: Props): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const [isReady, setReady] = useState(false);
  const { before, after } = props;
  useEffect(() => {
    let isGone = false;
    let shown: IDisposable | undefined;
    const begin = async (): Promise<void> => {
      const { monaco } = await import("./monaco.ts");
      if (isGone || host.current === null) return;
      shown = show(monaco, host.current, props);
      setReady(true);
    };
    void begin();
    return () => {
      isGone = true;
      shown?.dispose();
    };
  }, [before, after]);
  return (
    <div class="code-editor">
      {!isReady && <Waiting />}
      <div class="code-host" ref={host} />
    </div>
  );
}

function show(monaco: Monaco, host: HTMLElement, props: Props): IDisposable {
  const { before, after, language, label } = props;
  const original = monaco.editor.createModel(before, language);
  const modified = monaco.editor.createModel(after, language);
  const view = monaco.editor.createDiffEditor(host, {
    readOnly: true,
    automaticLayout: true,
    fontSize: 13,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10 },
    renderOverviewRuler: false,
    renderSideBySide: true,
    useInlineViewWhenSpaceIsLimited: true,
    hideUnchangedRegions: { enabled: true },
  });
  view.setModel({ original, modified });
  keepLabel(view.getOriginalEditor(), `${label}, before`);
  keepLabel(view.getModifiedEditor(), `${label}, after`);
  const stop = effect(() => monaco.editor.setTheme(isDark() ? "console-dark" : "console-light"));
  return {
    dispose() {
      stop();
      view.dispose();
      original.dispose();
      modified.dispose();
    },
  };
}

/** The diff editor takes the name of each of its editors away whenever one of its options changes. */
function keepLabel(one: editor.IStandaloneCodeEditor, ariaLabel: string): void {
  const set = (): void => {
    if (one.getRawOptions().ariaLabel !== ariaLabel) one.updateOptions({ ariaLabel });
  };
  set();
  one.onDidChangeConfiguration(set);
}
