// Who uses the console: the token that every request carries. It is gone with the browser's tab.

import { signal, type ReadonlySignal } from "@preact/signals";

const KEY = "scriptforge-token";

const current = signal(sessionStorage.getItem(KEY));
const farewell = signal<string | null>(null);

/** The token, null while nobody is signed in. */
export const token: ReadonlySignal<string | null> = current;

/** Why somebody was signed out, null where nobody was. */
export const signedOutBecause: ReadonlySignal<string | null> = farewell;

export function signIn(text: string): void {
  sessionStorage.setItem(KEY, text);
  farewell.value = null;
  current.value = text;
}

/** The token is not accepted any more. What is in the editor stays, for whoever signs in again. */
export function signOut(because: string): void {
  sessionStorage.removeItem(KEY);
  farewell.value = because;
  current.value = null;
}

/** Somebody leaves: nothing of theirs stays in the tab. */
export function leave(): void {
  sessionStorage.removeItem(KEY);
  location.replace("/");
}
