export interface JiraStatus {
  name: string;
  category: "todo" | "doing" | "done";
}

export interface JiraUser {
  accountId: string;
  displayName: string;
  emailAddress?: string;
}

/** What we keep of a sprint. */
export interface JiraSprint {
  id: number;
  name: string;
  startDate: string;
  endDate: string;
}

export enum JiraIssueType {
  Bug = "Bug",
  Story = "Story",
  Epic = "Epic",
}
