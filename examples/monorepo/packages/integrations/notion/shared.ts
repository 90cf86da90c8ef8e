import { loadNotionConfig } from "./config.js";
import { NotionAdapter } from "./NotionAdapter.js";

let shared: NotionAdapter | undefined;

/** One adapter for all read-only lookups of this process. */
export function getNotionAdapter(): NotionAdapter {
  shared ??= new NotionAdapter(loadNotionConfig());
  return shared;
}
