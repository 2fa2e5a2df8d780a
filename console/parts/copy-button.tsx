import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "./icon.tsx";

type Props = { text: string; label?: string };

/** Puts `text` into the clipboard and says so. */
export function CopyButton({ text, label = "Copy" }: Props): JSX.Element {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <button type="button" onClick={() => void copy()} onBlur={() => setCopied(false)}>
      <Icon name={isCopied ? "check" : "copy"} />
      <span aria-live="polite">{isCopied ? "Copied" : label}</span>
    </button>
  );
}
