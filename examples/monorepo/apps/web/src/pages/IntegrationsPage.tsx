import { JiraIssueType, toUser } from "@atlas/integrations/jira";

import { initials } from "../lib/format.js";

export function IntegrationsPage({ reporter }: { reporter: unknown }): JSX.Element {
  const user = toUser(reporter);
  return (
    <section>
      <h2>{user ? initials(user.displayName) : "?"}</h2>
      <ol>
        {Object.values(JiraIssueType).map((type) => (
          <li key={type}>{type}</li>
        ))}
      </ol>
    </section>
  );
}
