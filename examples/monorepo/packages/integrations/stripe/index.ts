export { CircuitBreaker } from "./breaker.js";
export { getStripeClient, resetStripeClient, StripeClient } from "./client.js";
export { loadStripeConfig } from "./config.js";
export { StripeServiceError, wrapStripeError } from "./errors.js";
export { checkHealth } from "./health.js";
export type { StripeInvoice } from "./types.js";
