CREATE TABLE accounts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations (id),
  name text NOT NULL,
  domain text,
  health_score numeric(5, 2),
  archived_at timestamptz
);

CREATE TABLE contacts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  "organization_id" uuid NOT NULL,
  account_id uuid NOT NULL REFERENCES accounts (id),
  email text NOT NULL,
  UNIQUE (organization_id, email)
);

CREATE TABLE contracts (
  id uuid PRIMARY KEY,
  organization_id uuid NOT NULL,
  title text NOT NULL,
  archived_at timestamptz
);

CREATE INDEX accounts_by_organization ON accounts (organization_id);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY accounts_of_members ON accounts USING (organization_id = (auth.jwt() ->> 'org')::uuid);
