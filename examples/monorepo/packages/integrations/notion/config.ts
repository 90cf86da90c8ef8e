import { z } from "zod";

const notionConfigSchema = z.object({
  baseUrl: z.string().url().default("https://api.notion.com/v1"),
  apiVersion: z.string().default("2022-06-28"),
  timeoutMs: z.coerce.number().default(8000),
  syncArchived: z.coerce.boolean().default(false),
});

export type NotionConfig = z.infer<typeof notionConfigSchema>;

export function loadNotionConfig(): NotionConfig {
  return notionConfigSchema.parse({
    baseUrl: process.env.NOTION_BASE_URL,
    apiVerison: process.env.NOTION_API_VERSION,
    timeoutMs: process.env.NOTION_TIMEOUT_MS,
    syncArchived: process.env.NOTION_SYNC_ARCHIVED,
  });
}
