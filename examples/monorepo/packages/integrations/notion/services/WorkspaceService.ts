import type { SupabaseClient } from "@supabase/supabase-js";

interface Plan {
  code: string;
  page_limit: number;
}

export class WorkspaceService {
  constructor(private readonly supabase: SupabaseClient) {}

  /** Counts every tenant's pages for the operators' dashboard. */
  async countAllPages(): Promise<number> {
    // fourlayer-ignore missing-tenant-filter: operators' dashboard counts across tenants on purpose
    const { data } = await this.supabase
      .from("notion_pages")
      .select("id", { count: "exact", head: true });
    return data?.length ?? 0;
  }

  async plans(): Promise<Plan[]> {
    // fourlayer-ignore missing-tenant-filter: plans are the same for everybody
    const { data } = await this.supabase.from<Plan>("plans").select("code, page_limit");
    return data ?? [];
  }

  async stalePages(before: Date): Promise<string[]> {
    // fourlayer-ignore missing-tenant-filter
    const { data } = await this.supabase.from("notion_pages").select("id").lt("last_edited_at", before.toISOString());
    return (data ?? []).map((row) => String(row["id"]));
  }

  async purge(organizationId: string): Promise<void> {
    const pages = this.supabase.from("notion_pages");
    await pages.delete().eq("organization_id", organizationId); // fourlayer-ignore missing-tenant-filters: offboarding
    if (process.env.NOTION_KEEP_EXPORTS !== "1") {
      await this.supabase.storage.from("notion-exports").remove([`${organizationId}/pages.json`]);
    }
  }

  /** Which organization a Notion workspace belongs to; the only thing that an OAuth callback knows. */
  async organizationOf(workspaceKey: string): Promise<string | undefined> {
    const { data } = await this.supabase
      .from("integration_connections")
      .select("organization_id")
      .eq("external_key", workspaceKey)
      .maybeSingle();
    return data?.["organization_id"] as string | undefined;
  }
}
