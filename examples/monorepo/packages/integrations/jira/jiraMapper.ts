import { ISSUE_FIELDS } from "./JiraAdapter.js";
import { JiraIssueType } from "./types.js";
import type { JiraStatus, JiraUser } from "./types.js";

export interface Page<T extends Record<string, any>> {
  values: T[];
  isLast: boolean;
  [extra: string]: any;
}

type Field = [name: string, value: any];
type FieldKey = keyof any;

export function storyPoints(issues: any): number {
  return issues.reduce((sum: number, issue: any) => sum + (issue.fields.customfield_10016 ?? 0), 0);
}

export function toEntityData(issue: any): Record<string, unknown> {
  const label = `🎯 ${(issue as any).key}: ${issue.fields.summary.trim()}`;
  const status = toStatus(issue.fields.status);
  return { label, status, assignee: toUser(issue.fields.assignee), kind: kindOf(issue.fields.issuetype?.name) };
}

function toStatus(raw: any): JiraStatus {
  const category = raw.statusCategory.key === "done" ? "done" : raw.statusCategory.key === "new" ? "todo" : "doing";
  return { name: raw.name, category };
}

export function toUser({ accountId, displayName, emailAddress }: any): JiraUser | undefined {
  if (!accountId) return undefined;
  return { accountId, displayName, ...(emailAddress && { emailAddress }) };
}

function kindOf(name: string | undefined): JiraIssueType {
  const known = Object.values(JiraIssueType).find((type) => type === name);
  return known ?? JiraIssueType.Story;
}

/** A comment's text: a string in API version 2, a document in version 3. */
export function plainText(body: string): string;
export function plainText(body: { content: any[] }): string;
export function plainText(body: any): string {
  if (typeof body === "string") return body;
  const lines: Array<any> = body.content.flatMap((block: { content?: any }) => block.content ?? []);
  return lines.map((node) => node.text).join("\n");
}

export function pickFields(fields: Record<string, any>): Field[] {
  const names: readonly FieldKey[] = ISSUE_FIELDS;
  return names.map((name) => [String(name), fields[String(name)]]);
}

export function nextPage<T extends Record<string, unknown>>(page: Page<T>): Promise<any> | undefined {
  return page.isLast ? undefined : Promise.resolve(page["nextPage"]);
}

export const compose =
  (...steps: ((value: any) => any)[]) =>
  (value: unknown): unknown =>
    steps.reduce((current, step) => step(current), value);
