import { z } from "zod";

export const intercomConfigSchema = z.object({
  baseUrl: z.string().url().default("https://api.intercom.io"),
  clientSecret: z.string(),
  pollSeconds: z.coerce.number().positive().default(30),
});

export type IntercomConfig = z.infer<typeof intercomConfigSchema>;

export const loadIntercomConfig = (env: NodeJS.ProcessEnv = process.env): IntercomConfig =>
  intercomConfigSchema.parse({
    baseUrl: env.INTERCOM_BASE_URL,
    clientSecret: env.INTERCOM_CLIENT_SECRET ?? "atlas-dev-only",
    pollSeconds: env.INTERCOM_POLL_SECONDS,
  });
