import { registerGitHub } from "@atlas/integrations/github/register";
import { checkNotionHealth } from "@atlas/integrations/notion";

import { IntegrationHealthRegistry } from "../lib/IntegrationHealthRegistry.js";

export function createHealthRegistry(): IntegrationHealthRegistry {
  const registry = new IntegrationHealthRegistry();
  registerGitHub(registry);
  registry.registerIntegration({
    name: "notion",
    required: true,
    configSchema: { safeParse: () => ({ success: true }) },
    isEnabled: () => process.env.NOTION_BASE_URL !== undefined,
    checkHealth: checkNotionHealth,
  });
  return registry;
}
