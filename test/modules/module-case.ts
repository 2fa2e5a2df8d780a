// A script that uses a module as its author would, and what it returns wherever it runs.

/** Where a script finds the servers of the suite, all on this machine. */
export type Addresses = {
  /** Origin of the HTTP server, such as "http://127.0.0.1:4711". */
  http: string;
  /** Port of the HTTP server. */
  httpPort: number;
  /** Port of the FTP server. */
  ftpPort: number;
  /** A port on which nothing listens. */
  refusedPort: number;
};

/** What a script is told of the place it runs in. It keeps all of it out of what it returns. */
export type Place = Addresses & {
  /** An empty folder that the script may write to. */
  folder: string;
};

/**
 * `code` is a classic script with a function `main`, or an ES module that exports one. `main` gets what `data` makes of
 * the place, and returns an object: each of its members is one check, and `expected` has them all.
 */
export type ModuleCase = {
  /** What is exercised. Unique among the cases of a module. */
  name: string;
  /** The module under test, as scripts name it. */
  module: string;
  code: string;
  data: (place: Place) => Record<string, unknown>;
  expected: Readonly<Record<string, unknown>>;
};

/** The data of a script that only talks to the HTTP server. */
export function atHttp({ http }: Place): { at: string } {
  return { at: http };
}

/** The data of a script that only writes files. */
export function inFolder({ folder }: Place): { folder: string } {
  return { folder };
}

/** The data of a script that needs none. */
export function nothing(): Record<string, never> {
  return {};
}
