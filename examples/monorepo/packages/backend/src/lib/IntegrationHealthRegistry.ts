import type { HealthStatus, IntegrationRegistrar, IntegrationRegistration } from "@atlas/integrations/base";

export interface DependencyReport {
  ready: boolean;
  dependencies: Record<string, HealthStatus["status"] | "disabled">;
}

/** Knows every integration that this process hosts. */
export class IntegrationHealthRegistry implements IntegrationRegistrar {
  private readonly entries = new Map<string, IntegrationRegistration>();

  registerIntegration(entry: IntegrationRegistration): void {
    this.entries.set(entry.name, entry);
  }

  /** An optional dependency that is down degrades the service, it does not make it unready. */
  async report(): Promise<DependencyReport> {
    const report: DependencyReport = { ready: true, dependencies: {} };
    for (const { name, required, isEnabled, checkHealth } of this.entries.values()) {
      if (!isEnabled()) {
        report.dependencies[name] = "disabled";
        continue;
      }
      const { status } = await checkHealth();
      report.dependencies[name] = status;
      if (required && status === "unhealthy") report.ready = false;
    }
    return report;
  }
}
