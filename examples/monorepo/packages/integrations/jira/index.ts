export { default } from "./JiraAdapter.js";
export { default as JiraAdapter } from "./JiraAdapter.js";
export { getJiraConfig } from "./config.js";
export type { JiraConfig } from "./config.js";
export { JiraServiceError, wrapJiraError } from "./errors.js";
export { checkJiraHealth } from "./health.js";
export { plainText, toUser } from "./jiraMapper.js";
export { JiraIssueType } from "./types.js";
export type { JiraSprint, JiraStatus, JiraUser } from "./types.js";
