// A dialog over the page, in the browser's own element: it keeps the focus inside and closes with Escape.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { tell } from "../api.ts";
import { useSubmit } from "./field.tsx";
import { ProblemNote } from "./problem-note.tsx";

type DialogProps = { title: string; onClose: () => void; children: ComponentChildren };

/** Open as long as it is drawn. */
export function Dialog({ title, onClose, children }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
  }, []);
  return (
    <dialog ref={element} aria-label={title} onClose={onClose}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}

type ConfirmProps = {
  title: string;
  /** What happens, and that it cannot be undone. */
  children: ComponentChildren;
  action: string;
  /** The word for leaving it as it is. */
  keep?: string;
  act: () => Promise<void>;
  onClose: () => void;
};

/** Asks before something that cannot be undone, and shows why it failed where it does. */
export function Confirm(props: ConfirmProps): JSX.Element {
  const { title, children, action, keep = "Keep it", act, onClose } = props;
  const { problem, isBusy, onSubmit } = useSubmit(async () => {
    await act();
    onClose();
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog-text">{children}</div>
      {problem !== null && <ProblemNote problem={problem} />}
      <div class="actions">
        <button type="button" onClick={onClose}>
          {keep}
        </button>
        <button type="button" class="danger" disabled={isBusy} onClick={onSubmit}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}

type DeleteProps = Omit<ConfirmProps, "onClose" | "action" | "act"> & {
  label?: string;
  /** Address in the API of what is deleted. */
  path: string;
  onDeleted: () => void;
};

/** A button that asks before it deletes. */
export function DeleteButton(props: DeleteProps): JSX.Element {
  const { label = "Delete", path, onDeleted, ...confirm } = props;
  const [isOpen, setOpen] = useState(false);
  const act = async (): Promise<void> => {
    await tell({ method: "DELETE", path });
    onDeleted();
  };
  return (
    <>
      <button type="button" class="danger-quiet" onClick={() => setOpen(true)}>
        {label}
      </button>
      {isOpen && <Confirm {...confirm} act={act} action={label} onClose={() => setOpen(false)} />}
    </>
  );
}
