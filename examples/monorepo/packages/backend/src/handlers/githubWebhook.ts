import { GitHubAdapter, handleGitHubWebhook, IssueService, loadGitHubConfig } from "@atlas/integrations/github";
import type { GitHubWebhookPorts, IssueStore } from "@atlas/integrations/github";
import type { SupabaseClient } from "@supabase/supabase-js";
import { raw, Router } from "express";

import { ConnectionService } from "../services/ConnectionService.js";

type Limits = Pick<GitHubWebhookPorts, "rateLimit" | "nonces">;

export function githubWebhookRoutes(db: SupabaseClient, limits: Limits): Router {
  const settings = loadGitHubConfig();
  const connections = new ConnectionService(db);
  const issues = new IssueService(new GitHubAdapter(settings), issueStore(db));

  return Router().post("/:connection", raw({ type: "application/json", limit: "1mb" }), async (req, res, next) => {
    try {
      const organizationId = await connections.ownerOf("github", req.params["connection"] ?? "");
      if (organizationId === null || !Buffer.isBuffer(req.body)) return res.status(404).end();
      const answer = await handleGitHubWebhook(
        { ip: req.ip ?? "unknown", organizationId, headers: req.headers, rawBody: req.body },
        { settings, issues, ...limits }
      );
      return res.status(answer.status).end();
    } catch (error) {
      return next(error);
    }
  });
}

function issueStore(db: SupabaseClient): IssueStore {
  return {
    async upsert({ externalId, organization_id, ...row }) {
      const { error } = await db
        .from("tracked_issues")
        .upsert({ ...row, organization_id, external_id: externalId }, { onConflict: "organization_id,external_id" });
      if (error) throw new Error(error.message);
    },
    async countOpen({ organization_id }) {
      const { data } = await db
        .from("tracked_issues")
        .select("id")
        .match({ organization_id, state: "open" });
      return data?.length ?? 0;
    },
  };
}
