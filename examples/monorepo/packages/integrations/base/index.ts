export { supports, withCapabilities } from "./capabilities.js";
export { EnterpriseAdapter } from "./EnterpriseAdapter.js";
export { AuthError, ConnectionError, IntegrationError, RateLimitError, ValidationError } from "./errors.js";
export { RateLimiter } from "./RateLimiter.js";
export type { RateLimiterOptions } from "./RateLimiter.js";
export type {
  Capability,
  FetchOptions,
  HealthState,
  HealthStatus,
  IntegrationCapabilities,
  IntegrationConfig,
  IntegrationCredentials,
  IntegrationRegistrar,
  IntegrationRegistration,
  NormalizedEntity,
  SyncFailure,
  SyncResult,
} from "./types.js";
