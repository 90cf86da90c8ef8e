import { describe, expect, it } from "vitest";

import { checkGitHubHealth } from "../health.js";

describe("checkGitHubHealth", () => {
  it("is healthy when the probe resolves", async () => {
    await expect(checkGitHubHealth(async () => undefined)).resolves.toMatchObject({ status: "healthy" });
  });

  it("is unhealthy, with a code of ours, when the probe hangs", async () => {
    const status = await checkGitHubHealth(() => new Promise<void>(() => undefined), 10);
    expect(status).toMatchObject({ status: "unhealthy", errorCode: "CONNECTION_ERROR" });
  });
});
