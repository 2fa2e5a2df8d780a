import { describe, it } from "vitest";
import { parseSettings } from "./settings.ts";

describe("the settings", () => {
  it("have defaults that start both roles on this machine only", ({ expect }) => {
    expect(parseSettings({})).toMatchObject({
      SCRIPTFORGE_DATA: "./data",
      SCRIPTFORGE_HOST: "127.0.0.1",
      SCRIPTFORGE_API_PORT: 8080,
      SCRIPTFORGE_EDGE_PORT: 8081,
      SCRIPTFORGE_ROLES: ["control", "edge"],
      SCRIPTFORGE_INVOCATIONS: 10_000,
      SCRIPTFORGE_INVOCATION_DAYS: 7,
      SCRIPTFORGE_INVOCATIONS_PER_SECOND: 20,
      SCRIPTFORGE_INVOCATION_BODIES: 1,
      SCRIPTFORGE_STATS_DAYS: 1,
      SCRIPTFORGE_AUDIT_DAYS: 365,
      SCRIPTFORGE_EGRESS_ALLOW: [],
      SCRIPTFORGE_LOG_LEVEL: "warn",
    });
    for (const name of ["TOKEN", "SECRET_KEY", "DATABASE_URL", "SYNC_URL", "CELLS", "EDGE_URL"]) {
      expect(parseSettings({})).not.toHaveProperty(`SCRIPTFORGE_${name}`);
    }
  });

  it("are what the environment says", ({ expect }) => {
    const env = {
      SCRIPTFORGE_DATA: "/srv/data",
      SCRIPTFORGE_HOST: "::",
      SCRIPTFORGE_API_PORT: "0",
      SCRIPTFORGE_EDGE_PORT: "65535",
      SCRIPTFORGE_EDGE_URL: "http://edge.test:8081",
      SCRIPTFORGE_ROLES: " edge , control,",
      SCRIPTFORGE_TOKEN: "sixteen-letters-",
      SCRIPTFORGE_SECRET_KEY: "sixteen-letters+",
      SCRIPTFORGE_DATABASE_URL: "http://sqld.test",
      SCRIPTFORGE_SYNC_URL: "http://primary.test",
      SCRIPTFORGE_CELLS: "4",
      SCRIPTFORGE_EGRESS_ALLOW: "127.0.0.0/8, 10.0.0.1/32",
      SCRIPTFORGE_LOG_LEVEL: "debug",
    };
    expect(parseSettings(env)).toMatchObject({
      ...env,
      SCRIPTFORGE_API_PORT: 0,
      SCRIPTFORGE_EDGE_PORT: 65_535,
      SCRIPTFORGE_ROLES: ["edge", "control"],
      SCRIPTFORGE_CELLS: 4,
      SCRIPTFORGE_EGRESS_ALLOW: ["127.0.0.0/8", "10.0.0.1/32"],
    });
  });

  it("take an empty variable for one that is not set", ({ expect }) => {
    const env = {
      SCRIPTFORGE_API_PORT: "",
      SCRIPTFORGE_TOKEN: "",
      SCRIPTFORGE_SYNC_URL: "",
      SCRIPTFORGE_ROLES: "",
      SCRIPTFORGE_CELLS: undefined,
    };
    expect(parseSettings(env)).toEqual(parseSettings({}));
  });

  it("leave the rest of the environment alone", ({ expect }) => {
    expect(parseSettings({ PATH: "/bin", SCRIPTFORGE: "x" })).toEqual(parseSettings({}));
  });

  it("are refused with the name of each variable that is wrong", ({ expect }) => {
    const wrong = {
      SCRIPTFORGE_API_PORT: "http",
      SCRIPTFORGE_EDGE_PORT: "65536",
      SCRIPTFORGE_EDGE_URL: "edge",
      SCRIPTFORGE_ROLES: "control,core",
      SCRIPTFORGE_TOKEN: "fifteen-letters",
      SCRIPTFORGE_SECRET_KEY: "short",
      SCRIPTFORGE_SYNC_URL: "primary",
      SCRIPTFORGE_CELLS: "0",
      SCRIPTFORGE_EGRESS_ALLOW: "127.0.0.1/8, everything",
      SCRIPTFORGE_LOG_LEVEL: "loud",
    };
    for (const [name, value] of Object.entries(wrong)) {
      expect(() => parseSettings({ [name]: value })).toThrow(name);
    }
    for (const name of Object.keys(wrong)) expect(() => parseSettings(wrong)).toThrow(name);
    for (const port of ["-1", "1.5", "80a"]) {
      expect(() => parseSettings({ SCRIPTFORGE_API_PORT: port })).toThrow("SCRIPTFORGE_API_PORT");
    }
    for (const roles of [",", " ", "control edge"]) {
      expect(() => parseSettings({ SCRIPTFORGE_ROLES: roles })).toThrow("SCRIPTFORGE_ROLES");
    }
  });

  it("are refused without telling a secret", ({ expect }) => {
    const env = { SCRIPTFORGE_TOKEN: "hush", SCRIPTFORGE_SECRET_KEY: "hush" };
    expect(() => parseSettings(env)).toThrow(/^(?!.*hush)/);
  });
});
