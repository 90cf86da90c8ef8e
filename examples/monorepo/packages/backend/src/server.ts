import { createClient } from "@supabase/supabase-js";
import express from "express";
import type { Application } from "express";
import { Redis } from "ioredis";

import { accountRoutes } from "./handlers/accounts.js";
import { githubWebhookRoutes } from "./handlers/githubWebhook.js";
import { zendeskWebhookRoutes } from "./handlers/zendeskWebhook.js";
import { createHealthRegistry } from "./integrations/registry.js";
import { connection } from "./integrations/syncQueue.js";
import { startReportWorker } from "./workers/reportWorker.js";
import { startSyncWorker } from "./workers/syncWorker.js";

const WEBHOOKS_PER_MINUTE = 120;
const NONCE_SECONDS = 86_400;

export function createApp(): Application {
  const db = createClient(process.env.SUPABASE_URL ?? "", process.env.SUPABASE_ANON_KEY ?? "");
  const redis = new Redis(process.env.REDIS_URL ?? "redis://localhost:6379");

  const registry = createHealthRegistry();
  const app = express();
  app.get("/health/integrations", async (_req, res) => {
    const report = await registry.report();
    res.status(report.ready ? 200 : 503).json(report);
  });
  app.use("/accounts", accountRoutes(db));
  app.use("/webhooks/zendesk", zendeskWebhookRoutes(db));
  app.use(
    "/webhooks/github",
    githubWebhookRoutes(db, {
      rateLimit: {
        consume: async (key) => (await redis.incr(`${key}:${Math.floor(Date.now() / 60_000)}`)) <= WEBHOOKS_PER_MINUTE,
      },
      nonces: {
        claim: async (key) => (await redis.set(`nonce:${key}`, "1", "EX", NONCE_SECONDS, "NX")) === "OK",
        release: async (key) => void (await redis.del(`nonce:${key}`)),
      },
    })
  );
  startReportWorker(db, connection);
  startSyncWorker();
  return app;
}

createApp().listen(Number(process.env.PORT ?? 3000));
