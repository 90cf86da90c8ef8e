/** The errors that callers, retries and the sync loop tell apart. */

export class IntegrationError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly provider: string,
    readonly retryable: boolean = false,
    override readonly cause?: unknown
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** The credentials are missing, expired or revoked. */
export class AuthError extends IntegrationError {
  constructor(provider: string, message: string, cause?: unknown) {
    super(message, "AUTH_ERROR", provider, false, cause);
  }
}

/** The vendor, or our own limiter, asks us to wait `retryAfter` milliseconds. */
export class RateLimitError extends IntegrationError {
  constructor(
    provider: string,
    readonly retryAfter: number,
    cause?: unknown
  ) {
    super(`${provider} asks to wait ${retryAfter} ms`, "RATE_LIMIT", provider, true, cause);
  }
}

/** Data of a shape that we do not accept, from either side. */
export class ValidationError extends IntegrationError {
  constructor(provider: string, message: string, cause?: unknown) {
    super(message, "VALIDATION_ERROR", provider, false, cause);
  }
}

/** The service could not be reached, or the adapter is not connected. */
export class ConnectionError extends IntegrationError {
  constructor(provider: string, message: string, cause?: unknown) {
    super(message, "CONNECTION_ERROR", provider, true, cause);
  }
}
