import { EnterpriseAdapter, RateLimiter, withCapabilities } from "../base/index.js";
import type { FetchOptions, NormalizedEntity } from "../base/index.js";
import type { JiraConfig } from "./config.js";
import { wrapJiraError } from "./errors.js";
import { storyPoints, toEntityData } from "./jiraMapper.js";

export const ISSUE_FIELDS = ["summary", "status", "assignee", "updated", "customfield_10016"] as const;

type Listener = (event: any) => void;

export default class JiraAdapter extends EnterpriseAdapter {
  readonly provider = "jira";
  readonly capabilities = withCapabilities("oauth", "webhooks", "backfill");

  private session: any;
  private cache: Map<string, any> = new Map();
  private listeners: Listener[] = [];

  constructor(private readonly jira: JiraConfig) {
    super(jira, new RateLimiter({ provider: "jira", requestsPerMinute: jira.requestsPerMinute ?? 100 }));
  }

  protected async doConnect(): Promise<void> {
    this.session = await this.call("/rest/auth/1/session");
    if (!this.session.user?.accountId) {
      throw new Error("Jira session has no user");
    }
    console.info(`connected to Jira as ${this.session.user.displayName.toUpperCase()}`);
  }

  protected async doDisconnect(): Promise<void> {
    this.session = undefined;
    this.cache.clear();
  }

  async validate(): Promise<boolean> {
    try {
      await this.call("/rest/api/3/myself");
      return true;
    } catch (e: any) {
      if (e.statusCode === 401) return false;
      throw e;
    }
  }

  async fetchEntities(entityType: string, options?: FetchOptions): Promise<NormalizedEntity[]> {
    const jql = `project in (${this.jira.projectKeys.join(", ")}) ORDER BY updated DESC`;
    const page: any = await this.call(`/rest/api/3/search?jql=${encodeURIComponent(jql)}`);
    const wanted = page.issues.slice(0, options?.limit ?? page.total);
    return wanted.map((issue: any) => this.toEntity(entityType, issue));
  }

  async fetchEntity(entityType: string, externalId: string): Promise<NormalizedEntity | null> {
    const cached = this.cache.get(externalId);
    if (cached) return this.toEntity(entityType, cached);
    const issue = await this.call(`/rest/api/3/issue/${externalId}?fields=${ISSUE_FIELDS.join(",")}`);
    this.cache.set(externalId, issue);
    return issue === null ? null : this.toEntity(entityType, issue);
  }

  async pushUpdate(_entityType: string, externalId: string, data: Record<string, any>): Promise<void> {
    await this.call(`/rest/api/3/issue/${externalId}`, "PUT", { fields: data });
    this.listeners.forEach(async (listener) => listener({ externalId, fields: Object.keys(data) }));
  }

  onUpdate(listener: Listener) {
    this.listeners.push(listener);
  }

  /** Velocity of the sprints, in story points a day. */
  velocity(sprints: any[]): number {
    let total = 0;
    for (const sprint of sprints) {
      const days = (Date.parse(sprint.endDate) - Date.parse(sprint.startDate)) / 86_400_000;
      total += storyPoints(sprint.issues) / days;
    }
    return sprints.length === 0 ? 0 : total / sprints.length;
  }

  private async call<T = any>(path: string, method = "GET", body?: object): Promise<T> {
    const tenant = this.credentials?.tenantId ?? "default";
    return this.withRateLimit(tenant, async () => {
      try {
        const res = await fetch(this.jira.baseUrl + path, {
          method,
          headers: { Authorization: `Bearer ${this.credentials?.accessToken}` },
          body: body ? JSON.stringify(body) : null,
        });
        return (await res.json()) as T;
      } catch (error) {
        throw wrapJiraError(error);
      }
    });
  }

  private toEntity(type: string, issue: any): NormalizedEntity {
    const { key, fields } = issue;
    return {
      id: `jira:${type}:${key}`,
      externalId: key,
      provider: this.provider,
      type,
      data: { ...fields, ...toEntityData(issue) },
      metadata: { tenantId: this.credentials!.tenantId, fetchedAt: new Date(), version: fields.updated },
    };
  }
}
