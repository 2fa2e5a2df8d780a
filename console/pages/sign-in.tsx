// The first page: asks for a token.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Problem, whyNot } from "../api.ts";
import { TextField, useSubmit } from "../parts/field.tsx";
import { useTitle } from "../parts/page.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { signedOutBecause, signIn } from "../session.ts";

export function SignInPage(): JSX.Element {
  useTitle("Sign in");
  const [text, setText] = useState("");
  const { problem, isBusy, onSubmit } = useSubmit(async () => {
    const token = text.trim();
    if (token === "") throw refusal("Paste a token");
    const reason = await whyNot(token);
    if (reason !== undefined) throw refusal(reason);
    signIn(token);
  });
  return (
    <main class="sign-in" id="main">
      <form onSubmit={onSubmit}>
        <img src="/icon.svg" alt="" width="36" height="36" />
        <h1>ScriptForge Edge</h1>
        {signedOutBecause.value !== null && <p class="lead">{signedOutBecause.value}</p>}
        <TextField
          label="Token"
          type="password"
          value={text}
          onValue={setText}
          autocomplete="current-password"
          hint={
            <>
              The first token is in the file <code>data/token</code>, beside the database
            </>
          }
        />
        {problem !== null && <ProblemNote problem={problem} />}
        <button type="submit" class="primary" disabled={isBusy}>
          Sign in
        </button>
        <p class="hint">It stays in this tab and is forgotten when the tab closes.</p>
      </form>
    </main>
  );
}

function refusal(detail: string): Problem {
  return new Problem({ status: 401, code: "unauthorized", detail });
}
