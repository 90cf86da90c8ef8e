import { Queue } from "bullmq";

import { setGauge } from "../lib/metrics.js";
import type { ProviderName } from "./adapters.js";

export const SYNC_QUEUE = "integration-sync";

export interface SyncJob {
  organizationId: string;
  connectionId: string;
  provider: ProviderName;
  entityTypes: string[];
}

export const connection = { host: "localhost", port: 6379 };

let queue: Queue<SyncJob> | undefined;

export function syncQueue(): Queue<SyncJob> {
  queue ??= new Queue<SyncJob>(SYNC_QUEUE, { connection });
  return queue;
}

/** What the autoscaler looks at. */
export async function publishDepth(): Promise<void> {
  setGauge("integration_sync_queue_depth", await syncQueue().getWaitingCount());
}
