import type { SupabaseClient } from "@supabase/supabase-js";

interface Identified {
  id: string;
}

export abstract class BaseRepository<Row extends Identified> {
  protected abstract readonly tableName: string;

  constructor(protected readonly db: SupabaseClient) {}

  async findById(id: string): Promise<Row | null> {
    const { data } = await this.db.from<Row>(this.tableName).select("*").eq("id", id).maybeSingle();
    return data;
  }

  async findAll(organizationId: string): Promise<Row[]> {
    const { data } = await this.db.from<Row>(this.tableName).select("*").eq("organization_id", organizationId);
    return data ?? [];
  }
}

export interface AccountNote extends Identified {
  organization_id: string;
  account_id: string;
  body: string;
}

export class NoteRepository extends BaseRepository<AccountNote> {
  protected readonly tableName = "account_notes";

  async ofAccount(accountId: string): Promise<AccountNote[]> {
    const { data } = await this.db.from<AccountNote>(this.tableName).select("*").eq("account_id", accountId);
    return data ?? [];
  }

  async write(organizationId: string, note: Omit<AccountNote, "organization_id">): Promise<void> {
    await this.db.from<AccountNote>(this.tableName).insert({ ...note, organization_id: organizationId });
  }
}
