import { EnterpriseAdapter, RateLimiter, withCapabilities } from "../base/index.js";
import type { IntegrationConfig, NormalizedEntity } from "../base/index.js";
import type { IntercomContact, IntercomConversation } from "./types.js";

interface IntercomList<T> {
  data: T[];
  pages?: { next?: { starting_after: string } };
}

/** Written before the base class learned `fetchEntity` and `pushUpdate`. */
export class IntercomAdapter extends EnterpriseAdapter {
  readonly provider = "intercom";
  readonly capabilities = withCapabilities("oauth", "webhooks");

  constructor(config: IntegrationConfig) {
    super(config, new RateLimiter({ provider: "intercom", requestsPerMinute: 160 }));
  }

  protected async doConnect(): Promise<void> {
    await this.get<IntercomContact>("/me");
  }

  async validate(): Promise<boolean> {
    try {
      await this.get("/me");
      return true;
    } catch {
      return false;
    }
  }

  async fetchEntities(entityType: "contact" | "conversation"): Promise<NormalizedEntity[]> {
    const { tenantId } = this.ensureConnected();
    const list = await this.withRateLimit(tenantId, () => this.list(entityType));
    return list.data.map((item) => ({
      id: `intercom:${entityType}:${item.id}`,
      externalId: item.id,
      provider: this.provider,
      type: entityType,
      data: { ...item },
      metadata: { tenantId, fetchedAt: new Date() },
    }));
  }

  private list(entityType: "contact" | "conversation"): Promise<IntercomList<IntercomContact | IntercomConversation>> {
    return entityType === "contact"
      ? this.get<IntercomList<IntercomContact>>("/contacts")
      : this.get<IntercomList<IntercomConversation>>("/conversations");
  }

  private async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.config.baseUrl ?? "https://api.intercom.io"}${path}`, {
      headers: { authorization: `Bearer ${this.credentials?.accessToken ?? ""}` },
    });
    if (!response.ok) throw new Error(`intercom ${path}: ${response.status} ${response.statusText}`);
    return (await response.json()) as unknown as T;
  }
}
