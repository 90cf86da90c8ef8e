import type { SupabaseClient } from "@supabase/supabase-js";
import { Queue, Worker } from "bullmq";
import type { ConnectionOptions } from "bullmq";

interface ReportJob {
  reportId: string;
  format: "pdf" | "csv";
}

export function startReportWorker(db: SupabaseClient, connection: ConnectionOptions): Queue<ReportJob> {
  new Worker<ReportJob>(
    "reports",
    async (job) => {
      const { data } = await db.from("reports").select("title, body").eq("id", job.data.reportId).single();
      if (data) await db.storage.from("reports").remove([`${job.data.reportId}.${job.data.format}`]);
    },
    { connection }
  );
  return new Queue<ReportJob>("reports", { connection });
}
