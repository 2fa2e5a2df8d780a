// A script in its editor, with what it is run with and what came of it.

import { useComputed, useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useLocation, useRoute } from "preact-iso";
import { useEffect, useRef, useState } from "preact/hooks";
import { parseWithExactNumbers } from "../../schemas/exact-numbers.ts";
import type { Script } from "../../schemas/script.ts";
import { Problem } from "../api.ts";
import { part } from "../path-part.ts";
import { findBuffer, openBuffer, type Buffer, type Mark } from "../buffers.ts";
import { useCheck } from "../checked.ts";
import { shortTime } from "../format.ts";
import { asProblem } from "../loaded.ts";
import { CodeEditor, type EditorHandle } from "../parts/code-editor.tsx";
import { DeleteButton } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { functionFor, InputPane, textOf } from "../parts/input-pane.tsx";
import { LoadedScript } from "../parts/loaded-script.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { PublishDialog } from "../parts/publish-dialog.tsx";
import { ResultPane, type GoTo, type RunState } from "../parts/result-pane.tsx";
import { sideShare, Splitter } from "../parts/splitter.tsx";
import { ScriptFrame } from "../parts/script-frame.tsx";
import { pagePath, whereOf } from "../places.ts";
import { runScript } from "../run.ts";
import { DRAFT_CHANGED, firstText, openScript, saveDraft, type Opened } from "../workbench.ts";

export function ScriptPage(): JSX.Element {
  const { query } = useRoute();
  return (
    <LoadedScript load={openScript}>
      {(opened, reload) => (
        <Workbench
          key={opened.script.id}
          opened={opened}
          sample={query["sample"]}
          reload={reload}
        />
      )}
    </LoadedScript>
  );
}

/** `sample` is the name of the one to begin with, where somebody asked for one. */
type Props = { opened: Opened; sample: string | undefined; reload: () => void };

function Workbench({ opened, sample, reload }: Props): JSX.Element {
  const { script, samples } = opened;
  const buffer = useBuffer(opened, sample);
  const { query, route } = useLocation();
  const at = { line: Number(query["line"] ?? 0), column: Number(query["column"] ?? 1) };
  const editor = useRef<EditorHandle | null>(null);
  const [isPublishing, setPublishing] = useState(false);
  const [saveProblem, setSaveProblem] = useState<Problem | null>(null);
  const bench = useBench({ opened, buffer, setSaveProblem, reload });
  useKeys(bench);
  const goTo: GoTo = ({ line, column, file }) => {
    const other = file === undefined ? undefined : scriptOfFile(file);
    if (other === undefined) editor.current?.goTo(line, column);
    else route(`/scripts/${part(other)}?line=${line}&column=${column}`);
  };
  const bar = (
    <BenchActions
      bench={bench}
      onFormat={() => editor.current?.format()}
      onPublish={() => setPublishing(true)}
    />
  );
  return (
    <ScriptFrame
      script={script}
      isFull
      status={
        <>
          <Status opened={opened} buffer={buffer} reload={reload} />
          <Assigned opened={opened} />
        </>
      }
      actions={bar}
    >
      {saveProblem !== null && <SaveProblem problem={saveProblem} bench={bench} />}
      <div class="workbench" style={{ "--side": `${sideShare.value}%` }}>
        <CodePane
          script={script}
          buffer={buffer}
          onReady={(handle) => {
            editor.current = handle;
            if (at.line > 0) handle.goTo(at.line, at.column);
          }}
        />
        <Splitter />
        <InputPane script={script.id} samples={samples} buffer={buffer} onChanged={reload} />
        <ResultPane run={bench.run.value} limits={script.limits} goTo={goTo} />
      </div>
      {isPublishing && (
        <PublishDialog
          script={script}
          buffer={buffer}
          onClose={() => setPublishing(false)}
          onPublished={reload}
        />
      )}
    </ScriptFrame>
  );
}

type CodeProps = { script: Script; buffer: Buffer; onReady: (handle: EditorHandle) => void };

