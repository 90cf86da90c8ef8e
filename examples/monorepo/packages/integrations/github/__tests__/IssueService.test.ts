import { describe, expect, it, vi } from "vitest";

import type { GitHubAdapter } from "../GitHubAdapter.js";
import { IssueService } from "../services/IssueService.js";
import type { IssueStore } from "../services/IssueService.js";

vi.mock("../GitHubAdapter.js");

describe("IssueService", () => {
  it("touches the rows of the asking organization only", async () => {
    const { GitHubAdapter: Adapter } = await import("../GitHubAdapter.js");
    const adapter: GitHubAdapter = new Adapter({
      apiUrl: "http://localhost",
      timeoutMs: 1,
      retryAttempts: 1,
      webhookSecret: "not-a-real-secret",
    });
    const store = { upsert: vi.fn<IssueStore["upsert"]>(), countOpen: vi.fn<IssueStore["countOpen"]>() };
    store.countOpen.mockResolvedValue(2);

    await expect(new IssueService(adapter, store).countOpen("org-1")).resolves.toBe(2);
    expect(store.countOpen).toHaveBeenCalledWith({ organization_id: "org-1" });
  });
});
