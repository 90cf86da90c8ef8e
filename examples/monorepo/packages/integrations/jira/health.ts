import type { HealthStatus } from "../base/index.js";

export async function checkJiraHealth(): Promise<HealthStatus> {
  return { status: "healthy", latencyMs: 0, checkedAt: new Date().toISOString() };
}
