// Makes a version of what is in the editor.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Published } from "../../schemas/release.ts";
import type { Script } from "../../schemas/script.ts";
import type { Buffer } from "../buffers.ts";
import { plural } from "../format.ts";
import { publish } from "../workbench.ts";
import { Dialog } from "./dialog.tsx";
import { DialogForm } from "./dialog-form.tsx";
import { TextField } from "./field.tsx";
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
  const submit = async (): Promise<void> => {
    const published = await publish(script, buffer, { note, live });
    tellOf(published, live);
    onPublished();
    onClose();
  };
  return (
    <Dialog title="Publish a version" onClose={onClose}>
      <DialogForm label="Publish" onClose={onClose} submit={submit}>
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
      </DialogForm>
    </Dialog>
  );
}

function tellOf({ version, lints }: Published, isLive: boolean): void {
  const found = lints.length === 0 ? "" : `, with ${plural(lints.length, "hint")} in the editor`;
  say(`Version ${version} is ${isLive ? "live" : "published"}${found}`);
}
