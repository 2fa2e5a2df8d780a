// Node's fs as scripts get it. workerd clears a run's files by recursion when the run is over, in its own stack: a folder
// nested deep enough ends the whole process. So nothing here can nest without end: folders are made by paths of few parts, and
// are neither moved nor copied nor linked.

type Files = Record<string, unknown>;
type Call = (...values: unknown[]) => unknown;

/** Parts that the path of a new folder may have. */
const MOST_PARTS = 64;
const FOLDER = 0o040000;
const KIND = 0o170000;

// Taken before the script can change them.
const { apply } = Reflect;
const { defineProperty, getOwnPropertyDescriptors, create } = Object;
const NativeError = Error;
const NativePromise = Promise;

const MAKES = ["mkdir", "mkdirSync"];
const MOVES = ["rename", "renameSync"];
const REFUSED = ["cp", "cpSync", "symlink", "symlinkSync", "link", "linkSync"];

/** The module fs again, with guards before what nests, in `promises` as well. */
export function guardFiles(fs: object): Files {
  const native: Files = create({}, getOwnPropertyDescriptors(fs));
  const guarded = guardMembers(fs, native);
  const { promises } = guarded;
  if (typeof promises === "object" && promises !== null) {
    const value = guardMembers(promises, native);
    defineProperty(guarded, "promises", { value, enumerable: true });
  }
  return guarded;
}

function guardMembers(module: object, fs: Files): Files {
  const guarded: Files = create({}, getOwnPropertyDescriptors(module));
  for (const name of MAKES) guard(guarded, name, checkNew);
  for (const name of MOVES) guard(guarded, name, (values) => checkMove(values, fs));
  for (const name of REFUSED) guard(guarded, name, refuse);
  defineProperty(guarded, "default", { value: guarded });
  return guarded;
}

/** Its callers see a failed check as they see every other failure: thrown, by a callback or as a rejection. */
function guard(files: Files, name: string, check: (values: unknown[]) => void): void {
  const native = files[name];
  if (typeof native !== "function") return;
  const call: Call = native.bind(undefined);
  const guarded: Call = (...values) => {
    try {
      check(values);
    } catch (error) {
      const callback = values[values.length - 1];
      if (typeof callback === "function") return void apply(callback, undefined, [error]);
      if (name.length > 4 && name[name.length - 4] === "S") throw error;
      return NativePromise.reject(error);
    }
    return call(...values);
  };
  defineProperty(files, name, { value: guarded, enumerable: true });
}

function checkNew(values: unknown[]): void {
  const path = values[0];
  if (typeof path !== "string")
    throw new NativeError("Cannot make a folder: its path is no string");
  let parts = 0;
  for (let at = 0; at < path.length; at += 1) if (path[at] === "/") parts += 1;
  if (parts > MOST_PARTS) {
    throw new NativeError(`Cannot make a folder: its path has more than ${MOST_PARTS} parts`);
  }
}

function checkMove(values: unknown[], { lstatSync }: Files): void {
  const path = values[0];
  if (typeof path !== "string" || typeof lstatSync !== "function") {
    throw new NativeError("Cannot move a file: its path is no string");
  }
  const { mode } = lstatSync(path, { throwIfNoEntry: false }) ?? { mode: 0 };
  if ((mode & KIND) === FOLDER)
    throw new NativeError("Cannot move a folder: folders stay in place");
}

function refuse(): never {
  throw new NativeError("Files are not copied by folders, and not linked: read and write them");
}