function CodePane({ script, buffer, onReady }: CodeProps): JSX.Element {
  useCheck(script, buffer);
  const marks = useComputed(() => {
    const failure = buffer.failure.value;
    const found = buffer.marks.value;
    return failure?.text === buffer.text.value ? [...found, failure.mark] : found;
  });
  return (
    <section class="pane code-pane" aria-label="Code">
      <CodeEditor
        label={`Code of ${script.name}`}
        language="javascript"
        path={`${script.id}.js`}
        text={buffer.text}
        marks={marks}
        onReady={onReady}
      />
    </section>
  );
}

/** What somebody has in the editor, from before or as the control plane has it. */
function useBuffer(opened: Opened, sample: string | undefined): Buffer {
  const { script, samples, likely } = opened;
  const text = firstText(opened);
  const kept = findBuffer(script.id);
  useEffect(() => {
    // Somebody else, or another tab, has kept another text since.
    if (kept === undefined || kept.text.value !== kept.saved.value) return;
    kept.text.value = text;
    kept.saved.value = text;
  }, [text]);
  if (kept !== undefined) return kept;
  const first = samples.find(({ name }) => name === (sample ?? likely));
  const [data, name] = [first?.data ?? {}, first?.name ?? likely];
  return openBuffer(script.id, {
    text,
    input: textOf(data),
    sample: name,
    fn: functionFor(name),
  });
}

type Bench = {
  run: Signal<RunState>;
  save: () => Promise<void>;
  /** Also where somebody else has saved another draft. */
  saveOver: () => Promise<void>;
  saveAndRun: () => Promise<void>;
  cancel: () => void;
};

type BenchParts = {
  opened: Opened;
  buffer: Buffer;
  setSaveProblem: (problem: Problem | null) => void;
  reload: () => void;
};

function useBench({ opened, buffer, setSaveProblem, reload }: BenchParts): Bench {
  const { script } = opened;
  const run = useSignal<RunState>({ is: "none" });
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const saveAs = async (theirs: "keep" | "replace"): Promise<void> => {
    // Nobody has kept a starter yet.
    const isKept = opened.draft !== null || opened.published !== null;
    if (isKept && buffer.text.value === buffer.saved.value) return;
    setSaveProblem(null);
    try {
      await saveDraft(script, buffer, theirs);
      reload();
    } catch (error) {
      setSaveProblem(asProblem(error));
    }
  };
  const save = (): Promise<void> => saveAs("keep");
  const saveAndRun = async (): Promise<void> => {
    if (run.value.is === "running") return;
    abort.current = new AbortController();
    run.value = { is: "running", logs: [] };
    // What cannot be saved can be run all the same: the note above the editor tells of it.
    await save();
    await follow({ script, buffer, run, signal: abort.current.signal });
  };
  const saveOver = (): Promise<void> => saveAs("replace");
  return { run, save, saveOver, saveAndRun, cancel: () => abort.current?.abort() };
}

type Following = { script: Script; buffer: Buffer; run: Signal<RunState>; signal: AbortSignal };

async function follow({ script, buffer, run, signal }: Following): Promise<void> {
  const logs = (): RunState & { is: "running" } =>
    run.value.is === "running" ? run.value : { is: "running", logs: [] };
  buffer.failure.value = null;
  try {
    const data: unknown = parseInput(buffer.input.value);
    const code = buffer.text.value;
    const result = await runScript(
      { script: script.id, code, data, ...functionOf(buffer) },
      {
        signal,
        onLog(line) {
          run.value = { is: "running", logs: [...logs().logs, line] };
        },
      },
    );
    run.value = { is: "done", result };
    const mark = markOfRun(result.error);
    buffer.failure.value = mark === null ? null : { text: code, mark };
  } catch (error) {
    if (signal.aborted) run.value = { is: "cancelled", logs: logs().logs };
    else run.value = { is: "failed", problem: asProblem(error), logs: logs().logs };
  }
}

function functionOf({ fn }: Buffer): { function?: string } {
  const name = fn.value.trim();
  return name === "" ? {} : { function: name };
}

