import { ZodError } from "zod";

import { AuthError, ConnectionError, IntegrationError, RateLimitError, ValidationError } from "../base/index.js";

const PROVIDER = "github";
const DEFAULT_RETRY_AFTER_MS = 60_000;

/** An answer of GitHub that says no, reduced to what we need of it. */
export class GitHubResponseError extends Error {
  constructor(
    readonly status: number,
    readonly retryAfterMs?: number
  ) {
    super(`GitHub answered ${status}`);
    this.name = "GitHubResponseError";
  }
}

export class GitHubServiceError extends IntegrationError {
  constructor(
    message: string,
    code: string,
    retryable: boolean,
    readonly statusCode?: number,
    readonly originalError?: unknown
  ) {
    super(message, code, PROVIDER, retryable, originalError);
  }
}

/** Maps whatever a call threw to an error of ours; errors of ours pass through. */
export function wrapGitHubError(error: unknown): IntegrationError {
  if (error instanceof IntegrationError) return error;
  if (error instanceof GitHubResponseError) return fromStatus(error);
  if (error instanceof ZodError) {
    return new ValidationError(PROVIDER, "GitHub answered in an unknown shape", error);
  }
  if (error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError")) {
    return new ConnectionError(PROVIDER, "GitHub did not answer in time", error);
  }
  if (error instanceof TypeError) {
    return new ConnectionError(PROVIDER, "GitHub could not be reached", error);
  }
  return new GitHubServiceError("GitHub call failed", "GITHUB_UNKNOWN", false, undefined, error);
}

function fromStatus(error: GitHubResponseError): IntegrationError {
  switch (error.status) {
    case 401:
      return new AuthError(PROVIDER, "GitHub rejected the token", error);
    case 403:
    case 429:
      return new RateLimitError(PROVIDER, error.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS, error);
    case 404:
      return new GitHubServiceError("Not found on GitHub", "GITHUB_NOT_FOUND", false, 404, error);
    case 422:
      return new ValidationError(PROVIDER, "GitHub rejected the data", error);
    default:
      return new GitHubServiceError(error.message, "GITHUB_HTTP", error.status >= 500, error.status, error);
  }
}
