-- Does nothing where `deals` exists already: which column a database has depends on its age.
CREATE TABLE IF NOT EXISTS deals (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  amount_cents bigint NOT NULL,
  stage text NOT NULL
);

DROP TABLE IF EXISTS sessions CASCADE;

CREATE TABLE sessions (
  token_hash text PRIMARY KEY,
  organization_id uuid NOT NULL,
  expires_at timestamptz NOT NULL
);
