import type { Knex } from "knex";

interface AuditLog {
  id: number;
  tenant_id: string;
  actor_id: string | null;
  action: string;
}

export class AuditService {
  constructor(private readonly knex: Knex) {}

  async trail(tenantId: string, actorId: string): Promise<AuditLog[]> {
    return await this.knex<AuditLog>("audit_logs")
      .where({ tenant_id: tenantId, actor_id: actorId })
      .orderBy("id", "desc");
  }

  async byAction(tenantId: string, action: string): Promise<AuditLog[]> {
    console.debug(tenantId);
    return await this.knex<AuditLog>("audit_logs").select("id", "actor_id").where("action", action);
  }

  async append(tenantId: string, action: string, actorId: string | null = null): Promise<void> {
    await this.knex<AuditLog>("audit_logs").insert({ tenant_id: tenantId, action, actor_id: actorId });
  }

  async anonymize(actorId: string): Promise<void> {
    await this.knex<AuditLog>("audit_logs").where("actor_id", actorId).update({ actor_id: null });
  }
}
