// fourlayer-ignore-file explicit-any until 2026-03-01: Atlassian's OAuth types were announced for February

const TOKEN_URL = "https://auth.atlassian.com/oauth/token";

export interface JiraToken {
  access_token: string;
  refresh_token?: string;
  expires_in: number;
}

/** The second half of the OAuth dance. */
export async function exchangeCode(code: string, redirectUri: string): Promise<JiraToken> {
  const response = await fetch(TOKEN_URL, {
    method: "POST",
    body: JSON.stringify({
      grant_type: "authorization_code",
      client_id: process.env.JIRA_CLIENT_ID,
      client_secret: process.env.JIRA_CLIENT_SECRET,
      redirect_uri: redirectUri,
      code,
    }),
  });
  const body: any = await response.json();
  if (body.error) throw new Error(`Jira OAuth: ${body.error_description}`);
  return body as JiraToken;
}

export const expiresAt = (token: JiraToken, now = Date.now()): Date => new Date(now + token.expires_in * 1000);
