// The versions of a script: what differs between them, and which of them calls run.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { z } from "zod";
import { Draft } from "../../schemas/draft.ts";
import { Release, ReleaseWithCode } from "../../schemas/release.ts";
import { Script } from "../../schemas/script.ts";
import { find, get, send } from "../api.ts";
import { part } from "../path-part.ts";
import { fullTime, shortTime } from "../format.ts";
import { asProblem, useLoaded } from "../loaded.ts";
import { Chip } from "../parts/chip.tsx";
import { DiffView } from "../parts/diff-view.tsx";
import { LoadedScript } from "../parts/loaded-script.tsx";
import { Empty, Shown } from "../parts/page.tsx";
import { ScriptFrame } from "../parts/script-frame.tsx";
import { say } from "../parts/toast.tsx";

type History = { script: Script; releases: Release[]; draft: Draft | null };

async function load(idOrName: string, signal: AbortSignal): Promise<History> {
  const path = `/scripts/${part(idOrName)}`;
  const [script, releases, draft] = await Promise.all([
    get(path, Script, signal),
    get(`${path}/releases`, z.array(Release), signal),
    find(`${path}/draft`, Draft, signal),
  ]);
  return { script, releases, draft: draft ?? null };
}

export function VersionsPage(): JSX.Element {
  return (
    <LoadedScript load={load}>
      {(history, reload) => (
        <ScriptFrame script={history.script} isFull>
          {history.releases.length === 0 ? (
            <Empty
              title="Nothing is published yet"
              action={
                <a class="button primary" href={`/scripts/${history.script.id}`}>
                  Open the editor
                </a>
              }
            >
              Publish the script in the editor: each time, a version is kept here, and you can go
              back to any of them.
            </Empty>
          ) : (
            <Compared key={history.releases.length} history={history} reload={reload} />
          )}
        </ScriptFrame>
      )}
    </LoadedScript>
  );
}

/** The number of a version, or the draft. */
type Side = number | "draft";

type ComparedProps = { history: History; reload: () => void };

function Compared({ history, reload }: ComparedProps): JSX.Element {
  const { script, releases, draft } = history;
  const [newest, second] = releases;
  const live = script.live ?? newest?.version ?? 1;
  const [before, setBefore] = useState<Side>(draft === null ? (second?.version ?? live) : live);
  const [after, setAfter] = useState<Side>(draft === null ? (newest?.version ?? live) : "draft");
  const sides: Side[] = [
    ...(draft === null ? [] : (["draft"] as const)),
    ...releases.map((one) => one.version),
  ];
  const texts = useLoaded(
    (signal) => Promise.all([readSide(history, before, signal), readSide(history, after, signal)]),
    [before, after, draft?.updatedAt],
  );
  return (
    <div class="versions">
      <VersionList history={history} reload={reload} onCompare={(version) => setPair(version)} />
      <section class="pane" aria-label="Difference">
        <header class="pane-head">
          <SidePicker label="From" sides={sides} side={before} onSide={setBefore} />
          <span aria-hidden="true">→</span>
          <SidePicker label="To" sides={sides} side={after} onSide={setAfter} />
        </header>
        <Shown of={texts}>
          {([old, recent]) => (
            <DiffView before={old} after={recent} language="javascript" label={script.name} />
          )}
        </Shown>
      </section>
    </div>
  );

  /** A version beside the one before it. */
  function setPair(version: number): void {
    const older = releases.find((one) => one.version < version)?.version ?? version;
    setBefore(older);
    setAfter(version);
  }
}

async function readSide(history: History, side: Side, signal: AbortSignal): Promise<string> {
  if (side === "draft") return history.draft?.code ?? "";
  const path = `/scripts/${history.script.id}/releases/${side}`;
  return (await get(path, ReleaseWithCode, signal)).code;
}

type PickerProps = { label: string; sides: Side[]; side: Side; onSide: (side: Side) => void };

function SidePicker({ label, sides, side, onSide }: PickerProps): JSX.Element {
  return (
    <label class="inline">
      <span>{label}</span>
      <select
        value={String(side)}
        onChange={({ currentTarget: { value } }) =>
          onSide(value === "draft" ? "draft" : Number(value))
        }
      >
        {sides.map((one) => (
          <option key={one} value={String(one)}>
            {one === "draft" ? "Draft" : `v${one}`}
          </option>
        ))}
      </select>
    </label>
  );
}

type ListProps = ComparedProps & { onCompare: (version: number) => void };

function VersionList({ history, reload, onCompare }: ListProps): JSX.Element {
  const { script, releases } = history;
  const goLive = async (version: number): Promise<void> => {
    const before = script.live;
    try {
      const body = { version };
      await send({ method: "PUT", path: `/scripts/${script.id}/live`, body }, Script);
      reload();
      const undo =
        before === null
          ? undefined
          : { label: `Back to v${before}`, act: () => void goLive(before) };
      say(`Version ${version} is live`, undo);
    } catch (error) {
      say(asProblem(error).message);
    }
  };
  return (
    <ol class="version-list" aria-label="Versions">
      {releases.map((release) => (
        <Version
          key={release.version}
          release={release}
          live={script.live}
          onCompare={() => onCompare(release.version)}
          onLive={() => void goLive(release.version)}
        />
      ))}
    </ol>
  );
}

type VersionProps = {
  release: Release;
  live: number | null;
  onCompare: () => void;
  onLive: () => void;
};

function Version({ release, live, onCompare, onLive }: VersionProps): JSX.Element {
  const { version, note, createdAt, by, lints } = release;
  const isOlder = live !== null && version < live;
  return (
    <li class={release.live ? "version is-live" : "version"}>
      <div class="version-head">
        <strong>v{version}</strong>
        {release.live && <Chip tone="good">live</Chip>}
        {lints.length > 0 && <Chip tone="warn">{lints.length} hints</Chip>}
        <span class="version-by muted" title={fullTime(createdAt)}>
          {by === null ? "" : `${by}, `}
          <time>{shortTime(createdAt)}</time>
        </span>
      </div>
      <p class={note === null ? "muted" : ""}>{note ?? "No note"}</p>
      <div class="actions">
        <button type="button" class="quiet" onClick={onCompare}>
          What changed
        </button>
        {!release.live && (
          <button type="button" onClick={onLive}>
            {isOlder ? `Roll back to v${version}` : "Make live"}
          </button>
        )}
      </div>
    </li>
  );
}
