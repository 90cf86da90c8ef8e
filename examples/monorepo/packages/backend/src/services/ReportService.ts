import type { SupabaseClient } from "@supabase/supabase-js";

interface Report {
  id: string;
  organization_id: string | null;
  tenant_id: string | null;
  title: string;
}

export class ReportService {
  constructor(private readonly db: SupabaseClient) {}

  async visible(tenantId: string): Promise<Report[]> {
    const { data } = await this.db
      .from<Report>("reports")
      .select("id, title")
      .or(`organization_id.eq.${tenantId},tenant_id.eq.${tenantId}`);
    return data ?? [];
  }

  async titled(organizationId: string, title: string): Promise<Report[]> {
    const { data } = await this.db
      .from<Report>("reports")
      .select("*")
      .or(`title.eq.${title},title.ilike.%${title}%`)
      .neq("organization_id", null);
    return (data ?? []).filter((report) => report.organization_id === organizationId);
  }

  async ofSeveral(organizationIds: readonly string[]): Promise<Report[]> {
    const { data } = await this.db.from<Report>("reports").select("*").in("organization_id", organizationIds);
    return data ?? [];
  }

  async publish(report: Report): Promise<void> {
    await this.db.from<Report>("reports").upsert(report);
  }

  /** The organization itself is found by its id, plans belong to nobody. */
  async header(organizationId: string): Promise<string> {
    const organization = await this.db
      .from("organizations")
      .select("name, plan_code")
      .eq("id", organizationId)
      .single();
    const plan = await this.db.from("plans").select("page_limit").eq("code", organization.data?.["plan_code"]).single();
    return `${organization.data?.["name"] ?? "?"} (${plan.data?.["page_limit"] ?? 0} pages)`;
  }

  async everyOrganization(): Promise<unknown[]> {
    // tenant-filter-guard: ignore-next-query the operators' console lists every organization
    const { data } = await this.db.from("organizations").select("id, name");
    return data ?? [];
  }
}
