import { z } from "zod";

import type { IntegrationRegistrar } from "../base/index.js";
import { getJiraConfig } from "./config.js";
import { checkJiraHealth } from "./health.js";

/** Ready for the day when somebody calls it. */
export function registerJira(registrar: IntegrationRegistrar): void {
  registrar.registerIntegration({
    name: "jira",
    required: false,
    configSchema: z.object({ baseUrl: z.string().url() }),
    isEnabled: () => getJiraConfig().projectKeys.length > 0,
    checkHealth: checkJiraHealth,
  });
}
