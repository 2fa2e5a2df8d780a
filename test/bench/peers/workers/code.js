/** What the worker loader is to load. It has no network. */
export function codeOf({ LOADED, SCRIPT, COMPATIBILITY_DATE }) {
  return {
    compatibilityDate: COMPATIBILITY_DATE,
    mainModule: "loaded.js",
    modules: { "loaded.js": { js: LOADED }, "script.js": { js: SCRIPT } },
    env: {},
    globalOutbound: null,
  };
}
