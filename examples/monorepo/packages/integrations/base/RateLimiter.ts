import { RateLimitError } from "./errors.js";

export interface RateLimiterOptions {
  provider: string;
  requestsPerMinute: number;
}

const WINDOW_MS = 60_000;

/** A sliding window of one minute per tenant. */
export class RateLimiter {
  private readonly calls = new Map<string, number[]>();

  constructor(private readonly options: RateLimiterOptions) {}

  async acquire(tenantId: string): Promise<void> {
    const now = Date.now();
    const recent = (this.calls.get(tenantId) ?? []).filter((at) => now - at < WINDOW_MS);
    const oldest = recent[0];
    if (oldest !== undefined && recent.length >= this.options.requestsPerMinute) {
      throw new RateLimitError(this.options.provider, oldest + WINDOW_MS - now);
    }
    recent.push(now);
    this.calls.set(tenantId, recent);
  }

  reset(tenantId?: string): void {
    if (tenantId === undefined) this.calls.clear();
    else this.calls.delete(tenantId);
  }
}
