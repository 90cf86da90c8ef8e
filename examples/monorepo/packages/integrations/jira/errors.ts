import { IntegrationError } from "../base/index.js";

export class JiraServiceError extends IntegrationError {
  constructor(
    message: string,
    code: string,
    public readonly statusCode?: number,
    retryable = false
  ) {
    super(message, code, "jira", retryable);
  }
}

export function wrapJiraError(err: any): JiraServiceError {
  const status = err.response?.status ?? err.status ?? 500;
  if (String(err.message).includes("429")) {
    return new JiraServiceError("Jira rate limit", "JIRA_RATE_LIMIT", 429, true);
  }
  return new JiraServiceError(err.message, "JIRA_ERROR", status, status >= 500);
}
