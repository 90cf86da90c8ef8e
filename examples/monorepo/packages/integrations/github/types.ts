export type GitHubEntityType = "issue" | "pull_request";

export interface GitHubIssue {
  number: number;
  title: string;
  state: "open" | "closed";
  author: string | null;
  labels: string[];
  updatedAt: string;
}

export interface TrackedIssue {
  externalId: string;
  title: string;
  state: GitHubIssue["state"];
}
