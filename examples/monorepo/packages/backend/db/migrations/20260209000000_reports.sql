-- Reports are read by both products: either column scopes them.
CREATE TABLE reports (
  id uuid PRIMARY KEY,
  organization_id uuid,
  tenant_id uuid,
  title text NOT NULL,
  body jsonb NOT NULL DEFAULT '{"sections": []}'::jsonb,
  CHECK (organization_id IS NOT NULL OR tenant_id IS NOT NULL)
);

CREATE TABLE deals (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  amount_cents bigint NOT NULL,
  stage text NOT NULL
);

CREATE TABLE sessions (
  token_hash text PRIMARY KEY,
  tenant_id uuid NOT NULL,
  expires_at timestamptz NOT NULL
);
