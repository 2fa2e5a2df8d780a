// How a call goes on after its script: the words of isolates and of the gateway. No imports: isolates carry this file.

/** What the engine sent as headers. */
export type SentHeaders = {
  /** The set of the headers of its own that it has put in. Each is a bit. */
  engine: number;
  /** The keys and values of those whose values are numbers, in turn. */
  numbers: unknown[];
};

/** What the engine sent. */
export type SentData = {
  payload: string;
  /** The names of its members. */
  sent: readonly string[];
  headers: SentHeaders;
};

/** `noRoutes`: no egress route is left. */
export type Continued = { is: "continue"; data: object; warnings: string[] } | { is: "noRoutes" };

/** What a call gets whose script has left it no route, as JSON of a `RunOutcome`: what routing engines say in that case. */
export const NO_ROUTES =
  '{"is":"threw","thrown":{"message":"503 No Routes Available (U)","pair":[503,"No Routes Available (U)"]}}';

/** Lists of headers, beside `routing` or in it. */
export type HeaderList = "headers" | "remove_headers";
export const LIST_NAMES: readonly HeaderList[] = ["headers", "remove_headers"];
