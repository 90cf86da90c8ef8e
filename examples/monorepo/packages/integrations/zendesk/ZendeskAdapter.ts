import { z } from "zod";

import {
  AuthError,
  ConnectionError,
  EnterpriseAdapter,
  IntegrationError,
  RateLimiter,
  RateLimitError,
  withCapabilities,
} from "../base/index.js";
import type { FetchOptions, IntegrationConfig, IntegrationCredentials, NormalizedEntity } from "../base/index.js";

const DEFAULT_BASE_URL = "https://acme.zendesk.com/api/v2";
const DEFAULT_TIMEOUT_MS = 15_000;
const PAGE_SIZE = 100;

type ZendeskEntityType = "ticket" | "user" | "organization";

export interface ZendeskTicket {
  id: number;
  subject: string;
  status: "new" | "open" | "pending" | "solved" | "closed";
  priority: "low" | "normal" | "high" | "urgent" | null;
  assigneeId: number | null;
}

const ticketSchema = z.object({
  id: z.number(),
  subject: z.string(),
  status: z.enum(["new", "open", "pending", "solved", "closed"]),
  priority: z.enum(["low", "normal", "high", "urgent"]).nullable(),
  assignee_id: z.number().nullable(),
  updated_at: z.string(),
});

const ticketPageSchema = z.object({ tickets: z.array(ticketSchema), next_page: z.string().nullable() });
const singleTicketSchema = z.object({ ticket: ticketSchema });

export class ZendeskAdapter extends EnterpriseAdapter {
  readonly provider = "zendesk";
  readonly capabilities = withCapabilities("oauth", "webhooks", "pushUpdates");

  constructor(
    config: IntegrationConfig,
    rateLimiter = new RateLimiter({ provider: "zendesk", requestsPerMinute: 200 })
  ) {
    super(config, rateLimiter);
  }

  protected async doConnect(credentials: IntegrationCredentials): Promise<void> {
    if (!credentials.accessToken) throw new AuthError(this.provider, "Zendesk needs an access token");
  }

  protected async doDisconnect(): Promise<void> {
    // No session to end: Zendesk tokens are stateless.
  }

  async validate(): Promise<boolean> {
    try {
      await this.request("GET", "/users/me.json");
      return true;
    } catch (error) {
      if (error instanceof AuthError) return false;
      throw error;
    }
  }

  async fetchEntities(entityType: string, options: FetchOptions = {}): Promise<NormalizedEntity[]> {
    this.assertSupported(entityType);
    const search = new URLSearchParams({ per_page: String(options.limit ?? PAGE_SIZE) });
    if (options.since) search.set("start_time", String(Math.floor(options.since.getTime() / 1000)));
    const page = ticketPageSchema.parse(await this.request("GET", `/tickets.json?${search}`));
    return page.tickets.map((ticket) => this.normalize(ticket));
  }

  async fetchEntity(entityType: string, externalId: string): Promise<NormalizedEntity | null> {
    this.assertSupported(entityType);
    const body = await this.request("GET", `/tickets/${encodeURIComponent(externalId)}.json`);
    return body === null ? null : this.normalize(singleTicketSchema.parse(body).ticket);
  }

  async pushUpdate(entityType: string, externalId: string, data: Record<string, unknown>): Promise<void> {
    this.assertSupported(entityType);
    await this.request("PUT", `/tickets/${encodeURIComponent(externalId)}.json`, { ticket: data });
  }

  private assertSupported(entityType: string): asserts entityType is ZendeskEntityType {
    if (!["ticket", "user", "organization"].includes(entityType)) {
      throw new Error(`Unsupported Zendesk entity: ${entityType}`);
    }
  }

  private async request(method: "GET" | "PUT", path: string, body?: unknown): Promise<unknown> {
    const { tenantId, accessToken } = this.ensureConnected();
    return this.withRetry(() =>
      this.withRateLimit(tenantId, async () => {
        const response = await fetch(`${this.config.baseUrl ?? DEFAULT_BASE_URL}${path}`, {
          method,
          headers: { Authorization: `Bearer ${accessToken}`, "Content-Type": "application/json" },
          signal: AbortSignal.timeout(this.config.timeoutMs ?? DEFAULT_TIMEOUT_MS),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        if (response.status === 404) return null;
        if (!response.ok) throw this.errorFor(response);
        return response.json();
      })
    );
  }

  private errorFor(response: Response): IntegrationError {
    switch (response.status) {
      case 401:
      case 403:
        return new AuthError(this.provider, "Zendesk refused the credentials");
      case 429:
        return new RateLimitError(this.provider, Number(response.headers.get("retry-after") ?? 60) * 1000);
      default:
        return response.status >= 500
          ? new ConnectionError(this.provider, `Zendesk answered ${response.status}`)
          : new IntegrationError(`Zendesk answered ${response.status}`, "ZENDESK_HTTP", this.provider);
    }
  }

  private normalize(raw: z.infer<typeof ticketSchema>): NormalizedEntity {
    const ticket: ZendeskTicket = {
      id: raw.id,
      subject: raw.subject,
      status: raw.status,
      priority: raw.priority,
      assigneeId: raw.assignee_id,
    };
    return {
      id: `zendesk:ticket:${ticket.id}`,
      externalId: String(ticket.id),
      provider: this.provider,
      type: "ticket",
      data: { ...ticket },
      metadata: { tenantId: this.ensureConnected().tenantId, fetchedAt: new Date(), version: raw.updated_at },
    };
  }
}
