// What went wrong, in the control plane's own sentence, which says what to do.

import type { JSX } from "preact";
import type { Problem } from "../api.ts";
import { Icon } from "./icon.tsx";

type Props = { problem: Problem; retry?: (() => void) | undefined };

export function ProblemNote({ problem, retry }: Props): JSX.Element {
  return (
    <div class="problem" role="alert">
      <Icon name="alert" />
      <p>{problem.message}</p>
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}
