import { createClient } from "@supabase/supabase-js";

/** Bypasses row level security. */
export function createAdminClient() {
  const { SUPABASE_URL = "", SUPABASE_SERVICE_ROLE_KEY = "" } = process.env;
  return createClient(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY);
}

export async function acquireLock(name: string, seconds: number): Promise<boolean> {
  const until = new Date(Date.now() + seconds * 1000).toISOString();
  const { error } = await createAdminClient().from("job_locks").insert({ name, locked_until: until });
  return error === null;
}

export async function theme(userId: string): Promise<string> {
  const client = createAdminClient();
  const { data } = await client.from("user_preferences").select("theme").eq("user_id", userId).maybeSingle();
  return String(data?.["theme"] ?? "light");
}