function parseInput(text: string): unknown {
  try {
    return parseWithExactNumbers(text.trim() === "" ? "{}" : text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem({ status: 0, code: "input", detail: `The input is not JSON: ${reason}` });
  }
}

function markOfRun(
  error:
    | {
        message: string;
        line?: number | undefined;
        column?: number | undefined;
        file?: string | undefined;
      }
    | undefined,
): Mark | null {
  if (error?.line === undefined || error.file !== undefined) return null;
  const { message, line, column = 1 } = error;
  return { message, line, column, severity: "error" };
}

/** The name of the script whose file it is, undefined for what is no script of the account. */
function scriptOfFile(file: string): string | undefined {
  const [, name] = /^scripts\/(.+)\.js$/.exec(file) ?? [];
  return name === undefined ? undefined : decodeURIComponent(name);
}

function useKeys({ save, saveAndRun }: Bench): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      const act = event.key === "s" ? save : event.key === "Enter" ? saveAndRun : undefined;
      if (act === undefined) return;
      // Before the editor, for which Ctrl+Enter is a new line.
      event.preventDefault();
      event.stopPropagation();
      void act();
    };
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  });
}

function SaveProblem({ problem, bench }: { problem: Problem; bench: Bench }): JSX.Element {
  if (problem.code !== DRAFT_CHANGED) return <ProblemNote problem={problem} />;
  return (
    <ProblemNote problem={problem} retry={() => void bench.saveOver()} label="Replace that draft" />
  );
}

type ActionsProps = { bench: Bench; onFormat: () => void; onPublish: () => void };

function BenchActions({ bench, onFormat, onPublish }: ActionsProps): JSX.Element {
  const isRunning = bench.run.value.is === "running";
  return (
    <>
      <button type="button" class="quiet" onClick={onFormat}>
        Format
      </button>
      <button type="button" title="Ctrl+S" onClick={() => void bench.save()}>
        <Icon name="save" />
        Save draft
      </button>
      <button type="button" onClick={onPublish}>
        Publish…
      </button>
      {isRunning ? (
        <button type="button" class="stop" onClick={bench.cancel}>
          <Icon name="stop" />
          Cancel the run
        </button>
      ) : (
        <button
          type="button"
          class="run"
          title="Ctrl+Enter"
          onClick={() => void bench.saveAndRun()}
        >
          <Icon name="play" />
          Save and Run
        </button>
      )}
    </>
  );
}

type StatusProps = { opened: Opened; buffer: Buffer; reload: () => void };

function Status({ opened, buffer, reload }: StatusProps): JSX.Element {
  const { draft, published } = opened;
  if (buffer.text.value !== buffer.saved.value)
    return <span class="status unsaved">Not saved</span>;
  if (buffer.text.value === published?.code)
    return <span class="status">Same as v{published.version}</span>;
  if (draft === null) return <span class="status">Nothing saved yet</span>;
  return (
    <span class="status" title={`By ${draft.by}`}>
      Draft saved {shortTime(draft.updatedAt)}
      {published !== null && <Discard opened={opened} buffer={buffer} reload={reload} />}
    </span>
  );
}

function Discard({ opened, buffer, reload }: StatusProps): JSX.Element {
  const { script, published } = opened;
  return (
    <DeleteButton
      label="Discard"
      title="Discard the draft?"
      path={`/scripts/${script.id}/draft`}
      onDeleted={() => {
        buffer.text.value = published?.code ?? "";
        buffer.saved.value = buffer.text.value;
        reload();
      }}
    >
      The editor goes back to version {published?.version}. What only the draft has is lost.
    </DeleteButton>
  );
}

/** Where calls meet the script, or the way to have them meet it. */
function Assigned({ opened }: { opened: Opened }): JSX.Element | null {
  const { script, assignments } = opened;
  const [first, ...others] = assignments;
  if (first !== undefined) {
    return (
      <a class="assigned" href={pagePath(first)}>
        {whereOf(first)}
        {others.length > 0 && ` and ${others.length} more`}
      </a>
    );
  }
  if (script.live === null) return null;
  return (
    <a class="assigned" href={`/assignments/new?script=${script.id}`}>
      Assign it to calls
    </a>
  );
}
