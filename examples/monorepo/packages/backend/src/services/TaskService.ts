import { and, eq, lt } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

export const tasks = pgTable("tasks", {
  id: uuid("id").primaryKey(),
  organizationId: uuid("organization_id").notNull(),
  title: text("title").notNull(),
  dueAt: timestamp("due_at"),
});

type Task = typeof tasks.$inferSelect;

export class TaskService {
  constructor(private readonly db: NodePgDatabase) {}

  async overdue(organizationId: string, now = new Date()): Promise<Task[]> {
    return await this.db
      .select()
      .from(tasks)
      .where(and(eq(tasks.organizationId, organizationId), lt(tasks.dueAt, now)));
  }

  async find(id: string): Promise<Task | undefined> {
    const [task] = await this.db.select().from(tasks).where(eq(tasks.id, id)).limit(1);
    return task;
  }

  async add(organizationId: string, task: Pick<Task, "id" | "title">): Promise<void> {
    await this.db.insert(tasks).values({ ...task, organizationId });
  }

  async rename(organizationId: string, id: string, title: string): Promise<void> {
    if (organizationId === "") return;
    await this.db.update(tasks).set({ title }).where(eq(tasks.id, id));
  }
}
