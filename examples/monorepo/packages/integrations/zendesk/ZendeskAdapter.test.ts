import { afterEach, describe, expect, it, vi } from "vitest";

import { AuthError } from "../base/index.js";
import { ZendeskAdapter } from "./ZendeskAdapter.js";

const ticket = {
  id: 42,
  subject: "Cannot log in",
  status: "open",
  priority: "high",
  assignee_id: null,
  updated_at: "2026-02-01T08:00:00Z",
};

async function connected(): Promise<ZendeskAdapter> {
  const adapter = new ZendeskAdapter({ provider: "zendesk", retryAttempts: 1 });
  await adapter.connect({ tenantId: "org-9", accessToken: "t" });
  return adapter;
}

describe("ZendeskAdapter", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("normalizes tickets", async () => {
    const body = JSON.stringify({ tickets: [ticket], next_page: null });
    vi.stubGlobal("fetch", vi.fn(async () => new Response(body)));
    const entities = await (await connected()).fetchEntities("ticket");
    expect(entities[0]?.metadata.tenantId).toBe("org-9");
    expect(entities[0]?.data).toMatchObject({ subject: "Cannot log in", assigneeId: null });
  });

  it("reports refused credentials as invalid", async () => {
    vi.stubGlobal("fetch", vi.fn(async () => new Response("{}", { status: 401 })));
    await expect((await connected()).validate()).resolves.toBe(false);
  });

  it("needs a token", async () => {
    const adapter = new ZendeskAdapter({ provider: "zendesk" });
    await expect(adapter.connect({ tenantId: "org-9", accessToken: "" })).rejects.toBeInstanceOf(AuthError);
  });
});
