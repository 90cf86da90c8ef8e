import type { HealthStatus } from "../base/index.js";
import { loadGitHubConfig } from "./config.js";
import { GitHubResponseError, wrapGitHubError } from "./errors.js";

const HEALTH_TIMEOUT_MS = 3_000;

/** Resolves when the service can be reached, rejects when not or when the signal fires. */
export type GitHubProbe = (signal: AbortSignal) => Promise<void>;

/** Never throws; answers within the time-out. */
export async function checkGitHubHealth(
  probe: GitHubProbe = reachApi,
  timeoutMs: number = HEALTH_TIMEOUT_MS
): Promise<HealthStatus> {
  const startedAt = Date.now();
  const checkedAt = new Date(startedAt).toISOString();
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    await Promise.race([probe(signal), rejectOnAbort(signal)]);
    return { status: "healthy", latencyMs: Date.now() - startedAt, checkedAt };
  } catch (error) {
    const errorCode = wrapGitHubError(error).code;
    return { status: "unhealthy", latencyMs: Date.now() - startedAt, checkedAt, errorCode };
  }
}

async function reachApi(signal: AbortSignal): Promise<void> {
  const response = await fetch(new URL("/meta", loadGitHubConfig().apiUrl), { signal });
  await response.body?.cancel();
  if (response.status >= 500) throw new GitHubResponseError(response.status);
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
