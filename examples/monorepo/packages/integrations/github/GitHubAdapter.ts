import type { ZodType, ZodTypeDef } from "zod";

import { EnterpriseAdapter, RateLimiter, withCapabilities } from "../base/index.js";
import type { FetchOptions, IntegrationCredentials, NormalizedEntity } from "../base/index.js";
import type { GitHubConfig } from "./config.js";
import { GitHubResponseError, GitHubServiceError, wrapGitHubError } from "./errors.js";
import { gitHubIssueListSchema, gitHubIssueSchema } from "./schemas.js";
import type { GitHubIssuePayload } from "./schemas.js";
import type { GitHubEntityType, GitHubIssue } from "./types.js";

const REQUESTS_PER_MINUTE = 80;

interface RequestInput {
  method?: "GET" | "PATCH";
  query?: Record<string, string>;
  body?: Record<string, unknown>;
}

export class GitHubAdapter extends EnterpriseAdapter {
  readonly provider = "github";
  readonly capabilities = withCapabilities("oauth", "webhooks", "deltaSync", "pushUpdates");

  constructor(
    private readonly settings: GitHubConfig,
    rateLimiter = new RateLimiter({ provider: "github", requestsPerMinute: REQUESTS_PER_MINUTE })
  ) {
    super(
      {
        provider: "github",
        baseUrl: settings.apiUrl,
        timeoutMs: settings.timeoutMs,
        retryAttempts: settings.retryAttempts,
      },
      rateLimiter
    );
  }

  protected async doConnect(credentials: IntegrationCredentials): Promise<void> {
    if (credentials.accessToken === "") {
      throw new GitHubServiceError("A token is required", "GITHUB_NO_TOKEN", false);
    }
  }

  protected async doDisconnect(): Promise<void> {
    this.rateLimiter.reset(this.credentials?.tenantId);
  }

  async validate(): Promise<boolean> {
    await this.request("/issues", gitHubIssueListSchema, { query: { per_page: "1" } });
    return true;
  }

  async fetchEntities(entityType: GitHubEntityType, options: FetchOptions = {}): Promise<NormalizedEntity[]> {
    const query: Record<string, string> = { per_page: String(options.limit ?? 50), ...options.filters };
    if (options.since) query.since = options.since.toISOString();
    const issues = await this.request("/issues", gitHubIssueListSchema, { query });
    return issues.map((issue) => this.toEntity(entityType, issue));
  }

  async fetchEntity(entityType: GitHubEntityType, externalId: string): Promise<NormalizedEntity | null> {
    try {
      return this.toEntity(entityType, await this.request(issuePath(externalId), gitHubIssueSchema));
    } catch (error) {
      if (error instanceof GitHubServiceError && error.statusCode === 404) return null;
      throw wrapGitHubError(error);
    }
  }

  async pushUpdate(_entityType: GitHubEntityType, externalId: string, data: Record<string, unknown>): Promise<void> {
    await this.request(issuePath(externalId), gitHubIssueSchema, { method: "PATCH", body: data });
  }

  private async request<T>(
    path: string,
    schema: ZodType<T, ZodTypeDef, unknown>,
    input: RequestInput = {}
  ): Promise<T> {
    const { tenantId, accessToken } = this.ensureConnected();
    const url = new URL(path, this.settings.apiUrl);
    for (const [key, value] of Object.entries(input.query ?? {})) url.searchParams.set(key, value);

    return await this.withRetry(() =>
      this.withRateLimit(tenantId, async () => {
        try {
          const response = await fetch(url, {
            method: input.method ?? "GET",
            headers: { accept: "application/vnd.github+json", authorization: `Bearer ${accessToken}` },
            signal: AbortSignal.timeout(this.settings.timeoutMs),
            ...(input.body && { body: JSON.stringify(input.body) }),
          });
          if (!response.ok) throw new GitHubResponseError(response.status, retryAfterOf(response));
          return schema.parse(await response.json());
        } catch (error) {
          throw wrapGitHubError(error);
        }
      })
    );
  }

  private toEntity(type: GitHubEntityType, payload: GitHubIssuePayload): NormalizedEntity {
    const { tenantId } = this.ensureConnected();
    const issue: GitHubIssue = {
      number: payload.number,
      title: payload.title,
      state: payload.state,
      author: payload.user?.login ?? null,
      labels: payload.labels.map((label) => label.name),
      updatedAt: payload.updated_at,
    };
    return {
      id: `github:${type}:${issue.number}`,
      externalId: String(issue.number),
      provider: this.provider,
      type,
      data: { ...issue },
      metadata: { tenantId, fetchedAt: new Date(), version: issue.updatedAt },
    };
  }
}

function issuePath(externalId: string): string {
  const [owner = "", repository = "", number = ""] = externalId.split("/").map(encodeURIComponent);
  return `/repos/${owner}/${repository}/issues/${number}`;
}

function retryAfterOf(response: Response): number | undefined {
  const seconds = Number(response.headers.get("retry-after"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
