import { loadIntercomConfig } from "../config.js";
import type { IntercomAdapter } from "../IntercomAdapter.js";

let timer: NodeJS.Timeout | undefined;

export function startPolling(adapters: Map<string, IntercomAdapter>): void {
  const { pollSeconds } = loadIntercomConfig();
  timer = setInterval(async () => {
    for (const [tenantId, adapter] of adapters) {
      const { length } = await adapter.fetchEntities("conversation");
      console.info(`intercom: ${length} conversations for ${tenantId}`);
    }
  }, pollSeconds * 1000);
}

export function stopPolling(): void {
  clearInterval(timer);
}
