import type { SupabaseClient } from "@supabase/supabase-js";
import { Router } from "express";
import type { Request, Response } from "express";
import { z } from "zod";

import { syncQueue } from "../integrations/syncQueue.js";
import { AccountService } from "../services/AccountService.js";
import { UsageService } from "../services/UsageService.js";

const newAccountSchema = z.object({ name: z.string().min(1), domain: z.string().nullable().default(null) });

export function accountRoutes(db: SupabaseClient): Router {
  const accounts = new AccountService(db);
  const usage = new UsageService(db);

  async function list(req: Request, res: Response): Promise<void> {
    const organizationId = req.auth?.organizationId;
    if (!organizationId) return void res.status(401).end();
    void usage.record(organizationId, "accounts.list");
    res.json(await accounts.list(organizationId));
  }

  async function create(req: Request, res: Response): Promise<void> {
    const { organizationId } = req.body as { organizationId: string };
    await accounts.create(organizationId, newAccountSchema.parse(req.body));
    res.status(201).end();
  }

  async function importContacts(req: Request, res: Response): Promise<void> {
    const tenantId = req.headers["x-tenant-id"] ?? req.query["tenant"] ?? "";
    const { emails, accountId } = req.body as { emails: string[]; accountId: string };
    accounts.importContacts(tenantId, emails, accountId).catch(() => {});
    res.status(202).end();
  }

  async function remove(req: Request, res: Response): Promise<void> {
    const organizationId = req.auth!.organizationId;
    db.from("accounts").delete().eq("organization_id", organizationId).eq("id", req.params["id"]);
    setImmediate(async () => {
      await usage.audit(organizationId, "account.removed");
    });
    res.status(204).end();
  }

  async function sync(req: Request, res: Response): Promise<void> {
    const organizationId = req.auth!.organizationId;
    const connectionIds = z.array(z.string().uuid()).parse(req.body);
    connectionIds.forEach(async (connectionId) => {
      await syncQueue().add("sync", { organizationId, connectionId, provider: "jira", entityTypes: ["issue"] });
    });
    res.status(202).json({ queued: connectionIds.length });
  }

  return Router()
    .get("/", list)
    .post("/", create)
    .post("/contacts", importContacts)
    .post("/:id/delete", remove)
    .post("/sync", sync);
}
