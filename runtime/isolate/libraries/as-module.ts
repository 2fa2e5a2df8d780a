// How a library becomes what `require` returns. Every isolate carries this file.

// Taken before the script can change it.
const { defineProperty } = Reflect;

/**
 * `library` itself. Its `default` is for code that a compiler made of an import; not enumerable, so that showing the
 * library does not go in a circle.
 */
export function asModule<Library extends object>(library: Library): Library {
  defineProperty(library, "default", { value: library });
  return library;
}
