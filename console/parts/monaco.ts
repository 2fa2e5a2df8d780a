// The editor, with what it needs for scripts, JSON and TOML. Megabytes: load it with `import()`.

import * as monaco from "monaco-editor/editor";
import "monaco-editor/features/register.all";
import "monaco-editor/languages/definitions/ini/register";
import "monaco-editor/languages/definitions/javascript/register";
import { jsonDefaults } from "monaco-editor/languages/features/json/register";
import {
  javascriptDefaults,
  ScriptTarget,
} from "monaco-editor/languages/features/typescript/register";
/* oxlint-disable import/default, import/no-named-as-default -- Vite makes a worker's constructor of what ends in ?worker */
import EditorWorker from "monaco-editor/editor/editor.worker?worker";
import JsonWorker from "monaco-editor/languages/features/json/json.worker?worker";
import TypeScriptWorker from "monaco-editor/languages/features/typescript/ts.worker?worker";
/* oxlint-enable import/default, import/no-named-as-default */

self.MonacoEnvironment = {
  getWorker(_id, label) {
    if (label === "json") return new JsonWorker();
    if (label === "javascript") return new TypeScriptWorker();
    return new EditorWorker();
  },
};

// TypeScript's `force`, of which the editor has no name: scripts are modules, and share no names with each other.
const MODULE_DETECTION_FORCE = 3;

javascriptDefaults.setCompilerOptions({
  allowJs: true,
  allowNonTsExtensions: true,
  target: ScriptTarget.ESNext,
  moduleDetection: MODULE_DETECTION_FORCE,
  lib: ["esnext", "webworker"],
  types: [],
});
// What is wrong with a script, the control plane says. Types would only doubt what runs well.
javascriptDefaults.setDiagnosticsOptions({
  noSyntaxValidation: true,
  noSemanticValidation: true,
  noSuggestionDiagnostics: true,
});
jsonDefaults.setDiagnosticsOptions({
  validate: true,
  allowComments: false,
  schemaRequest: "ignore",
});

// Fainter than the editor's own, so that what stands on them can be read.
const DIFF_COLOURS = {
  "diffEditor.insertedLineBackground": "#2f9e6218",
  "diffEditor.insertedTextBackground": "#2f9e6224",
  "diffEditor.removedLineBackground": "#ff6b6b18",
  "diffEditor.removedTextBackground": "#ff6b6b24",
};

// Two tokens share a colour in both themes or in neither. The editor numbers a theme's colours as they come, and what it
// shows keeps its numbers for a moment when the theme changes. All can be read where the diff marks single characters.
const TOKEN_COLOURS = [
  ["comment", "236b23", "8fc07f"],
  ["key", "0451a5", "9cdcfe"],
  ["keyword", "0000ff", "7cb8ea"],
  ["metatag", "0000ff", "7cb8ea"],
  ["number", "05603f", "b5cea8"],
  ["regexp", "7a0f6b", "e0a3cc"],
  ["string", "a31515", "dba28c"],
  ["string.key", "0451a5", "9cdcfe"],
  ["type", "00606a", "3dc9b0"],
] as const;

monaco.editor.defineTheme("console-light", {
  base: "vs",
  inherit: false,
  rules: TOKEN_COLOURS.map(([token, light]) => ({ token, foreground: light })),
  colors: {
    ...DIFF_COLOURS,
    "editor.background": "#ffffff",
    "editor.foreground": "#000000",
    "editorLineNumber.foreground": "#6b7280",
  },
});
monaco.editor.defineTheme("console-dark", {
  base: "vs-dark",
  inherit: false,
  rules: TOKEN_COLOURS.map(([token, , dark]) => ({ token, foreground: dark })),
  colors: {
    ...DIFF_COLOURS,
    "editor.background": "#15181d",
    "editor.foreground": "#d4d4d4",
    "editorLineNumber.foreground": "#8b94a3",
  },
});

/** Has the editor know what scripts find: TypeScript declarations. */
export function declareScriptApi(declarations: string): void {
  javascriptDefaults.addExtraLib(declarations, "file:///script-api.d.ts");
}

export { monaco };
