import { ConnectionError, IntegrationError } from "../base/index.js";

export interface StripeErrorDetails {
  code: string;
  retryable: boolean;
  statusCode?: number | undefined;
  originalError?: unknown;
}

export class StripeServiceError extends IntegrationError {
  readonly statusCode: number | undefined;
  readonly originalError: unknown;

  constructor(message: string, { code, retryable, statusCode, originalError }: StripeErrorDetails) {
    super(message, code, "stripe", retryable, originalError);
    this.statusCode = statusCode;
    this.originalError = originalError;
  }
}

export function wrapStripeError(error: unknown): IntegrationError {
  if (error instanceof IntegrationError) return error;
  if (error instanceof Error && error.name === "TimeoutError") {
    return new ConnectionError("stripe", "Stripe did not answer in time", error);
  }
  const details = { code: "STRIPE_UNKNOWN", retryable: false, originalError: error };
  return new StripeServiceError("Stripe call failed", details);
}
