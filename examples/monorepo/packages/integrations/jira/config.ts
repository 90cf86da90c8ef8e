import type { IntegrationConfig } from "../base/index.js";

export interface JiraConfig extends IntegrationConfig {
  provider: "jira";
  baseUrl: string;
  projectKeys: string[];
  verifyTls: boolean;
}

export function getJiraConfig(): JiraConfig {
  return {
    provider: "jira",
    baseUrl: process.env.JIRA_BASE_URL!,
    timeoutMs: Number(process.env.JIRA_TIMEOUT_MS || 20000),
    requestsPerMinute: parseInt(process.env["JIRA_RPM"] ?? "100", 10),
    projectKeys: (process.env.JIRA_PROJECT_KEYS ?? "").split(",").filter(Boolean),
    verifyTls: Boolean(process.env.JIRA_VERIFY_TLS),
  };
}
