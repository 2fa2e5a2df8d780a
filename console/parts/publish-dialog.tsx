// Makes a version of what is in the editor.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Published } from "../../schemas/release.ts";
import type { Script } from "../../schemas/script.ts";
import type { Buffer } from "../buffers.ts";
import { plural } from "../format.ts";
import { publish } from "../workbench.ts";
import { Dialog } from "./dialog.tsx";
import { TextField, useSubmit } from "./field.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { say } from "./toast.tsx";

type Props = {
  script: Script;
  buffer: Buffer;
  onClose: () => void;
  onPublished: () => void;
};

export function PublishDialog({ script, buffer, onClose, onPublished }: Props): JSX.Element {
  const [note, setNote] = useState("");
  const [live, setLive] = useState(true);
  const { problem, isBusy, onSubmit } = useSubmit(async () => {
    const published = await publish(script, buffer, { note, live });
    tellOf(published, live);
    onPublished();
    onClose();
  });
  return (
    <Dialog title="Publish a version" onClose={onClose}>
      <form onSubmit={onSubmit}>
        <TextField
          label="Note"
          value={note}
          onValue={setNote}
          placeholder="Block premium numbers after six"
          hint="What has changed, for whoever looks at the versions later"
        />
        <label class="check">
          <input
            type="checkbox"
            checked={live}
            onChange={(event) => setLive(event.currentTarget.checked)}
          />
          Make it live: new calls run it at once
        </label>
        {problem !== null && <ProblemNote problem={problem} />}
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={isBusy}>
            Publish
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function tellOf({ version, lints }: Published, isLive: boolean): void {
  const found = lints.length === 0 ? "" : `, with ${plural(lints.length, "hint")} in the editor`;
  say(`Version ${version} is ${isLive ? "live" : "published"}${found}`);
}
