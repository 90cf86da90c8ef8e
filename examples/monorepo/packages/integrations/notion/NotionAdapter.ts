import { z } from "zod";

import { EnterpriseAdapter, withCapabilities } from "../base/index.js";
import type { FetchOptions, HealthStatus, NormalizedEntity } from "../base/index.js";
import { RateLimiter } from "../base/RateLimiter.js";
import type { NotionConfig } from "./config.js";
import { NotionServiceError, wrapNotionError } from "./errors.js";
import type { NotionPage } from "./types.js";

const pageSchema = z
  .object({ id: z.string(), title: z.string().default(""), last_edited_time: z.string(), archived: z.boolean() })
  .transform(
    (raw): NotionPage => ({
      id: raw.id,
      title: raw.title,
      lastEditedAt: raw.last_edited_time,
      archived: raw.archived,
    })
  );
const listSchema = z.object({ results: z.array(pageSchema) });

export class NotionAdapter extends EnterpriseAdapter {
  readonly provider = "notion";
  readonly capabilities = withCapabilities("oauth", "deltaSync");

  constructor(private readonly notion: NotionConfig) {
    super(
      { provider: "notion", baseUrl: notion.baseUrl, timeoutMs: notion.timeoutMs },
      new RateLimiter({ provider: "notion", requestsPerMinute: 180 })
    );
  }

  protected async doConnect(): Promise<void> {}

  protected async doDisconnect(): Promise<void> {}

  async validate(): Promise<boolean> {
    return (await this.get("/users/me")) !== null;
  }

  async fetchEntities(_entityType: string, options: FetchOptions = {}): Promise<NormalizedEntity[]> {
    const { results } = listSchema.parse(await this.get(`/search?page_size=${options.limit ?? 100}`));
    return results.filter((page) => this.notion.syncArchived || !page.archived).map((page) => this.toEntity(page));
  }

  async fetchEntity(_entityType: string, externalId: string): Promise<NormalizedEntity | null> {
    const raw = await this.get(`/pages/${externalId}`);
    return raw === null ? null : this.toEntity(pageSchema.parse(raw));
  }

  async pushUpdate(): Promise<void> {
    throw new NotionServiceError("Notion is read-only here", "NOTION_READ_ONLY");
  }

  /** For the settings page; the registry has its own check. */
  async checkHealth(): Promise<HealthStatus> {
    const startedAt = Date.now();
    const alive = await this.validate().catch(() => false);
    const status = alive ? "healthy" : "unhealthy";
    return { status, latencyMs: Date.now() - startedAt, checkedAt: new Date().toISOString() };
  }

  private async get(path: string): Promise<unknown> {
    const { tenantId, accessToken } = this.ensureConnected();
    return await this.withRateLimit(tenantId, async () => {
      try {
        const response = await fetch(`${this.notion.baseUrl}${path}`, {
          headers: { Authorization: `Bearer ${accessToken}`, "Notion-Version": this.notion.apiVersion },
          signal: AbortSignal.timeout(this.notion.timeoutMs),
        });
        if (response.status === 404) return null;
        if (!response.ok) throw new NotionServiceError("Notion failed", "NOTION_HTTP", false, response.status);
        return await response.json();
      } catch (error) {
        throw wrapNotionError(error);
      }
    });
  }

  private toEntity(page: NotionPage): NormalizedEntity {
    return {
      id: `notion:page:${page.id}`,
      externalId: page.id,
      provider: this.provider,
      type: "page",
      data: { ...page },
      metadata: { tenantId: this.ensureConnected().tenantId, fetchedAt: new Date(), version: page.lastEditedAt },
    };
  }
}
