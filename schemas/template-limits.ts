// How much templates may be. No imports: every isolate carries this file.

/** Longest part of a template, in characters. */
export const MAX_TEMPLATE_PART = 100_000;
/** Longest part that a template may make, in characters. */
export const MAX_RENDERED_PART = 500_000;
/** Largest variables that a template is given, in bytes of JSON. */
export const MAX_TEMPLATE_VARS = 100_000;
/** How long a template may take, to be compiled and to be filled in, in milliseconds. */
export const MAX_RENDER_MS = 500;
/** Templates that an account may have. */
export const MAX_TEMPLATES = 1_000;
/** Longest name of a template, in characters. */
export const MAX_TEMPLATE_NAME = 100;
