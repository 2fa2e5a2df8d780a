import { describe, it } from "vitest";
import { TemplateRenderer } from "./template-renderer.ts";
import type { TemplateParts } from "./template.ts";

const NOTHING: TemplateParts = { subject: "", text: "", html: "", sms: "" };

async function render(text: string, vars: object, part = "text"): Promise<string> {
  await using renderer = new TemplateRenderer();
  const order = { parts: { ...NOTHING, [part]: text }, vars: JSON.stringify(vars) };
  const rendered = await renderer.render("acme", order);
  return Object.values(rendered).join("");
}

describe("a template", () => {
  it("is filled in, part by part, and HTML alone is escaped", async ({ expect }) => {
    await using renderer = new TemplateRenderer();
    const source = "{{name}}: {{#each list}}{{this.n}}{{#unless @last}}, {{/unless}}{{/each}}";
    const parts = { subject: source, text: source, html: source, sms: "{{#if a.b}}{{a.b}}{{/if}}" };
    const vars = JSON.stringify({
      name: "<Smith & Co>",
      list: [{ n: 1 }, { n: 2 }],
      a: { b: "x" },
    });
    expect(await renderer.render("acme", { parts, vars })).toEqual({
      subject: "<Smith & Co>: 1, 2",
      text: "<Smith & Co>: 1, 2",
      html: "&lt;Smith &amp; Co&gt;: 1, 2",
      sms: "x",
    });
  });

  it("reaches no prototype and no function", async ({ expect }) => {
    for (const source of [
      "{{constructor}}",
      "{{constructor.name}}",
      "{{toString}}",
      "{{__proto__.a}}",
      '{{lookup this "constructor"}}',
      "{{#with this as |o|}}{{o.constructor.constructor}}{{/with}}",
      "{{list.length.constructor}}",
      "{{name.constructor}}",
      "{{@root.constructor}}",
      '{{lookup (lookup this "constructor") "name"}}',
      "{{#each this}}{{@key.constructor}}{{/each}}",
    ]) {
      expect([source, await render(source, { name: "a", list: [1] })]).toEqual([source, ""]);
    }
    const own = '{"__proto__":{"a":"own"},"constructor":"mine"}';
    await using renderer = new TemplateRenderer();
    const parts = { ...NOTHING, text: "{{constructor}} {{a}}" };
    expect((await renderer.render("acme", { parts, vars: own })).text).toBe("mine ");
  });

  it("that takes too long is ended, and holds up no other account for longer", async ({
    expect,
  }) => {
    await using renderer = new TemplateRenderer();
    const list = Array.from({ length: 1_000 }, (_, n) => n);
    const spin = "{{#each list}}{{#each ../list}}{{#each ../../list}}{{/each}}{{/each}}{{/each}}";
    const slow = { parts: { ...NOTHING, text: spin }, vars: JSON.stringify({ list }) };
    const spinning = Array.from({ length: 3 }, () =>
      renderer.render("mallory", slow).catch((error: unknown) => String(error)),
    );
    const order: string[] = [];
    const fine = { parts: { ...NOTHING, text: "{{a}}" }, vars: '{"a":"fine"}' };
    const others = renderer.render("acme", fine).then(({ text }) => order.push(text));
    const last = spinning.at(-1)?.then(() => order.push("last"));
    await Promise.all([others, last]);
    expect(order).toEqual(["fine", "last"]);
    expect(await Promise.all(spinning)).toEqual(
      Array(3).fill("Fault: Cannot render the template: it takes more than 500 ms"),
    );
  });

  it("that grows without end is ended", async ({ expect }) => {
    const list = Array.from({ length: 3_000 }, () => "x".repeat(20));
    const grow = "{{#each list}}{{#each ../list}}{{@root.list}}{{/each}}{{/each}}";
    await expect(render(grow, { list })).rejects.toThrow(/Cannot render the template: /);
    const large = "{{#each list}}{{@root.list}}{{/each}}";
    await expect(render(large, { list: list.slice(0, 300) })).rejects.toThrow(
      "its text comes to more than 500000 characters",
    );
  });

  it("that makes no sense is refused with its part and line", async ({ expect }) => {
    const cases: [source: string, line: number | undefined, words: string][] = [
      ["{{a", 1, "It cannot be read near"],
      ["a\n{{#if a}}\n", 3, "It cannot be read near"],
      ["a\n\n{{#if a}}{{/each}}", 3, "if doesn't match each"],
      ["a\n{{> other}}", 2, "Partials ({{> name}}) are not available"],
      ["\n{{#> other}}{{/other}}", 2, "Partials ({{#> name}}) are not available"],
      ['{{#*inline "a"}}{{/inline}}', 1, "Decorators ({{#* name}}) are not available"],
      ["{{* a}}", 1, "Decorators ({{* name}}) are not available"],
      ["a\n{{log a}}", 2, 'There is no helper "log"'],
      ["a\n{{scriptforge 5}}", 2, 'There is no helper "scriptforge"'],
      ["{{#list a}}{{/list}}", 1, 'There is no helper "list"'],
    ];
    await using renderer = new TemplateRenderer();
    for (const [source, line, words] of cases) {
      const error = await renderer.check("acme", { ...NOTHING, html: source });
      expect([source, error]).toMatchObject([source, { part: "html", line }]);
      expect(error?.message).toContain(words);
    }
    const fine = "{{#if a}}{{a}}{{else}}b{{/if}} {{#each list}}{{@index}}{{/each}}";
    expect(await renderer.check("acme", { ...NOTHING, html: fine })).toBeUndefined();
  });

  it("that takes too much to compile is refused", async ({ expect }) => {
    await using renderer = new TemplateRenderer();
    for (const source of ["{{#a}}".repeat(14_000), "{{a}}".repeat(20_000)]) {
      await expect(renderer.check("acme", { ...NOTHING, text: source })).rejects.toThrow(
        // Which comes first depends on the machine.
        /: it takes (more than 500 ms|too much memory) to compile it\. Use fewer tags, or nest them less deeply$/,
      );
    }
  });
});
