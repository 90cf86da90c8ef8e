export interface AccountSummary {
  id: string;
  name: string;
  health_score: number | null;
}

export async function fetchAccounts(): Promise<AccountSummary[]> {
  const response = await fetch("/api/accounts", { credentials: "include" });
  if (!response.ok) throw new Error(`accounts: ${response.status}`);
  return (await response.json()) as AccountSummary[];
}

export type Loadable<T> = { state: "loading" } | { state: "ready"; value: T } | { state: "failed"; reason: string };

export function map<A, B>(loadable: Loadable<A>, change: (value: A) => B): Loadable<B> {
  return loadable.state === "ready" ? { state: "ready", value: change(loadable.value) } : loadable;
}
