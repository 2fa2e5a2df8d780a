// Every attack, in the order in which they run: first what leaves the cells alone, last what ends them.

import { CPU_CASES } from "./cases/cpu.ts";
import { ESCAPE_CASES } from "./cases/escape.ts";
import { MEMORY_CASES } from "./cases/memory.ts";
import { MODULE_CASES } from "./cases/modules.ts";
import { NATIVE_CASES } from "./cases/native-cpu.ts";
import { NETWORK_CASES } from "./cases/network.ts";
import { PROTOCOL_CASES } from "./cases/protocol.ts";
import { REWRITER_CASES } from "./cases/rewriter.ts";
import { TENANCY_CASES } from "./cases/tenancy.ts";
import type { HostileCase } from "./hostile-case.ts";

export const ALL_CASES: readonly HostileCase[] = [
  ...ESCAPE_CASES,
  ...PROTOCOL_CASES,
  ...NETWORK_CASES,
  ...TENANCY_CASES,
  ...REWRITER_CASES,
  ...CPU_CASES,
  ...NATIVE_CASES,
  ...MEMORY_CASES,
  ...MODULE_CASES,
];
