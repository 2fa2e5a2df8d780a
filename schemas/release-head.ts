// How the wrapper of a release ends. No imports: the dispatcher carries this file.

/** Ends the wrapper of every release. The author's first line follows on the same line, so line numbers are true. */
export const RELEASE_HEAD_END = "{/* script */";
