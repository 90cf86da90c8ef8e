import type { SupabaseClient } from "@supabase/supabase-js";

const ONE_HOUR_MS = 3_600_000;

export function startCleanup(db: SupabaseClient): () => void {
  const timer = setInterval(() => {
    void cleanUp(db);
  }, ONE_HOUR_MS);
  return () => clearInterval(timer);
}

async function cleanUp(db: SupabaseClient): Promise<void> {
  const now = new Date().toISOString();
  await db.from("sessions").delete().lt("expires_at", now);
  await db.from("job_locks").delete().lt("locked_until", now);
}
