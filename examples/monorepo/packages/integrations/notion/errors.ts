import { IntegrationError } from "../base/errors.js";

export class NotionServiceError extends IntegrationError {
  constructor(
    message: string,
    code = "NOTION_ERROR",
    retryable = false,
    readonly statusCode?: number,
    readonly originalError?: unknown
  ) {
    super(message, code, "notion", retryable, originalError);
  }
}

export function wrapNotionError(error: unknown): IntegrationError {
  if (error instanceof IntegrationError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new NotionServiceError(message, "NOTION_ERROR", false, undefined, error);
}
