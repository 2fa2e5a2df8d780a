// What the operating system takes from a cell, where it can: another user, and a file system of its own.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import workerd from "workerd";

/** Layers that are there, by name, and how a cell is started within them. */
export type Confinement = {
  layers: readonly Layer[];
  /** The user that cells run as, undefined for the node's own. */
  uid: number | undefined;
};

export type Layer = "parent-death-signal" | "unprivileged-user" | "own-file-system";

const SETPRIV = "/usr/bin/setpriv";
const BWRAP = "/usr/bin/bwrap";
/** The user "nobody". */
const NOBODY = 65_534;

/** What workerd needs to see besides its own binary and its folder: libraries, certificates, name resolution. */
const READABLE = ["/etc/ssl", "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"];
const LIBRARIES = ["/lib", "/lib64"];

/** File descriptor on which bubblewrap tells the process id of the cell inside. */
export const INFO_FD = 4;

/** Tries the layers that this machine has, strictest first, and returns the first that workerd starts in. */
export async function findConfinement(): Promise<Confinement> {
  for (const layers of candidates()) {
    const confinement = { layers, uid: layers.includes("unprivileged-user") ? NOBODY : undefined };
    const [command = "", ...args] = confine(confinement, [workerd.default, "--version"], []);
    const isPossible = await promisify(execFile)(command, args, { env: {} }).then(
      () => true,
      () => false,
    );
    if (isPossible) return confinement;
  }
  return { layers: [], uid: undefined };
}

function candidates(): Layer[][] {
  const signal: Layer[] = existsSync(SETPRIV) ? ["parent-death-signal"] : [];
  const canChangeUser = signal.length > 0 && process.getuid?.() === 0;
  const user: Layer[] = canChangeUser ? [...signal, "unprivileged-user"] : signal;
  const box: Layer[] = existsSync(BWRAP) ? ["own-file-system"] : [];
  return [[...user, ...box], [...signal, ...box], user, signal];
}

/** The command line that runs `command` within the layers. `folders` stay as they are, the rest of the disk is not there. */
export function confine(
  { layers }: Confinement,
  command: readonly string[],
  folders: readonly string[],
): string[] {
  const setpriv = layers.includes("parent-death-signal")
    ? [SETPRIV, ...privileges(layers), "--"]
    : [];
  const box = layers.includes("own-file-system") ? [BWRAP, ...boxOptions(folders), "--"] : [];
  return [...setpriv, ...box, ...command];
}

function privileges(layers: readonly Layer[]): string[] {
  // The kernel ends the cell with its node, however that ended.
  const withParent = ["--pdeathsig", "KILL", "--no-new-privs"];
  if (!layers.includes("unprivileged-user")) return withParent;
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  return [...user, "--inh-caps=-all", "--bounding-set=-all", ...withParent];
}

function boxOptions(folders: readonly string[]): string[] {
  const options = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"];
  options.push("--as-pid-1", "--die-with-parent", "--new-session", "--cap-drop", "ALL");
  options.push("--dev", "/dev", "--ro-bind", "/usr", "/usr");
  for (const path of [...LIBRARIES, ...READABLE]) options.push("--ro-bind-try", path, path);
  options.push("--ro-bind", workerd.default, workerd.default);
  for (const path of folders) options.push("--bind", path, path);
  if (folders.length > 0) options.push("--info-fd", String(INFO_FD));
  return options;
}
