// The form of a dialog.

import type { ComponentChildren, JSX } from "preact";
import { useSubmit } from "./field.tsx";
import { ProblemNote } from "./problem-note.tsx";

type Props = {
  /** What the button says that sends it. */
  label: string;
  /** Leaves everything as it is. */
  onClose: () => void;
  /** Closes the dialog by itself, where it is to close. */
  submit: () => Promise<void>;
  /** Its fields. */
  children: ComponentChildren;
};

/** Fields, why sending them failed where it did, and the ways out. */
export function DialogForm({ label, onClose, submit, children }: Props): JSX.Element {
  const { problem, isBusy, onSubmit } = useSubmit(submit);
  return (
    <form onSubmit={onSubmit}>
      {children}
      {problem !== null && <ProblemNote problem={problem} />}
      <div class="actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="primary" disabled={isBusy}>
          {label}
        </button>
      </div>
    </form>
  );
}
