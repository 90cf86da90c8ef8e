import type { SupabaseClient } from "@supabase/supabase-js";

export interface Account {
  id: string;
  organization_id: string;
  name: string;
  domain: string | null;
  health_score: number | null;
  archived_at: string | null;
}

type NewAccount = Pick<Account, "name"> & Partial<Pick<Account, "domain">>;

export class AccountService {
  constructor(private readonly supabase: SupabaseClient) {}

  async list(organizationId: string): Promise<Account[]> {
    const { data } = await this.supabase
      .from<Account>("accounts")
      .select("*")
      .eq("organization_id", organizationId)
      .is("archived_at", null);
    return data ?? [];
  }

  async byDomain(organizationId: string, domain: string): Promise<Account | null> {
    const { data } = await this.supabase
      .from<Account>("accounts")
      .select("*")
      .eq("domain", domain)
      .maybeSingle();
    return data;
  }

  /** No tenant in sight: the callers know it. */
  async archive(accountId: string): Promise<void> {
    const archivedAt = new Date().toISOString();
    await this.supabase.from<Account>("accounts").update({ archived_at: archivedAt }).eq("id", accountId);
  }

  async archiveAll(organizationId: string): Promise<void> {
    for (const account of await this.list(organizationId)) await this.archive(account.id);
  }

  async create(organizationId: string, input: NewAccount): Promise<void> {
    await this.supabase.from<Account>("accounts").insert({ organization_id: organizationId, ...input });
  }

  async createMany(inputs: NewAccount[]): Promise<void> {
    const rows = inputs.map(({ name, domain = null }) => ({ name, domain }));
    await this.supabase.from<Account>("accounts").insert(rows);
  }

  /** Contacts by the organization of their account. */
  async contacts(organizationId: string): Promise<unknown[]> {
    const { data } = await this.supabase
      .from("contacts")
      .select("id, email, accounts!inner(organization_id)")
      .eq("accounts.organization_id", organizationId);
    return data ?? [];
  }

  async importContacts(organizationId: string, emails: string[], accountId: string): Promise<void> {
    const toRow = (email: string) => ({ email, account_id: accountId, organization_id: organizationId });
    await this.supabase.from("contacts").upsert(emails.map(toRow), { onConflict: "email" });
  }
}
