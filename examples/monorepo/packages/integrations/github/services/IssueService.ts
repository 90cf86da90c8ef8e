import type { GitHubAdapter } from "../GitHubAdapter.js";
import type { TrackedIssue } from "../types.js";

/** Where tracked issues are kept; every method is told whose rows it may touch. */
export interface IssueStore {
  upsert(row: TrackedIssue & { organization_id: string }): Promise<void>;
  countOpen(filter: { organization_id: string }): Promise<number>;
}

export class IssueService {
  constructor(
    private readonly adapter: GitHubAdapter,
    private readonly store: IssueStore
  ) {}

  /** Copies one issue into the organization's rows; false when it no longer exists. */
  async track(organizationId: string, externalId: string): Promise<boolean> {
    const entity = await this.adapter.fetchEntity("issue", externalId);
    if (entity === null) return false;
    const { title, state } = entity.data;
    await this.store.upsert({
      organization_id: organizationId,
      externalId,
      title: typeof title === "string" ? title : "",
      state: state === "closed" ? "closed" : "open",
    });
    return true;
  }

  async countOpen(organizationId: string): Promise<number> {
    return await this.store.countOpen({ organization_id: organizationId });
  }
}
