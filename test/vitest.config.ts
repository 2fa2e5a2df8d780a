import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["{api,capnp-config,runtime,schemas,test}/**/*.test.ts"],
    // Two cores: what starts processes of its own runs beside at most one other file.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
