import type { HealthStatus } from "../base/index.js";
import { loadNotionConfig } from "./config.js";

export async function checkNotionHealth(): Promise<HealthStatus> {
  const start = Date.now();
  const { baseUrl } = loadNotionConfig();
  const res = await fetch(`${baseUrl}/users`, { method: "HEAD" });
  const status = res.status < 500 ? "healthy" : "unhealthy";
  return { status, latencyMs: Date.now() - start, checkedAt: new Date().toISOString() };
}
