import type { SupabaseClient } from "@supabase/supabase-js";

type Stage = "open" | "won" | "lost";

/** `deals` was created twice with different tenant columns; this code believes in the newer one. */
export class DealService {
  constructor(private readonly db: SupabaseClient) {}

  async pipeline(organizationId: string, stage: Stage): Promise<number> {
    const { data } = await this.db
      .from<{ amount_cents: number }>("deals")
      .select("amount_cents")
      .eq("organization_id", organizationId)
      .eq("stage", stage);
    return (data ?? []).reduce((sum, deal) => sum + deal.amount_cents, 0);
  }

  async won(organizationId: string, ids: string[]): Promise<void> {
    await this.db.from("deals").update({ stage: "won" }).in("id", ids).eq("organization_id", organizationId);
  }

  async lost(tenantId: string, id: string): Promise<void> {
    await this.db.from("deals").update({ stage: "lost" }).eq("id", id).eq("tenant_id", tenantId);
  }

  async remove(id: string): Promise<void> {
    await this.db.from("deals").delete().eq("id", id);
  }

  /** `sessions` was dropped in between, so here the last definition decides. */
  async endSessions(tenantId: string): Promise<void> {
    await this.db.from("sessions").delete().eq("tenant_id", tenantId);
  }
}
