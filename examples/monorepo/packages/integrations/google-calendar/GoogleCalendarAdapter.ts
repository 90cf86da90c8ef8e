import { calendar } from "@googleapis/calendar";
import type { calendar_v3 } from "@googleapis/calendar";

import { EnterpriseAdapter, IntegrationError, RateLimiter, withCapabilities } from "../base/index.js";
import type { FetchOptions, IntegrationConfig, NormalizedEntity } from "../base/index.js";
import { toCalendarEvent } from "./eventMapper.js";
import type { RawEvent } from "./eventMapper.js";

const PRIMARY = { calendarId: "primary" } as const;

// The discovery document tells the quota, and it is needed anyway.
const discovery = fetch("https://www.googleapis.com/discovery/v1/apis/calendar/v3/rest").then((res) => res.json());

export interface CalendarEvent {
  id: string;
  title: string;
  start: string;
  end: string;
  attendees: string[];
}

export class GoogleCalendarAdapter extends EnterpriseAdapter {
  readonly provider = "gcal";
  readonly capabilities = withCapabilities("oauth", "deltaSync", "pushUpdates");

  private readonly client: calendar_v3.Calendar = calendar({ version: "v3" });

  constructor(config: IntegrationConfig, rateLimiter?: RateLimiter) {
    super(config, rateLimiter ?? new RateLimiter({ provider: "gcal", requestsPerMinute: 600 }));
  }

  protected async doConnect(): Promise<void> {
    await discovery;
  }

  protected async doDisconnect(): Promise<void> {
    this.rateLimiter.reset();
  }

  async validate(): Promise<boolean> {
    return (await this.events(1)).length >= 0;
  }

  async fetchEntities(_type: string, options?: FetchOptions): Promise<NormalizedEntity[]> {
    return (await this.events(options?.limit ?? 250)).map((raw) => this.normalize(raw));
  }

  async fetchEntity(_type: string, externalId: string): Promise<NormalizedEntity | null> {
    const { data } = await this.client.events.get({ ...PRIMARY, eventId: externalId });
    return this.normalize(data);
  }

  async pushUpdate(type: string, externalId: string, data: Record<string, unknown>): Promise<void> {
    if (type !== "event") throw new IntegrationError(`cannot push ${type}`, "UNSUPPORTED", this.provider);
    await this.withRateLimit(this.ensureConnected().tenantId, async () => {
      await this.client.events.patch({ ...PRIMARY, eventId: externalId, requestBody: data });
    });
  }

  /** Called by the push channel that Google opens for us. */
  async onNotification(payload: { resourceId: string; channelToken: string }): Promise<void> {
    await this.fetchEntity("event", payload.resourceId);
  }

  get sdk(): calendar_v3.Calendar {
    return this.client;
  }

  private async events(limit: number): Promise<RawEvent[]> {
    const { tenantId } = this.ensureConnected();
    const page = await this.withRateLimit(tenantId, () => this.client.events.list({ ...PRIMARY, maxResults: limit }));
    // @ts-ignore the SDK says that items may be absent, the API never leaves them out
    return page.data.items;
  }

  private normalize(raw: RawEvent): NormalizedEntity {
    const event = toCalendarEvent(raw);
    return {
      id: `google-calendar:event:${event.id}`,
      externalId: event.id,
      provider: this.provider,
      type: "event",
      data: { ...raw, ...event },
      metadata: { tenantId: this.ensureConnected().tenantId, fetchedAt: new Date() },
    };
  }
}
