// Which functions of the libraries return promises? Only what nobody calls without waiting for it.

/** What publishing knows of a value: the members it has, and what a call of it (or `new`) gives. */
export type Shape = {
  readonly gives?: Shape | "promise";
  readonly members: ReadonlyMap<string, Shape>;
};

/** What `require(name)` gives, and an import of everything. */
export function shapeOfLibrary(name: string): Shape | undefined {
  return LIBRARIES.get(name);
}

/** What a name means that the script does not declare. */
export function shapeOfGlobal(name: string): Shape | undefined {
  return GLOBALS.get(name);
}

const NOTHING: ReadonlyMap<string, Shape> = new Map();
/** Any function that returns a promise. */
export const PROMISING: Shape = { gives: "promise", members: NOTHING };

function promising(names: string): [name: string, shape: Shape][] {
  return names.split(" ").map((name) => [name, PROMISING]);
}

function object(...members: [name: string, shape: Shape][]): Shape {
  return { members: new Map(members) };
}

/** A library whose default export, as interop makes it, is the whole of it. */
function library(...members: [name: string, shape: Shape][]): Shape {
  const whole = object(...members);
  return object(...members, ["default", whole]);
}

function axios(): Shape {
  const members = new Map(
    promising("request get delete head options post put patch postForm putForm patchForm"),
  );
  const instance: Shape = { gives: "promise", members };
  members.set("create", { gives: instance, members: NOTHING }).set("default", instance);
  return instance;
}

function rest(): Shape {
  const client = object(...promising("get post put delete create read update"));
  const members = new Map<string, Shape>();
  const auth: Shape = { gives: client, members };
  members.set("auth", auth).set("default", auth);
  return auth;
}

const SEND = object(...promising("email sms notify sip"));
const LOOKUP = object(...promising("asrplus hlr lrn nnpc ping tps userspaceLookup"));
const USERSPACE = library(...promising("create read update delete get random sql"));

const LIBRARIES: ReadonlyMap<string, Shape> = new Map([
  ["axios", axios()],
  [
    "cxKV",
    library(
      ["kv", object(...promising("get set del"))],
      ["ko", object(...promising("get set del"))],
      ...promising("incr keys usage"),
    ),
  ],
  ["cxUserspace", USERSPACE],
  ["cxCallControl", library(...promising("C4 C5 AI"))],
  ["cxLLM", library(...promising("chat"))],
  ["cxRest", rest()],
  ["cxPubSub", library(...promising("publish"))],
  ["cxSend", library(...promising("email sms"))],
  ["cxTemplate", library(...promising("compile"))],
  ["cxOriginate", library(...promising("originate"))],
  ["cxJob", library(...promising("add scriptForge"))],
]);

const GLOBALS: ReadonlyMap<string, Shape> = new Map([
  ...promising("fetch setEnvVar"),
  ["api", object(["lookup", LOOKUP], ["rest", rest()], ["send", SEND])],
  ["cxUserspace", USERSPACE],
]);
