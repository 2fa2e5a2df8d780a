// The samples that are there without anybody writing them, for every place. Numbers, addresses and names in them are from
// the ranges that are kept for fiction, so that a script which dials or writes to them reaches nobody.

import { PLACES } from "../../schemas/assignment.ts";
import type { Sample, SamplePlace } from "../../schemas/sample.ts";
import type { ScriptType } from "../../schemas/script-type.ts";
import { EVERY_CALL, ORIGINATION, TAGGED_CALL, TERMINATION } from "./calls.ts";
import { CHANNEL } from "./channel.ts";

const CONTACT = {
  name: "Ada Example",
  email: "ada@example.com",
  phone: "447700900123",
  subject: "New extension",
  message: "Please add an extension for our new colleague.",
};

/** `_company` is who sent the form from a customer's portal; the platform sets it. */
const CONTACT_OF_COMPANY = { ...CONTACT, _company: { company_id: 1234, name: "Example Ltd" } };

const ALERT = {
  alert: {
    id: 42,
    title: "Carrier-locked CLIs",
    company_id: 1234,
    recipients: ["noc@example.com", "447700900199"],
  },
  company_id: 1234,
};

/** Every built-in sample. Their names are unique, and public as they stand in paths. */
export const BUILT_IN_SAMPLES: readonly Sample[] = [
  builtIn("termination", "termination", TERMINATION),
  builtIn("origination", "origination", ORIGINATION),
  builtIn("tag", "tag", TAGGED_CALL),
  builtIn("global", "global", EVERY_CALL),
  builtIn("form", "form", CONTACT),
  builtIn("form-company", "form", CONTACT_OF_COMPANY),
  builtIn("did-search", "did-driver", { number: "4420794600" }),
  builtIn("did-allocate", "did-driver", { did: "442079460042" }),
  builtIn("did-release", "did-driver", { did: "442079460042" }),
  builtIn("alert", "alert-driver", ALERT),
  builtIn("voice", "voice", CHANNEL),
  builtIn("empty", "run", {}),
  builtIn("empty-routing", "run", { routing: {} }),
];

/** Those of the places that a script of this type can serve, and those for plain runs. */
export function builtInSamplesFor(type: ScriptType): Sample[] {
  return BUILT_IN_SAMPLES.filter(
    ({ place }) => place === "run" || PLACES[place].takes.includes(type),
  );
}

function builtIn(name: string, place: SamplePlace, data: unknown): Sample {
  return { name, place, data, builtIn: true, updatedAt: null };
}
