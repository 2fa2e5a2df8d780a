import { describe, it } from "vitest";
import { splitCookies } from "./set-cookie.ts";

describe("joined cookies", () => {
  const lists: Record<string, string[]> = {
    one: ["a=1"],
    several: ["a=1; Path=/", "b=2; HttpOnly", "c="],
    "with dates": ["a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT; Path=/", "b=2; Expires=Thu, 1 Jan"],
    "with commas in a value": ["a=1,2,b=3; Path=/", "c=4"],
  };
  for (const [name, cookies] of Object.entries(lists)) {
    it(`come apart: ${name}`, ({ expect }) => {
      expect(splitCookies(cookies.join(", "))).toEqual(cookies);
    });
  }
});
