// The places that scripts are assigned to, in the words of the console.

import { PLACES, type Assignment, type Place } from "../schemas/assignment.ts";
import { part } from "./path-part.ts";

export const PLACE_NAMES: Record<Place, string> = {
  termination: "Customer route",
  origination: "DID",
  tag: "Tag",
  global: "Every call",
  form: "Form",
  "did-driver": "DID driver",
  "alert-driver": "Alert driver",
  voice: "Voice application",
};

/** What the keys of a place are called. */
export const KEY_NAMES: Record<string, string> = {
  customer: "Customer",
  route: "Route",
  did: "DID",
  tag: "Tag",
  order: "When",
  form: "Form",
  driver: "Driver",
  destination: "Destination",
};

type Keyed = Pick<
  Assignment,
  "place" | "customer" | "route" | "did" | "tag" | "order" | "form" | "driver" | "destination"
>;

/** The keys of an assignment, in the order of its path. */
export function keysOf(assignment: Keyed): string[] {
  const { customer, route, did, tag, order, form, driver, destination } = assignment;
  const all = { customer, route, did, tag, order, form, driver, destination };
  const values = new Map<string | undefined, string | undefined>(Object.entries(all));
  return PLACES[assignment.place].keys.map((key) => values.get(key) ?? "");
}

/** Where an assignment is, for people: `Customer route acme / main`. */
export function whereOf(assignment: Keyed): string {
  return `${PLACE_NAMES[assignment.place]} ${keysOf(assignment).join(" / ")}`;
}

/** The path of an assignment in the API. */
export function apiPath(place: Place, keys: readonly string[]): string {
  const { path, keys: named } = PLACES[place];
  return `/assignments/${path}/${keys.slice(0, named.length).map(part).join("/")}`;
}

/** The address of an assignment in the console. */
export function pagePath(assignment: Keyed): string {
  return `/assignments/${assignment.place}/${keysOf(assignment).map(part).join("/")}`;
}
