import type { AccountSummary, Loadable } from "../lib/api.js";
import { points } from "../lib/format.js";

interface AccountsPageProps {
  accounts: Loadable<AccountSummary[]>;
}

export default function AccountsPage({ accounts }: AccountsPageProps): JSX.Element {
  if (accounts.state !== "ready") return <p className="muted">{accounts.state}</p>;
  return (
    <ul>
      {accounts.value.map((account) => (
        <li key={account.id}>
          {account.name} &mdash; {points(account.health_score ?? 0)}
        </li>
      ))}
    </ul>
  );
}
