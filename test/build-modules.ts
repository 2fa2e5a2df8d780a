// Runs before all tests: parts of the product under test alone expect what its start builds.

import { CONSOLE_FOLDER, prepareConsole } from "../api/console/build.ts";
import { prepareModules } from "../runtime/modules/build.ts";
import { MODULES_FOLDER } from "../schemas/module-shelf.ts";

export default async function buildModules(): Promise<void> {
  await prepareModules(MODULES_FOLDER);
  await prepareConsole(CONSOLE_FOLDER);
}
