// The many ways to call `http.request`.

import type { IncomingMessage, RequestOptions } from "node:http";
import { urlToHttpOptions } from "node:url";

export type OnResponse = (response: IncomingMessage) => void;

/** What `http.request` takes. */
export type RequestArguments = [
  input: string | URL | RequestOptions,
  options?: RequestOptions | OnResponse,
  onResponse?: OnResponse,
];

/** One form of all that a request may be made with. A new object. */
export function readArguments(args: RequestArguments): {
  options: RequestOptions;
  onResponse: OnResponse | undefined;
} {
  const [input] = args;
  const isUrl = typeof input === "string" || input instanceof URL;
  const base = isUrl ? urlToHttpOptions(new URL(input)) : input;
  const [more, last] = isUrl ? args.slice(1) : [undefined, args[1]];
  const given = typeof more === "object" ? more : undefined;
  const onResponse = [more, last].find((argument) => typeof argument === "function");
  return { options: Object.assign({}, base, given), onResponse };
}
