import { createClient } from "@supabase/supabase-js";
import { Worker } from "bullmq";

import { connectAdapter } from "../integrations/adapters.js";
import { connection, publishDepth, SYNC_QUEUE } from "../integrations/syncQueue.js";
import type { SyncJob } from "../integrations/syncQueue.js";
import { observeDuration } from "../lib/metrics.js";

/** The worker that does everything right. */
export function startSyncWorker(): Worker<SyncJob> {
  // service-role:justified the worker acts for the tenant that its job names
  const db = createClient(process.env.SUPABASE_URL ?? "", process.env.SUPABASE_SERVICE_ROLE_KEY ?? "");

  const worker = new Worker<SyncJob>(
    SYNC_QUEUE,
    async ({ data: { organizationId, connectionId, provider, entityTypes } }) => {
      const startedAt = Date.now();
      const { data: token } = await db.rpc<string>("connection_token", {
        p_organization_id: organizationId,
        p_connection_id: connectionId,
      });
      const adapter = await connectAdapter(provider, { tenantId: organizationId, accessToken: token ?? "" });
      const { entitiesProcessed } = await adapter.sync(entityTypes);
      await db.from("usage_events").insert({
        tenant_id: organizationId,
        metric: `sync.${provider}`,
        quantity: entitiesProcessed,
        occurred_at: new Date().toISOString(),
      });
      observeDuration("integration_sync_ms", Date.now() - startedAt);
      await publishDepth();
    },
    { connection, concurrency: 5 }
  );

  worker.on("failed", (job, error) => console.error("sync failed", { id: job?.id, error: error.name }));
  return worker;
}
