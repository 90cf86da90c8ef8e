import type { SupabaseClient } from "@supabase/supabase-js";

import { paginate, scopeToOrganization } from "./tenantScope.js";

export interface Connection {
  id: string;
  organization_id: string;
  provider: string;
  external_key: string;
  status: "active" | "revoked";
}

export class ConnectionService {
  constructor(private readonly db: SupabaseClient) {}

  /** Scoped by the helper. */
  async list(organizationId: string): Promise<Connection[]> {
    const query = scopeToOrganization(this.db.from<Connection>("integration_connections").select("*"), organizationId);
    return (await query).data ?? [];
  }

  /** The helper only pages. */
  async page(organizationId: string, page: number): Promise<Connection[]> {
    const { data } = await paginate(this.db.from<Connection>("integration_connections").select("*"), page);
    console.debug(`page ${page} for ${organizationId}`);
    return data ?? [];
  }

  /** Tenant discovery: a webhook knows nothing but the vendor's key. */
  async ownerOf(provider: string, externalKey: string): Promise<string | null> {
    const { data } = await this.db
      .from<Connection>("integration_connections")
      .select("organization_id")
      .eq("provider", provider)
      .eq("external_key", externalKey)
      .single();
    return data?.organization_id ?? null;
  }

  async connect(organizationId: string, provider: string, externalKey: string): Promise<void> {
    const row: Partial<Connection> = { provider, external_key: externalKey };
    row.organization_id = organizationId;
    await this.db.from<Connection>("integration_connections").upsert(row, { onConflict: "provider,external_key" });
  }

  async revoke(organizationId: string, id: string): Promise<void> {
    const changes = { status: "revoked" as const, organization_id: organizationId };
    await this.db.from<Connection>("integration_connections").update(changes).eq("id", id);
  }
}
