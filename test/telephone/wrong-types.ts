// Every wrong type in every place of a call's data that means something, and what becomes of the call.

import type { Outcome } from "./calls.ts";

type Path = readonly (string | number)[];

/** Whether the engine sends the wrong thing and the script leaves it, or the script sets it. */
export type Way = "sent" | "set";
export const WAYS: readonly Way[] = ["sent", "set"];

const WRONG: readonly unknown[] = [
  null,
  true,
  0,
  1.5,
  "",
  "text",
  [],
  {},
  [null],
  [[]],
  { a: 1 },
  ["a"],
];

/** What a place comes to. `without` goes, and `says` is what the warnings have in them. */
type Effect = { says?: readonly string[] } & ({ becomes: unknown } | { without: Path });

type Place = { path: Path; effect: (value: unknown, way: Way) => Effect };

/** Places that can be wrong at the same time. */
type Level = { title: string; places: readonly Place[]; values: readonly unknown[] };

/** Sets what the data themselves ask for. */
export const SETTER = `function main(data) {
  for (const { path, value } of data.set) {
    let holder = data;
    for (const name of path.slice(0, -1)) holder = holder[name];
    holder[path.at(-1)] = structuredClone(value);
  }
  return data;
}`;

const ROUTES = [
  {
    provider_id: 1,
    gw: { gw1: { cli: "44" } },
    headers: [{ key: "X-C", value: "2" }],
    remove_headers: [{ key: "X-D" }],
  },
];

const ROUTING = {
  cli: "44",
  dest_number: "45",
  account_id: 1234,
  headers: [{ key: "X-A", value: "1" }],
  remove_headers: [{ key: "X-B" }],
  egress_routing: ROUTES,
  params: { sp: 5060 },
  log: ["a"],
  meta: {},
};

const ROUTE: Path = ["routing", "egress_routing", 0];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Nobody looks at it. */
function unknown(path: Path): Place {
  return { path, effect: (value) => ({ becomes: value }) };
}

/** A telephone number. */
function number(path: Path): Place {
  return {
    path,
    effect: (value) => ({ becomes: typeof value === "number" ? String(value) : value }),
  };
}

/** A list of headers. None of the wrong things is a header. */
function list(path: Path, name: string): Place {
  const effect = (value: unknown): Effect => {
    if (value === null) return { becomes: value };
    if (!Array.isArray(value)) return { without: path, says: [`${name} is no list`] };
    return { becomes: [], says: value.map(() => `${name}: `) };
  };
  return { path, effect };
}

/** A header of a list. */
function header(path: Path, name: string): Place {
  return { path, effect: () => ({ without: path, says: [`${name}: `] }) };
}

/** The name of a header. */
function key(path: Path, name: string): Place {
  const effect = (value: unknown): Effect =>
    value === "text" ? { becomes: value } : { without: path, says: [`${name}: `] };
  return { path: [...path, "key"], effect };
}

/** The value of a header, where it is one that can be text. */
function value(path: Path): Place {
  return {
    path: [...path, "value"],
    effect: (value, way) => ({
      becomes: way === "sent" && typeof value === "number" ? value : String(value),
    }),
  };
}

const routes: Place = {
  path: ["routing", "egress_routing"],
  effect: (value, way) =>
    way === "sent" || Array.isArray(value)
      ? { becomes: value }
      : { becomes: ROUTES, says: ["left out egress_routing"] },
};

const routing: Place = {
  path: ["routing"],
  effect: (value, way) => {
    if (isObject(value)) {
      if (way === "sent") return { becomes: value };
      return { becomes: { ...value, egress_routing: ROUTES }, says: ["left out egress_routing"] };
    }
    return { becomes: way === "sent" ? value : ROUTING, says: ["without routing"] };
  },
};

const HEADER: Path = ["routing", "headers", 0];
const REMOVAL: Path = ["routing", "remove_headers", 0];
const ROUTE_HEADER: Path = [...ROUTE, "headers", 0];
const ROUTE_REMOVAL: Path = [...ROUTE, "remove_headers", 0];

export const LEVELS: readonly Level[] = [
  {
    title: "numbers, lists of headers and what no check knows",
    values: WRONG,
    places: [
      number(["routing", "cli"]),
      number(["routing", "dest_number"]),
      list(["routing", "headers"], "headers"),
      list(["routing", "remove_headers"], "remove_headers"),
      list([...ROUTE, "headers"], "headers"),
      list([...ROUTE, "remove_headers"], "remove_headers"),
      number([...ROUTE, "gw", "gw1", "cli"]),
      unknown([...ROUTE, "provider_id"]),
      ...["account_id", "params", "log", "meta"].map((name) => unknown(["routing", name])),
      unknown(["other"]),
    ],
  },
  {
    title: "headers and gateways",
    values: WRONG,
    places: [
      header(HEADER, "headers"),
      header(REMOVAL, "remove_headers"),
      header(ROUTE_HEADER, "headers"),
      header(ROUTE_REMOVAL, "remove_headers"),
      unknown([...ROUTE, "gw", "gw1"]),
    ],
  },
  {
    title: "names of headers",
    values: WRONG,
    places: [
      key(HEADER, "headers"),
      key(REMOVAL, "remove_headers"),
      key(ROUTE_HEADER, "headers"),
      key(ROUTE_REMOVAL, "remove_headers"),
      unknown([...ROUTE, "gw"]),
    ],
  },
  {
    title: "values of headers",
    values: WRONG.filter((wrong) => typeof wrong !== "object"),
    places: [value(HEADER), value(ROUTE_HEADER)],
  },
  { title: "an egress route", values: WRONG, places: [unknown(ROUTE)] },
  { title: "the egress routes", values: WRONG, places: [routes] },
  { title: "the routing object", values: WRONG, places: [routing] },
];

/** A body with `wrong` in every place of `level`, or with the script told to set it, and what becomes of the call. */
export function wrongCall(
  level: Level,
  wrong: unknown,
  way: Way,
): { body: unknown; becomes: Outcome } {
  const { places } = level;
  const set = way === "set" ? places.map(({ path }) => ({ path, value: wrong })) : [];
  const body = { routing: structuredClone(ROUTING), other: 1, set };
  const expected = structuredClone(body);
  const warnings: string[] = [];
  for (const { path, effect } of places) {
    const came = effect(wrong, way);
    if (way === "sent") write(body, path, wrong);
    if ("becomes" in came) write(expected, path, came.becomes);
    else remove(expected, came.without);
    warnings.push(...(came.says ?? []));
  }
  const isLeftWithout = places.includes(routes) && Array.isArray(wrong) && wrong.length === 0;
  if (isLeftWithout && way === "set") {
    return { body, becomes: { rejects: [503, "No Routes Available (U)"] } };
  }
  const told = warnings.length === 0 ? {} : { warnings };
  return { body, becomes: { continues: expected, ...told } };
}

function write(data: object, path: Path, value: unknown): void {
  const holder = holderOf(data, path);
  Reflect.set(holder, path.at(-1) ?? "", structuredClone(value));
}

function remove(data: object, path: Path): void {
  const holder = holderOf(data, path);
  const name = path.at(-1) ?? "";
  if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else Reflect.deleteProperty(holder, name);
}

function holderOf(data: object, path: Path): object {
  let holder = data;
  for (const name of path.slice(0, -1)) {
    const next: unknown = Reflect.get(holder, name);
    if (typeof next !== "object" || next === null) throw new Error(`No ${path.join(".")} there`);
    holder = next;
  }
  return holder;
}
