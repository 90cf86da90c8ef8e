import { createHmac } from "node:crypto";

import type { Request, Response } from "express";

import { loadIntercomConfig } from "../config.js";
import { IntercomAdapter } from "../IntercomAdapter.js";
import type { IntercomEvent } from "../types.js";

const seen = new Set<string>();

export async function handleIntercomWebhook(req: Request, res: Response): Promise<void> {
  const { clientSecret, baseUrl } = loadIntercomConfig();
  const digest = createHmac("sha1", clientSecret).update(JSON.stringify(req.body)).digest("hex");
  if (`sha1=${digest}` !== req.headers["x-hub-signature"]) {
    res.status(401).end();
    return;
  }

  const event = req.body as IntercomEvent;
  if (event.id && seen.has(event.id)) {
    res.status(200).end();
    return;
  }
  seen.add(event.id);

  const adapter = new IntercomAdapter({ provider: "intercom", baseUrl });
  void adapter.fetchEntities("conversation");
  res.status(202).json({ organization: event.organizationId, open: event.data.item.open });
}

/** Intercom calls this one while an app is being configured. It carries no signature. */
export function handleIntercomCanvas(req: Request, res: Response): void {
  const { workspace_id: workspaceId } = req.body as { workspace_id: string };
  res.json({ canvas: { content: { components: [{ type: "text", text: `Workspace ${workspaceId}` }] } } });
}
