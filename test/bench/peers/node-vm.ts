// node:vm with a new context for every call, from one compiled script.

import { createContext, Script } from "node:vm";
import { z } from "zod";
import { IN_SANDBOX } from "./in-sandbox.ts";
import { serveJson } from "./serve-json.ts";

const Run = z.custom<(data: string) => string>((value) => typeof value === "function");

const script = new Script(`${IN_SANDBOX}\nrun;`);

await serveJson((data) => Run.parse(script.runInContext(createContext()))(data));
