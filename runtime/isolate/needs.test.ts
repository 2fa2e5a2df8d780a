import { describe, it } from "vitest";
import { RELEASE_HEAD_END } from "../../schemas/release-head.ts";
import type { ProgramCode } from "../../schemas/program-code.ts";
import { needsOf, NO_NEEDS as NONE, type Needs } from "./needs.ts";

function programOf(source: string, more: Partial<ProgramCode> = {}): ProgramCode {
  const code = `(function () { return [function (exports, require, module) ${RELEASE_HEAD_END}${source}}]; })`;
  return { code, scripts: {}, modules: {}, preload: [], allowed: [], ...more };
}

const REQUIRE: Needs = { ...NONE, require: true };
const NODE: Needs = { ...NONE, node: true };
const NODE_MODULE: Needs = { ...NODE, require: true };
const PLATFORM: Needs = { ...NONE, platform: true };
const LIBRARY: Needs = { ...PLATFORM, libraries: true };
const REQUIRED_LIBRARY: Needs = { ...LIBRARY, require: true };
const NODE_AND_LIBRARY: Needs = { ...REQUIRED_LIBRARY, node: true };
const ALL: Needs = { ...NODE_AND_LIBRARY, listeners: true };
const LEGACY: Needs = { ...NONE, legacy: true };
const LISTENERS: Needs = { ...NONE, listeners: true };

describe("what code needs", () => {
  it.for<[source: string, needs: Needs]>([
    ["async function main(data) { return data; }", NONE],
    ["return process.env.KEY + process?.env['x'] + process . env.y", NONE],
    ["requires(); const required = 1", ALL],
    ["const rules = require('./rules')", REQUIRE],
    ["process.version", NODE],
    ["const { env } = process", NODE],
    ["globalThis['process']", NODE],
    ["globalThis.process.env.KEY", NONE],
    ["Buffer.from('a')", NODE],
    ["new ArrayBuffer(8)", NONE],
    ["await new Promise((done) => setTimeout(done, 10))", NODE],
    ["globalThis['setInterval']", NODE],
    ["clearTimeout(timer)", NONE],
    ["global.x = 1", NODE],
    ["globalThis.x = 1", NONE],
    ["performance.now()", NONE],
    ["signal.addEventListener('abort', stop)", LISTENERS],
    ["globalThis['removeEventListener']", LISTENERS],
    ["performance.mark('a')", NODE],
    ["new PerformanceObserver(() => {})", NODE],
    ["require('crypto')", NODE_MODULE],
    ['require( "node:fs" )', NODE_MODULE],
    ["require('rules')", NODE_MODULE],
    ["require('cxKV').kv", REQUIRED_LIBRARY],
    ["require('cxHelper')", NODE_AND_LIBRARY],
    ["api.lookup.tps(1)", LIBRARY],
    ["cxUserspace.read('a', 1)", LIBRARY],
    ["await setEnvVar('a', 'b')", PLATFORM],
    ["await getEnvVars()", PLATFORM],
    ["require('cxKV'); require('moment')", NODE_AND_LIBRARY],
    ["require('cx' + 'KV')", ALL],
    ["require(name)", ALL],
    ["const load = require; load('cxKV')", ALL],
    ["module.require", ALL],
    ["require('a\\x62c')", ALL],
    ["require(`cxKV`)", ALL],
  ])("%s", ([source, needs], { expect }) => {
    expect(needsOf(programOf(source))).toEqual(needs);
  });

  it("is what the scripts that it requires need as well", ({ expect }) => {
    const scripts = { rules: programOf("require('cxKV')").code };
    expect(needsOf(programOf("require('./rules')", { scripts }))).toEqual(REQUIRED_LIBRARY);
  });

  it("is the legacy globals where a wrapper asks for them", ({ expect }) => {
    const code = `(function (a, b, aLegacy) { let { vars } = aLegacy(); return ${RELEASE_HEAD_END}vars}; })`;
    expect(needsOf(programOf("", { code }))).toEqual(LEGACY);
    expect(needsOf(programOf("", { scripts: { rules: code } }))).toEqual(LEGACY);
    expect(needsOf(programOf("const aLegacy = () => 1; aLegacy();"))).toEqual(NONE);
  });

  it("is Node's modules where it has modules of npm", ({ expect }) => {
    expect(needsOf(programOf("", { modules: { axios: "" } }))).toEqual(NODE_MODULE);
  });
});
