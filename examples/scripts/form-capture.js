// Type App. Takes a contact form: checks its fields, keeps what was entered, and says what is wrong with it.
//
// Fields: name, phone, email, message (optional) and consent, a box that has to be ticked. A good form is answered with
// {"ok": true, "id": ...}; a bad one with the status 422 and the fields in its detail. Entries are kept for 90 days in the
// key/value store, as JSON under "contact:<id>": GET /v1/kv?prefix=contact: lists them. A number may send five in an hour.
//
// Assign it to a form, or have pages post to /run/form-capture. It has no variables.

const { ko, incr } = require("cxKV");

const DAY = 86_400;
const MOST_AN_HOUR = 5;

/** What is wrong with each field, undefined where nothing is. */
const CHECKS = {
  name: (text) => (text.length < 2 || text.length > 100 ? "has 2 to 100 characters" : undefined),
  phone: (text) => (/^\+?\d{7,15}$/.test(text) ? undefined : "is 7 to 15 digits"),
  email: (text) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? undefined : "is an address"),
  message: (text) => (text.length > 2_000 ? "has at most 2000 characters" : undefined),
  consent: (text) => (["on", "true", "yes", "1"].includes(text) ? undefined : "has to be given"),
};

async function main(fields) {
  const entry = {};
  const wrong = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    entry[name] = String(fields?.[name] ?? "").trim();
    if (name === "phone") entry[name] = entry[name].replace(/[\s().-]/g, "");
    const reason = check(entry[name]);
    if (reason !== undefined) wrong.push(`${name} ${reason}`);
  }
  if (wrong.length > 0) throw new Error(`422 ${wrong.join("; ")}`);

  const sent = await incr(`contact-limit:${entry.phone}`, 1, 3_600);
  if (sent > MOST_AN_HOUR) throw new Error("429 Too many forms from this number: try again later");
  const id = crypto.randomUUID();
  await ko.set(`contact:${id}`, { ...entry, at: new Date() }, 90 * DAY);
  return { ok: true, id };
}
