import type { Capability, IntegrationCapabilities } from "./types.js";

/** All capabilities, with those named switched on. */
export function withCapabilities(...enabled: readonly Capability[]): IntegrationCapabilities {
  const on = new Set(enabled);
  return {
    oauth: on.has("oauth"),
    webhooks: on.has("webhooks"),
    deltaSync: on.has("deltaSync"),
    pushUpdates: on.has("pushUpdates"),
    backfill: on.has("backfill"),
  };
}

export function supports(capabilities: IntegrationCapabilities, capability: Capability): boolean {
  return capabilities[capability];
}
