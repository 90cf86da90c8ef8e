import { z } from "zod";

export const gitHubIssueSchema = z
  .object({
    number: z.number().int(),
    title: z.string(),
    state: z.enum(["open", "closed"]),
    user: z.object({ login: z.string() }).nullable(),
    labels: z.array(z.object({ name: z.string() })),
    updated_at: z.string(),
  })
  .passthrough();

export const gitHubIssueListSchema = z.array(gitHubIssueSchema);

export type GitHubIssuePayload = z.infer<typeof gitHubIssueSchema>;

export const gitHubIssueEventSchema = z.object({
  action: z.string(),
  issue: z.object({ number: z.number().int() }),
  repository: z.object({ full_name: z.string() }),
});
