import type { IntegrationRegistrar } from "../base/index.js";
import { gitHubConfigSchema, isGitHubEnabled } from "./config.js";
import { checkGitHubHealth } from "./health.js";

export function registerGitHub(registrar: IntegrationRegistrar): void {
  registrar.registerIntegration({
    name: "github",
    required: false,
    configSchema: gitHubConfigSchema,
    isEnabled: () => isGitHubEnabled(),
    checkHealth: () => checkGitHubHealth(),
  });
}
