import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["{api,capnp-config,console,runtime,schemas,test}/**/*.test.ts"],
    // Packages are imported as Node does it: workerd is CommonJS with a member `default`.
    deps: { interopDefault: false },
    // One file at a time: the limits under test are about CPU time, which another file would take.
    maxWorkers: 1,
    globalSetup: "test/build-modules.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
