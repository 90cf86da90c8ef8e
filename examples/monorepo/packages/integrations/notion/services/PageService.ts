import type { SupabaseClient } from "@supabase/supabase-js";

import { NotionServiceError } from "../errors.js";
import type { NotionAdapter } from "../NotionAdapter.js";
import type { NotionPageRow } from "../types.js";

const TABLE = "notion_pages";

export class PageService {
  constructor(
    private readonly supabase: SupabaseClient,
    private readonly adapter: NotionAdapter
  ) {}

  async list(organizationId: string): Promise<NotionPageRow[]> {
    const { data, error } = await this.supabase
      .from<NotionPageRow>("notion_pages")
      .select("*")
      .eq("organization_id", organizationId)
      .order("last_edited_at", { ascending: false });
    if (error) throw new NotionServiceError(error.message);
    return data;
  }

  async find(organizationId: string, externalId: string): Promise<NotionPageRow | null> {
    const { data } = await this.supabase
      .from<NotionPageRow>("notion_pages")
      .select("id, title, content")
      .eq("external_id", externalId)
      .maybeSingle();
    return data;
  }

  /** Copies the workspace's pages and returns how many there were. */
  async importAll(organizationId: string): Promise<number> {
    const entities = await this.adapter.fetchEntities("page");
    const rows = entities.map((entity) => ({
      external_id: entity.externalId,
      title: String(entity.data["title"] ?? ""),
      last_edited_at: entity.metadata.version ?? new Date().toISOString(),
    }));
    const { error } = await this.supabase.from(TABLE).insert(rows);
    if (error) throw new NotionServiceError(`import for ${organizationId} failed: ${error.message}`);
    return rows.length;
  }

  async save(organizationId: string, page: Omit<NotionPageRow, "organization_id">): Promise<void> {
    const row = { ...page, organization_id: organizationId };
    await this.supabase.from<NotionPageRow>(TABLE).upsert(row, { onConflict: "organization_id,external_id" });
  }

  async rename(pageId: string, title: string): Promise<void> {
    await this.supabase.from("notion_pages").update({ title }).eq("id", pageId);
  }

  async forget(tenantId: string, externalIds: string[]): Promise<void> {
    await this.supabase.from("notion_pages").delete().eq("tenant_id", tenantId).in("external_id", externalIds);
  }
}
