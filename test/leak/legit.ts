// Every legitimate script of the suite.

import { EXTENDING_CASES } from "./legit/extending.ts";
import { LANGUAGE_CASES } from "./legit/language.ts";
import { OWN_ISOLATE_CASES } from "./legit/own-isolate.ts";
import { OVERRIDE_CASES } from "./legit/overrides.ts";
import { STYLE_CASES } from "./legit/styles.ts";
import type { LegitCase } from "./legit-case.ts";

export const LEGIT_CASES: readonly LegitCase[] = [
  ...LANGUAGE_CASES,
  ...OVERRIDE_CASES,
  ...STYLE_CASES,
  ...EXTENDING_CASES,
  ...OWN_ISOLATE_CASES,
];
