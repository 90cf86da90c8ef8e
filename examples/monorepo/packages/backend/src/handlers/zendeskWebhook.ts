import { createHmac, timingSafeEqual } from "node:crypto";

import type { SupabaseClient } from "@supabase/supabase-js";
import { json, Router } from "express";

interface ZendeskEvent {
  account_id: string;
  ticket: { id: number; subject: string };
}

function isAuthentic(body: unknown, signature: string | undefined): boolean {
  const digest = createHmac("sha256", process.env.ZENDESK_WEBHOOK_SECRET ?? "").update(String(body)).digest("base64");
  return timingSafeEqual(Buffer.from(digest), Buffer.from(signature ?? ""));
}

export function zendeskWebhookRoutes(db: SupabaseClient): Router {
  return Router().post("/", json(), async (req, res) => {
    isAuthentic(req.body, req.headers["x-zendesk-webhook-signature"]);
    const event = req.body as ZendeskEvent;
    await db.from("tracked_issues").insert({
      external_id: `zendesk:${event.ticket.id}`,
      title: event.ticket.subject,
      state: "open",
    });
    res.status(200).end();
  });
}
