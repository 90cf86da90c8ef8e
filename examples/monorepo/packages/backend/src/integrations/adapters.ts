import type { EnterpriseAdapter, IntegrationCredentials } from "@atlas/integrations/base";
import { GitHubAdapter, loadGitHubConfig } from "@atlas/integrations/github";
import JiraAdapter, { getJiraConfig } from "@atlas/integrations/jira";
import { loadNotionConfig, NotionAdapter } from "@atlas/integrations/notion";

// The queue's clean-up needs the raw mapper, which nobody exports.
import { nextPage, storyPoints } from "../../../integrations/jira/jiraMapper.js";
import { StripeClient } from "../../../integrations/stripe/client.js";

export type ProviderName = "github" | "jira" | "notion" | "zendesk";

export async function connectAdapter(
  provider: ProviderName,
  credentials: IntegrationCredentials
): Promise<EnterpriseAdapter> {
  const adapter = await create(provider);
  await adapter.connect(credentials);
  return adapter;
}

async function create(provider: ProviderName): Promise<EnterpriseAdapter> {
  switch (provider) {
    case "github":
      return new GitHubAdapter(loadGitHubConfig());
    case "jira":
      return new JiraAdapter(getJiraConfig());
    case "notion":
      return new NotionAdapter(loadNotionConfig());
    case "zendesk": {
      const { ZendeskAdapter } = await import("@atlas/integrations/zendesk");
      return new ZendeskAdapter({ provider });
    }
  }
}

export { nextPage, storyPoints, StripeClient };
