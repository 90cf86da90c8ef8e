import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { AuthError, ConnectionError } from "../../base/index.js";
import { GitHubAdapter } from "../GitHubAdapter.js";
import { loadGitHubConfig } from "../config.js";

const settings = loadGitHubConfig({
  GITHUB_RETRY_ATTEMPTS: "1",
  GITHUB_WEBHOOK_SECRET: "not-a-real-secret",
});

const issue = {
  number: 7,
  title: "Flaky import",
  state: "open",
  user: { login: "mona" },
  labels: [{ name: "bug" }],
  updated_at: "2026-01-05T10:00:00Z",
};

function answer(body: unknown, init: ResponseInit = {}): Response {
  return new Response(JSON.stringify(body), { status: 200, ...init });
}

describe("GitHubAdapter", () => {
  const fetchMock = vi.fn<typeof fetch>();
  const adapter = new GitHubAdapter(settings);

  beforeEach(async () => {
    vi.stubGlobal("fetch", fetchMock);
    await adapter.connect({ tenantId: "org-1", accessToken: "token-1" });
  });

  afterEach(async () => {
    await adapter.disconnect();
    fetchMock.mockReset();
    vi.unstubAllGlobals();
  });

  it("returns typed entities that carry the tenant", async () => {
    fetchMock.mockResolvedValueOnce(answer([issue]));
    const [entity] = await adapter.fetchEntities("issue");
    expect(entity).toMatchObject({
      id: "github:issue:7",
      data: { author: "mona", labels: ["bug"] },
      metadata: { tenantId: "org-1" },
    });
  });

  it("sends the tenant's token", async () => {
    fetchMock.mockResolvedValueOnce(answer([]));
    await adapter.validate();
    expect(fetchMock.mock.calls[0]?.[1]?.headers).toMatchObject({ authorization: "Bearer token-1" });
  });

  it("answers null for an issue that does not exist", async () => {
    fetchMock.mockResolvedValueOnce(answer({}, { status: 404 }));
    await expect(adapter.fetchEntity("issue", "acme/web/404")).resolves.toBeNull();
  });

  it("turns a 401 into an AuthError", async () => {
    fetchMock.mockResolvedValueOnce(answer({}, { status: 401 }));
    await expect(adapter.validate()).rejects.toBeInstanceOf(AuthError);
  });

  it("refuses to work before connect()", async () => {
    await expect(new GitHubAdapter(settings).validate()).rejects.toBeInstanceOf(ConnectionError);
  });
});
