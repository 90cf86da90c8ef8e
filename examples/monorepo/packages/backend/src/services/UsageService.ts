import type { SupabaseClient } from "@supabase/supabase-js";

interface UsageEvent {
  tenant_id: string;
  metric: string;
  quantity: number;
  occurred_at: string;
}

export class UsageService {
  constructor(private readonly db: SupabaseClient) {}

  async record(tenantId: string, metric: string, quantity = 1): Promise<void> {
    const event: UsageEvent = { tenant_id: tenantId, metric, quantity, occurred_at: new Date().toISOString() };
    await this.db.from<UsageEvent>("usage_events").insert(event);
  }

  /** The value's name says nothing about the column: this one is right. */
  async total(organizationId: string, metric: string): Promise<number> {
    const { data } = await this.db
      .from<UsageEvent>("usage_events")
      .select("quantity")
      .eq("tenant_id", organizationId)
      .eq("metric", metric);
    return (data ?? []).reduce((sum, { quantity }) => sum + quantity, 0);
  }

  async lastMonth(organizationId: string): Promise<UsageEvent[]> {
    const since = new Date(Date.now() - 30 * 86_400_000).toISOString();
    const { data } = await this.db
      .from<UsageEvent>("usage_events")
      .select("metric, quantity")
      .eq("organization_id", organizationId)
      .gte("occurred_at", since);
    return data ?? [];
  }

  async audit(organizationId: string, action: string): Promise<void> {
    await this.db.from("audit_logs").insert({ organization_id: organizationId, action });
  }

  async forget(tenantId?: string): Promise<void> {
    await this.db.from("usage_events").delete().match({ tenant_id: tenantId });
    await this.db.from("audit_logs").delete().eq("tenant_id", tenantId ?? "");
  }
}
