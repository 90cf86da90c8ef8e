import { z } from "zod";

const schema = z.object({
  STRIPE_API_URL: z.string().url().default("https://api.stripe.com/v1"),
  STRIPE_API_KEY: z.string().min(1),
  STRIPE_TIMEOUT_MS: z.coerce.number().int().positive().default(12_000),
});

export interface StripeConfig {
  apiUrl: string;
  apiKey: string;
  timeoutMs: number;
}

export function loadStripeConfig(): StripeConfig {
  const env = schema.parse(process.env);
  return { apiUrl: env.STRIPE_API_URL, apiKey: env.STRIPE_API_KEY, timeoutMs: env.STRIPE_TIMEOUT_MS };
}
