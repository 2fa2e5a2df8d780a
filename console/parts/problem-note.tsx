// What went wrong, in the control plane's own sentence, which says what to do.

import type { JSX } from "preact";
import type { Problem } from "../api.ts";
import { Icon } from "./icon.tsx";

type Props = {
  problem: Problem;
  retry?: (() => void) | undefined;
  /** What the button says. */
  label?: string;
};

export function ProblemNote({ problem, retry, label = "Try again" }: Props): JSX.Element {
  return (
    <div class="problem" role="alert">
      <Icon name="alert" />
      <p>{problem.message}</p>
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          {label}
        </button>
      )}
    </div>
  );
}
