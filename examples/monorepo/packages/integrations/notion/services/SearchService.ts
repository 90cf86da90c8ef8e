import type { SupabaseClient } from "@supabase/supabase-js";

import { JiraIssueType } from "../../jira/index.js";
import type { NotionPageRow, NotionSearch } from "../types.js";

export class SearchService {
  constructor(private readonly db: SupabaseClient) {}

  /** The filters are added one by one; the tenant comes first. */
  async search(organizationId: string, search: NotionSearch): Promise<NotionPageRow[]> {
    let query = this.db.from<NotionPageRow>("notion_pages").select("*").limit(search.pageSize);
    query = query.eq("organization_id", organizationId);
    if (search.text) query = query.ilike("title", `%${search.text}%`);
    if (search.editedAfter) query = query.gte("last_edited_at", search.editedAfter.toISOString());
    const { data } = await query;
    return data ?? [];
  }

  async recent(search: NotionSearch): Promise<NotionPageRow[]> {
    let query = this.db.from<NotionPageRow>("notion_pages").select("*").order("last_edited_at");
    if (search.onlyMine !== undefined) {
      query = query.eq("organization_id", search.onlyMine);
    }
    const { data } = await query.limit(search.pageSize);
    return data ?? [];
  }

  async bugReports(organizationId: string): Promise<string[]> {
    const { data } = await this.db
      .from<NotionPageRow>("notion_pages")
      .select("title")
      .match({ organization_id: organizationId })
      .ilike("title", `%${JiraIssueType.Bug}%`);
    return (data ?? []).map((row) => row.title);
  }

  async similar(organizationId: string, embedding: number[]): Promise<unknown> {
    console.debug(`similar pages for ${organizationId}`);
    const { data } = await this.db.rpc("match_notion_pages", { query_embedding: embedding, match_count: 5 });
    return data;
  }
}
