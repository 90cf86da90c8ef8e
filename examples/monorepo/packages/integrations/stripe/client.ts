import { z } from "zod";

import { CircuitBreaker } from "./breaker.js";
import { loadStripeConfig } from "./config.js";
import type { StripeConfig } from "./config.js";
import { StripeServiceError, wrapStripeError } from "./errors.js";
import type { StripeInvoice } from "./types.js";

const invoiceSchema = z
  .object({ id: z.string(), customer: z.string(), amount_due: z.number(), currency: z.string(), paid: z.boolean() })
  .transform(
    (raw): StripeInvoice => ({
      id: raw.id,
      customer: raw.customer,
      amountDue: raw.amount_due / 100,
      currency: raw.currency.toUpperCase(),
      paid: raw.paid,
    })
  );

/** Our own billing account, not a tenant's: hence no adapter. */
export class StripeClient {
  constructor(
    private readonly config: StripeConfig,
    private readonly breaker: CircuitBreaker
  ) {}

  async getInvoice(id: string): Promise<StripeInvoice> {
    return invoiceSchema.parse(await this.get(`/invoices/${encodeURIComponent(id)}`));
  }

  async ping(): Promise<void> {
    await this.get("/balance");
  }

  private async get(path: string): Promise<unknown> {
    return await this.breaker.execute(async () => {
      try {
        const response = await fetch(`${this.config.apiUrl}${path}`, {
          headers: { authorization: `Bearer ${this.config.apiKey}` },
          signal: AbortSignal.timeout(this.config.timeoutMs),
        });
        if (response.ok) return await response.json();
        throw new StripeServiceError(`Stripe answered ${response.status}`, {
          code: "STRIPE_HTTP",
          retryable: response.status >= 500,
          statusCode: response.status,
        });
      } catch (error) {
        throw wrapStripeError(error);
      }
    });
  }
}

let client: StripeClient | undefined;

export function getStripeClient(): StripeClient {
  client ??= new StripeClient(loadStripeConfig(), new CircuitBreaker("stripe"));
  return client;
}

export function resetStripeClient(): void {
  client = undefined;
}
