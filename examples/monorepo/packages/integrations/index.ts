export { EnterpriseAdapter, IntegrationError, RateLimiter } from "./base/index.js";
export type { IntegrationConfig, IntegrationCredentials, NormalizedEntity, SyncResult } from "./base/index.js";
export { checkGitHubHealth, GitHubAdapter } from "./github/index.js";
export { IntercomAdapter } from "./intercom/index.js";
export { checkJiraHealth, JiraAdapter } from "./jira/index.js";
export { checkNotionHealth, NotionAdapter } from "./notion/index.js";
export { ZendeskAdapter } from "./zendesk/index.js";
