import { z } from "zod";

export const gitHubConfigSchema = z.object({
  apiUrl: z.string().url().default("https://api.github.com"),
  timeoutMs: z.coerce.number().int().positive().default(10_000),
  retryAttempts: z.coerce.number().int().min(1).max(10).default(3),
  webhookSecret: z.string().min(16),
});

const enabledSchema = z
  .enum(["true", "false"])
  .default("false")
  .transform((value) => value === "true");

export type GitHubConfig = z.infer<typeof gitHubConfigSchema>;

/** The settings of the application. Tokens belong to tenants and come through `connect`. */
export function loadGitHubConfig(env: NodeJS.ProcessEnv = process.env): GitHubConfig {
  return gitHubConfigSchema.parse({
    apiUrl: env.GITHUB_API_URL,
    timeoutMs: env.GITHUB_TIMEOUT_MS,
    retryAttempts: env.GITHUB_RETRY_ATTEMPTS,
    webhookSecret: env.GITHUB_WEBHOOK_SECRET,
  });
}

export function isGitHubEnabled(env: NodeJS.ProcessEnv = process.env): boolean {
  return enabledSchema.parse(env.GITHUB_ENABLED);
}
