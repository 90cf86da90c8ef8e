import { createHmac, timingSafeEqual } from "node:crypto";

import type { GitHubConfig } from "../config.js";
import { gitHubIssueEventSchema } from "../schemas.js";
import type { IssueService } from "../services/IssueService.js";

export interface GitHubWebhookRequest {
  ip: string;
  /** Of the connection whose secret signs this endpoint's deliveries. */
  organizationId: string;
  headers: Record<string, string | undefined>;
  rawBody: Buffer;
}

export interface GitHubWebhookPorts {
  settings: Pick<GitHubConfig, "webhookSecret">;
  issues: Pick<IssueService, "track">;
  rateLimit: { consume(key: string): Promise<boolean> };
  /** `claim` is true for the first caller of a key only. */
  nonces: { claim(key: string): Promise<boolean>; release(key: string): Promise<void> };
}

export type WebhookAnswer = { status: 202 | 400 | 401 | 429 } | { status: 200; duplicate: true };

export async function handleGitHubWebhook(
  request: GitHubWebhookRequest,
  ports: GitHubWebhookPorts
): Promise<WebhookAnswer> {
  if (!(await ports.rateLimit.consume(`webhook:github:ip:${request.ip}`))) return { status: 429 };

  const signature = request.headers["x-hub-signature-256"] ?? "";
  if (!verifySignature(request.rawBody, signature, ports.settings.webhookSecret)) return { status: 401 };

  const tenantKey = `webhook:github:tenant:${request.organizationId}`;
  if (!(await ports.rateLimit.consume(tenantKey))) return { status: 429 };

  const event = gitHubIssueEventSchema.safeParse(parseJson(request.rawBody));
  const deliveryId = request.headers["x-github-delivery"];
  if (!event.success || deliveryId === undefined) return { status: 400 };

  const nonce = `github:${deliveryId}`;
  if (!(await ports.nonces.claim(nonce))) return { status: 200, duplicate: true };
  try {
    const { repository, issue } = event.data;
    await ports.issues.track(request.organizationId, `${repository.full_name}/${issue.number}`);
  } catch (error) {
    await ports.nonces.release(nonce);
    throw error;
  }
  return { status: 202 };
}

function verifySignature(rawBody: Buffer, signature: string, secret: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac("sha256", secret).update(rawBody).digest("hex")}`);
  const actual = Buffer.from(signature);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString("utf8"));
  } catch {
    return undefined;
  }
}
