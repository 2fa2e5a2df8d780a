import { z } from "zod";

/**
 * - `script`: synchronous, no libraries, the fastest.
 * - `app`: may be asynchronous and use libraries.
 * - `driver`: an app whose entry points are its exported driver functions.
 */
export const ScriptType = z.enum(["script", "app", "driver"]).meta({ id: "ScriptType" });
export type ScriptType = z.infer<typeof ScriptType>;
