import type { HealthStatus } from "../base/index.js";

/** The last answer, for the status page. */
export let lastStatus: HealthStatus | undefined;

async function ping(baseUrl: string): Promise<HealthStatus> {
  const startedAt = Date.now();
  const { ok } = await fetch(baseUrl, { signal: AbortSignal.timeout(2000) });
  lastStatus = {
    status: ok ? "healthy" : "degraded",
    latencyMs: Date.now() - startedAt,
    checkedAt: new Date().toISOString(),
  };
  return lastStatus;
}

export function refreshStatus(baseUrl: string): void {
  void ping(baseUrl);
}
