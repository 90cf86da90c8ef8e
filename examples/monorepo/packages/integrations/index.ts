export { EnterpriseAdapter, IntegrationError, RateLimiter } from "./base/index.js";
export type { IntegrationConfig, IntegrationCredentials, NormalizedEntity, SyncResult } from "./base/index.js";
export { checkGitHubHealth, GitHubAdapter } from "./github/index.js";
