import type { HealthStatus } from "../base/index.js";
import { getStripeClient } from "./client.js";
import { wrapStripeError } from "./errors.js";

/** Bounded by the client's own time-out. */
export async function checkHealth(): Promise<HealthStatus> {
  const startedAt = Date.now();
  const result = (status: HealthStatus["status"]): HealthStatus => ({
    status,
    latencyMs: Date.now() - startedAt,
    checkedAt: new Date(startedAt).toISOString(),
  });
  try {
    await getStripeClient().ping();
    return result("healthy");
  } catch (error) {
    return { ...result("unhealthy"), errorCode: wrapStripeError(error).code };
  }
}
