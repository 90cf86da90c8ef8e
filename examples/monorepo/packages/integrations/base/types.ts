/** Types shared by all adapters. */

/** What a tenant's administrator granted; handed to `connect`, never read from the environment. */
export interface IntegrationCredentials {
  tenantId: string;
  accessToken: string;
  refreshToken?: string;
  expiresAt?: Date;
}

export interface IntegrationConfig {
  provider: string;
  baseUrl?: string;
  timeoutMs?: number;
  retryAttempts?: number;
  requestsPerMinute?: number;
}

export type Capability = "oauth" | "webhooks" | "deltaSync" | "pushUpdates" | "backfill";

export type IntegrationCapabilities = Readonly<Record<Capability, boolean>>;

export interface FetchOptions {
  since?: Date;
  limit?: number;
  cursor?: string;
  filters?: Record<string, string>;
}

export interface NormalizedEntity {
  id: string;
  externalId: string;
  provider: string;
  type: string;
  data: Record<string, unknown>;
  metadata: {
    tenantId: string;
    fetchedAt: Date;
    version?: string;
  };
}

export interface SyncFailure {
  entityType: string;
  code: string;
  message: string;
  retryable: boolean;
}

export interface SyncResult {
  success: boolean;
  entitiesProcessed: number;
  failures: SyncFailure[];
  durationMs: number;
}

export type HealthState = "healthy" | "degraded" | "unhealthy";

export interface HealthStatus {
  status: HealthState;
  latencyMs: number;
  checkedAt: string;
  /** A code of ours, never the vendor's message. */
  errorCode?: string;
}

/** What a provider's `register.ts` hands to the registry of the process that hosts it. */
export interface IntegrationRegistration {
  name: string;
  required: boolean;
  configSchema: { safeParse(input: unknown): { success: boolean } };
  isEnabled(): boolean;
  checkHealth(): Promise<HealthStatus>;
}

export interface IntegrationRegistrar {
  registerIntegration(entry: IntegrationRegistration): void;
}
