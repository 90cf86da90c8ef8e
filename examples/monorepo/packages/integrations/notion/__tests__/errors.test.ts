import { expect, it } from "vitest";

import { AuthError } from "../../base/index.js";
import { NotionServiceError, wrapNotionError } from "../errors.js";

it("wraps what is foreign and passes what is ours", () => {
  const ours = new AuthError("notion", "expired");
  expect(wrapNotionError(ours)).toBe(ours);
  expect(wrapNotionError("boom")).toBeInstanceOf(NotionServiceError);
});
