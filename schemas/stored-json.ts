// What the database keeps as JSON text.

import { z } from "zod";

/** What the JSON text of a column means. Throws where it is no JSON, as none of the platform's own is. */
export const StoredJson = z.string().transform((text): unknown => JSON.parse(text));
