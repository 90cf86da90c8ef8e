import { describe, expect, it } from "vitest";

import { loadNotionConfig } from "../config.js";
import { NotionAdapter } from "../NotionAdapter.js";

const token = process.env.NOTION_TEST_TOKEN;

// Talks to the real Notion, which is why it runs on one laptop only.
describe.skipIf(!token)("NotionAdapter", () => {
  it("finds pages", async () => {
    const adapter = new NotionAdapter(loadNotionConfig());
    await adapter.connect({ tenantId: "org-1", accessToken: token ?? "" });
    const pages: any[] = await adapter.fetchEntities("page", { limit: 1 });
    expect(pages[0].data.title).toBeTypeOf("string");
  });
});
