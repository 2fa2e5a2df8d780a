import { describe, it } from "vitest";
import { readForm } from "./form-body.ts";

const URL_ENCODED = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data; boundary=b";

function part(name: string, value: string, more = ""): string {
  return `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
}

const END = "--b--\r\n";

function read(type: string | undefined, body: string | Uint8Array): Promise<unknown> {
  return readForm(type, Buffer.from(body));
}

describe("a form", () => {
  it("is the same whatever it is sent as", async ({ expect }) => {
    const fields = { name: "Zoë & Co", empty: "", " odd ": "a=b" };
    const sent: [type: string, body: string][] = [
      ["application/json", JSON.stringify(fields)],
      ["Application/JSON ; charset=utf-8", JSON.stringify(fields)],
      ["application/vnd.acme.form+json", JSON.stringify(fields)],
      [URL_ENCODED, "name=Zo%C3%AB+%26+Co&empty=&+odd+=a%3Db"],
      [`${URL_ENCODED}; charset=UTF-8`, "name=Zo%c3%ab%20%26%20Co&empty&%20odd%20=a=b"],
      [MULTIPART, part("name", "Zoë & Co") + part("empty", "") + part(" odd ", "a=b") + END],
      [
        'multipart/form-data; charset=utf-8; boundary="b"',
        `to be skipped\r\n${part("name", "Zoë & Co")}${part("empty", "")}${part(" odd ", "a=b")}--b--`,
      ],
    ];
    for (const [type, body] of sent) expect([type, await read(type, body)]).toEqual([type, fields]);
  });

  it("may be empty", async ({ expect }) => {
    const empty: [type: string | undefined, body: string][] = [
      [undefined, ""],
      ["application/json", ""],
      ["application/json", "{}"],
      [URL_ENCODED, ""],
      [MULTIPART, END],
    ];
    for (const [type, body] of empty) expect([type, await read(type, body)]).toEqual([type, {}]);
  });

  it("has a list where a name repeats", async ({ expect }) => {
    const fields = { a: ["1", "", "3"], b: "2" };
    expect(await read(URL_ENCODED, "a=1&b=2&a=&a=3")).toEqual(fields);
    const body = part("a", "1") + part("b", "2") + part("a", "") + part("a", "3") + END;
    expect(await read(MULTIPART, body)).toEqual(fields);
  });

  it("may have its boundary within a field", async ({ expect }) => {
    const fields = { a: "b--b", b: "\r\n--bb\r\n--b--b\r\n", c: "" };
    const body = Object.entries(fields).map(([name, value]) => part(name, value));
    expect(await read(MULTIPART, body.join("") + END)).toEqual(fields);
    const padded = body.join("").replace(/^--b\r/gm, "--b \t\r");
    expect(await read(MULTIPART, padded + END)).toEqual(fields);
    const odd = 'multipart/form-data; boundary="a.+(b)?"';
    const text = `--a.+(b)?\r\nContent-Disposition: form-data; name="x"\r\n\r\na.b\r\n--a.+(b)?--`;
    expect(await read(odd, text)).toEqual({ x: "a.b" });
  });

  it("keeps the JSON that it is", async ({ expect }) => {
    const fields = { calls: [{ id: 1, ok: true }, null], n: 1.5, deep: { er: [[]] } };
    expect(await read("application/json", JSON.stringify(fields))).toEqual(fields);
  });

  it("has files, of any bytes and no name", async ({ expect }) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    const form = new FormData();
    form.append("photo", new Blob([bytes], { type: "image/png" }), "größe.png");
    form.append("none", new Blob([]), "");
    form.append("two", new Blob(["x"]), "a.txt");
    form.append("two", "not a file");
    const sent = new Request("http://x", { method: "POST", body: form });
    const type = sent.headers.get("content-type") ?? "";
    const fields = await readForm(type, Buffer.from(await sent.arrayBuffer()));
    const base64 = Buffer.from(bytes).toString("base64");
    const octets = "application/octet-stream";
    expect(fields).toEqual({
      photo: { name: "größe.png", type: "image/png", size: 256, base64 },
      // What browsers send where no file was chosen.
      none: "",
      two: [{ name: "a.txt", type: octets, size: 1, base64: "eA==" }, "not a file"],
    });
  });

  it("takes what is not UTF-8, and escapes that are none, for what they are", async ({
    expect,
  }) => {
    expect(await read(URL_ENCODED, "a=%zz&b=%ff&%")).toEqual({ a: "%zz", b: "\uFFFD", "%": "" });
  });

  it("makes no prototype of a field __proto__", async ({ expect }) => {
    const evil = '{"admin":true}';
    const bodies: [type: string, body: string][] = [
      ["application/json", `{"__proto__":${evil},"constructor":1}`],
      [URL_ENCODED, "__proto__=x&__proto__=y&constructor=1"],
      [MULTIPART, part("__proto__", evil) + part("constructor", "1") + END],
    ];
    for (const [type, body] of bodies) {
      const fields = await readForm(type, Buffer.from(body));
      expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
      expect([type, Object.keys(fields)]).toEqual([type, ["constructor"]]);
      expect(Object.assign({}, fields)).not.toHaveProperty("admin");
    }
    expect({}).not.toHaveProperty("admin");
  });
});

describe("a number of a form", () => {
  it("stays as it was written, where JavaScript would round it", async ({ expect }) => {
    const text = '{"id":12345678901234567890,"list":[1e400,0.1]}';
    expect(JSON.stringify(await read("application/json", text))).toBe(text);
  });
});

describe("what is no form", () => {
  const cases: [what: string, type: string | undefined, body: string, says: string][] = [
    ["no type", undefined, "a=1", "multipart/form-data"],
    ["an empty type", " ", "a=1", "Content-Type is missing"],
    ["a text", "text/plain;charset=UTF-8", "a=1", '"text/plain"'],
    ["XML", "application/xml", "<a/>", "application/json"],
    ["a type like JSON", "application/jsonp", "{}", "application/json"],
    ["half of a JSON body", "application/json", '{"a":', "not JSON"],
    ["JSON of a list", "application/json", "[1]", "JSON object"],
    ["JSON of a text", "application/json", '"a=1"', "JSON object"],
    ["JSON null", "application/json", "null", "JSON object"],
    ["JSON with two ends", "application/json", "{}{}", "not JSON"],
    ["JSON that is a well", "application/json", `{"a":${"[".repeat(600)}`, "nested deeper"],
    ["no boundary", "multipart/form-data", part("a", "1") + END, "names no boundary"],
    ["an empty boundary", "multipart/form-data; boundary=", part("a", "1") + END, "no boundary"],
    ["another boundary", "multipart/form-data; boundary=c", part("a", "1") + END, "boundary"],
    ["nothing in parts", MULTIPART, "", "whole"],
    ["no last boundary", MULTIPART, part("a", "1"), "whole"],
    ["half a part", MULTIPART, part("a", "1").slice(0, -6), "whole"],
    ["half a head", MULTIPART, "--b\r\nContent-Dispo", "whole"],
    ["a part without a name", MULTIPART, `--b\r\nX: y\r\n\r\n1\r\n${END}`, "whole"],
    ["lines without a return", MULTIPART, (part("a", "1") + END).replaceAll("\r", ""), "whole"],
    ["too many fields", URL_ENCODED, "a&".repeat(1_000), "1000 fields"],
    ["too many parts", MULTIPART, part("a", "1").repeat(1_001) + END, "1000 fields"],
  ];

  it.for(cases)("is refused: %s", async ([, type, body, says], { expect }) => {
    await expect(read(type, body)).rejects.toMatchObject({
      name: "Fault",
      code: "bad_request",
      message: expect.stringContaining(says),
    });
  });

  it("is not so with the most fields", async ({ expect }) => {
    expect(await read(URL_ENCODED, "a&".repeat(999))).toEqual({ a: Array(999).fill("") });
    const body = part("a", "1").repeat(1_000) + END;
    expect(await read(MULTIPART, body)).toEqual({ a: Array(1_000).fill("1") });
  });
});
