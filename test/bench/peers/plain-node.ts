// The script as a function of this process. No sandbox: the limit of what Node can serve, not a rival.

import { runInThisContext } from "node:vm";
import { z } from "zod";
import { SCRIPT } from "../payload.ts";
import { serveJson } from "./serve-json.ts";

const Main = z.custom<(data: unknown) => unknown>((value) => typeof value === "function");

const main = Main.parse(runInThisContext(`(${SCRIPT})`));

await serveJson((data) => JSON.stringify(main(JSON.parse(data))));
