import { describe, it } from "vitest";
import { PutAssignment } from "../schemas/assignment.ts";
import { draftOf, requestOf, wrongIn } from "./assignment-draft.ts";

const NEW = { ...draftOf(undefined, "scr_1"), keys: ["acme", "main"] };

describe("an assignment's form", () => {
  it("asks for what the control plane takes, for every place", ({ expect }) => {
    for (const place of ["termination", "form", "did-driver", "alert-driver", "voice"] as const) {
      const request = requestOf({
        ...NEW,
        place,
        recipients: "noc@example.com, 4477",
        company: "7",
      });
      expect(PutAssignment.safeParse(request).error, place).toBeUndefined();
    }
  });

  it("leaves the timeout and its action to the platform where they are empty", ({ expect }) => {
    expect(requestOf(NEW)).toMatchObject({ timeout: null, timeoutAction: "" });
    expect(wrongIn(NEW).size).toBe(0);
  });

  it("says what is wrong before it is sent", ({ expect }) => {
    expect(wrongIn({ ...NEW, timeoutAction: "503" }).has("timeoutAction")).toBe(true);
    expect(wrongIn({ ...NEW, timeoutAction: "503 Try Later" }).size).toBe(0);
    expect(wrongIn({ ...NEW, timeout: "11" }).has("timeout")).toBe(true);
    expect(wrongIn({ ...NEW, timeout: "soon" }).has("timeout")).toBe(true);
    expect(wrongIn({ ...NEW, place: "form", timeout: "11" }).size).toBe(0);
  });
});
