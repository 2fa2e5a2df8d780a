// An editor of one text: a script, JSON or TOML.

import { effect, type ReadonlySignal, type Signal } from "@preact/signals";
import type { editor, IDisposable } from "monaco-editor/editor";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Mark } from "../buffers.ts";
import { isDark } from "../theme.ts";
import type { monaco as loaded } from "./monaco.ts";
import { Waiting } from "./page.tsx";
import { learnScriptApi } from "./script-api.ts";

export type Language = "javascript" | "json" | "toml";

/** What the page may ask of an editor that is there. */
export type EditorHandle = {
  goTo: (line: number, column: number) => void;
  format: () => void;
  focus: () => void;
};

type Props = {
  /** What assistive technology calls it. */
  label: string;
  language: Language;
  /** Names the text for ever: who comes back to it can undo what they did before. */
  path: string;
  text: Signal<string>;
  marks?: ReadonlySignal<readonly Mark[]>;
  onReady?: (handle: EditorHandle) => void;
};

type Monaco = typeof loaded;

export function CodeEditor(props: Props): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const [isReady, setReady] = useState(false);
  const { path } = props;
  useEffect(() => {
    let isGone = false;
    let editing: IDisposable | undefined;
    const begin = async (): Promise<void> => {
      const { monaco, declareScriptApi } = await import("./monaco.ts");
      if (isGone || host.current === null) return;
      if (props.language === "javascript") learnScriptApi(declareScriptApi);
      editing = edit(monaco, host.current, props);
      setReady(true);
    };
    void begin();
    return () => {
      isGone = true;
      editing?.dispose();
    };
  }, [path]);
  return (
    <div class="code-editor">
      {!isReady && <Waiting />}
      <div class="code-host" ref={host} />
    </div>
  );
}

function edit(monaco: Monaco, host: HTMLElement, props: Props): IDisposable {
  const { text, marks, language, onReady } = props;
  const model = modelOf(monaco, props);
  const own = monaco.editor.create(host, { ...OPTIONS, ...optionsOf(props), model });
  const parts: { dispose: () => void }[] = [
    model.onDidChangeContent(() => {
      text.value = model.getValue();
    }),
    { dispose: effect(() => monaco.editor.setTheme(isDark() ? "console-dark" : "console-light")) },
    {
      dispose: effect(() => {
        if (text.value !== model.getValue()) model.setValue(text.value);
      }),
    },
    {
      dispose: effect(() => {
        const shown = (marks?.value ?? []).map((mark) => markerOf(monaco, model, mark));
        monaco.editor.setModelMarkers(model, "control-plane", shown);
      }),
    },
    own,
  ];
  if (language !== "javascript") parts.push(model);
  onReady?.(handleOf(own));
  return { dispose: () => parts.forEach((one) => one.dispose()) };
}

const OPTIONS: editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  fontSize: 13,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  tabSize: 2,
  padding: { top: 8, bottom: 8 },
  renderFinalNewline: "on",
  fixedOverflowWidgets: true,
  renderLineHighlight: "line",
  overviewRulerBorder: false,
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10 },
  stickyScroll: { enabled: false },
};

function optionsOf({ label, language }: Props): editor.IStandaloneEditorConstructionOptions {
  const shared = { ariaLabel: label };
  if (language === "javascript") return shared;
  // A field among others: the Tab key leaves it.
  return {
    ...shared,
    tabFocusMode: true,
    lineNumbersMinChars: 2,
    lineDecorationsWidth: 4,
    folding: language === "json",
    renderLineHighlight: "none",
    overviewRulerLanes: 0,
    scrollbar: { ...OPTIONS.scrollbar, alwaysConsumeMouseWheel: false },
  };
}

function modelOf(monaco: Monaco, { path, language, text }: Props): editor.ITextModel {
  const uri = monaco.Uri.parse(`file:///${path}`);
  const kept = monaco.editor.getModel(uri);
  if (kept !== null) return kept;
  return monaco.editor.createModel(text.peek(), language === "toml" ? "ini" : language, uri);
}

function markerOf(monaco: Monaco, model: editor.ITextModel, mark: Mark): editor.IMarkerData {
  const { MarkerSeverity } = monaco;
  const line = Math.min(Math.max(mark.line, 1), model.getLineCount());
  const word = model.getWordAtPosition({ lineNumber: line, column: mark.column });
  return {
    message: mark.message,
    severity: mark.severity === "error" ? MarkerSeverity.Error : MarkerSeverity.Warning,
    startLineNumber: line,
    startColumn: mark.column,
    endLineNumber: line,
    endColumn: word?.endColumn ?? model.getLineMaxColumn(line),
  };
}

function handleOf(own: editor.IStandaloneCodeEditor): EditorHandle {
  return {
    goTo(line, column) {
      own.revealLineInCenter(line);
      own.setPosition({ lineNumber: line, column });
      own.focus();
    },
    format: () => void own.getAction("editor.action.formatDocument")?.run(),
    focus: () => own.focus(),
  };
}
