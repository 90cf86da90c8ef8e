import { ConnectionError, IntegrationError, RateLimitError } from "./errors.js";
import type { RateLimiter } from "./RateLimiter.js";
import type {
  FetchOptions,
  IntegrationCapabilities,
  IntegrationConfig,
  IntegrationCredentials,
  NormalizedEntity,
  SyncFailure,
  SyncResult,
} from "./types.js";

const DEFAULT_RETRY_ATTEMPTS = 3;
const FIRST_BACKOFF_MS = 250;

/** What every adapter shares: the connection's life, limits, retries and the sync loop. */
export abstract class EnterpriseAdapter {
  abstract readonly provider: string;
  abstract readonly capabilities: IntegrationCapabilities;

  protected credentials: IntegrationCredentials | undefined;

  constructor(
    protected readonly config: IntegrationConfig,
    protected readonly rateLimiter: RateLimiter
  ) {}

  abstract validate(): Promise<boolean>;
  abstract fetchEntities(entityType: string, options?: FetchOptions): Promise<NormalizedEntity[]>;
  abstract fetchEntity(entityType: string, externalId: string): Promise<NormalizedEntity | null>;
  abstract pushUpdate(entityType: string, externalId: string, data: Record<string, unknown>): Promise<void>;

  protected abstract doConnect(credentials: IntegrationCredentials): Promise<void>;
  protected abstract doDisconnect(): Promise<void>;

  async connect(credentials: IntegrationCredentials): Promise<void> {
    await this.doConnect(credentials);
    this.credentials = credentials;
  }

  async disconnect(): Promise<void> {
    try {
      await this.doDisconnect();
    } finally {
      this.credentials = undefined;
    }
  }

  async sync(entityTypes: readonly string[]): Promise<SyncResult> {
    const startedAt = Date.now();
    const failures: SyncFailure[] = [];
    let entitiesProcessed = 0;

    for (const entityType of entityTypes) {
      try {
        entitiesProcessed += (await this.fetchEntities(entityType)).length;
      } catch (error) {
        if (!(error instanceof IntegrationError)) throw error;
        const { code, message, retryable } = error;
        failures.push({ entityType, code, message, retryable });
      }
    }

    return { success: failures.length === 0, entitiesProcessed, failures, durationMs: Date.now() - startedAt };
  }

  protected ensureConnected(): IntegrationCredentials {
    if (this.credentials === undefined) {
      throw new ConnectionError(this.provider, "connect() has not been called");
    }
    return this.credentials;
  }

  protected async withRateLimit<T>(tenantId: string, call: () => Promise<T>): Promise<T> {
    await this.rateLimiter.acquire(tenantId);
    return await call();
  }

  protected async withRetry<T>(call: () => Promise<T>): Promise<T> {
    const attempts = this.config.retryAttempts ?? DEFAULT_RETRY_ATTEMPTS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call();
      } catch (error) {
        const again = error instanceof IntegrationError && error.retryable && attempt < attempts;
        if (!again) throw error;
        const pause = error instanceof RateLimitError ? error.retryAfter : FIRST_BACKOFF_MS * 2 ** (attempt - 1);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }
}
