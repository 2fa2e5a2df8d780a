// What was entered in a form, from a body in any of the encodings in which forms are sent. Pure.

import { Fault } from "../../schemas/fault.ts";
import { CallData } from "../../schemas/call.ts";
import { parseWithExactNumbers } from "../../schemas/exact-numbers.ts";
import { isTooDeep, MAX_DEPTH } from "./depth.ts";
import { parseJson } from "./http.ts";

/** A form's fields by name: texts and files, lists of them where a name repeats; any JSON where the form was sent as JSON. */
export type Fields = Record<string, unknown>;

/** A file as a script gets it. `type` is what the sender says, `size` counts bytes. */
export type FormFile = { name: string; type: string; size: number; base64: string };

/** Reading many small fields holds up the calls beside. */
const MAX_FIELDS = 1_000;

const TYPES = "application/json, application/x-www-form-urlencoded or multipart/form-data";

/** The fields of a form sent with this Content-Type. Throws `bad_request` with what to do. */
export async function readForm(contentType: string | undefined, body: Buffer): Promise<Fields> {
  if (contentType === undefined && body.length === 0) return {};
  const type = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (/^application\/(?:[\w.-]+\+)?json$/.test(type)) return readJson(body.toString("utf8"));
  if (type === "application/x-www-form-urlencoded") return readUrlEncoded(body.toString("utf8"));
  if (type === "multipart/form-data") return await readMultipart(contentType ?? "", body);
  const given = type === "" ? "The Content-Type is missing" : `A form is not sent as "${type}"`;
  throw new Fault("bad_request", `${given}: send it as ${TYPES}`);
}

function readJson(text: string): Fields {
  if (text.trim() === "") return {};
  if (isTooDeep(text)) {
    throw new Fault("bad_request", `The body is nested deeper than ${MAX_DEPTH} levels`);
  }
  parseJson(text, {});
  const parsed = CallData.safeParse(parseWithExactNumbers(text));
  if (parsed.success) return parsed.data;
  throw new Fault("bad_request", 'The body of a form is a JSON object of its fields, e.g. {"a":1}');
}

function readUrlEncoded(text: string): Fields {
  refuseMany(countOf(text, "&") + 1);
  return group(new URLSearchParams(text));
}

async function readMultipart(contentType: string, body: Buffer): Promise<Fields> {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) {
    throw new Fault(
      "bad_request",
      'The Content-Type names no boundary: let what encodes the form write it, as in "multipart/form-data; boundary=x"',
    );
  }
  const parts = withOwnBoundary(body.toString("latin1"), boundary);
  // One is at the end.
  refuseMany(countOf(parts, OWN_BOUNDARY) - 1);
  const form = await parseMultipart(Buffer.from(parts, "latin1"));
  const entries = Array.from(form, async ([name, value]) => {
    const field = typeof value === "string" ? value : await readFile(value);
    return [name, field] as const;
  });
  return group(await Promise.all(entries));
}

const OWN_BOUNDARY = "the-boundary-of-a-form-in-scriptforge-0f9c2e71b84d4a6a";

/** The parser takes a boundary for one wherever it finds its text, and people use short ones: only whole lines are. */
function withOwnBoundary(text: string, boundary: string): string {
  const line = new RegExp(`(^|\\r\\n)--${RegExp.escape(boundary)}(--)?[ \\t]*(?=\\r\\n|$)`, "g");
  return text.replace(
    line,
    (_whole, before: string, last = "") => `${before}--${OWN_BOUNDARY}${last}`,
  );
}

async function parseMultipart(body: Buffer): Promise<FormData> {
  const headers = { "content-type": `multipart/form-data; boundary=${OWN_BOUNDARY}` };
  try {
    return await new Response(Uint8Array.from(body), { headers }).formData();
  } catch (error) {
    throw new Fault(
      "bad_request",
      "The body is not whole multipart/form-data with the boundary that its Content-Type names: let one program write both, and send all of it",
      { cause: error },
    );
  }
}

async function readFile(file: File): Promise<FormFile> {
  const { name, type, size } = file;
  return { name, type, size, base64: Buffer.from(await file.arrayBuffer()).toString("base64") };
}

/** Without a field "__proto__", by which a script that copies its fields would change the copy's prototype. */
function group(entries: Iterable<readonly [string, unknown]>): Fields {
  const lists = new Map<string, unknown[]>();
  for (const [name, value] of entries) {
    const list = lists.get(name);
    if (list === undefined) lists.set(name, [value]);
    else list.push(value);
  }
  lists.delete("__proto__");
  return Object.fromEntries(
    Array.from(lists, ([name, list]) => [name, list.length === 1 ? list[0] : list]),
  );
}

function refuseMany(fields: number): void {
  if (fields <= MAX_FIELDS) return;
  throw new Fault("bad_request", `A form has at most ${MAX_FIELDS} fields: send more as JSON`);
}

function countOf(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) {
    found += 1;
  }
  return found;
}
