-- rls-classification: tenant_scoped
CREATE TABLE IF NOT EXISTS integration_connections (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  provider text NOT NULL,
  external_key text NOT NULL,
  status text NOT NULL DEFAULT 'active',
  UNIQUE (provider, external_key)
);

-- rls-classification: tenant_scoped
CREATE TABLE IF NOT EXISTS notion_pages (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  external_id text NOT NULL,
  title text NOT NULL,
  content text NOT NULL DEFAULT '',
  last_edited_at timestamptz NOT NULL,
  UNIQUE (organization_id, external_id)
);

CREATE TABLE tracked_issues (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL,
  external_id text NOT NULL,
  title text NOT NULL,
  state text NOT NULL,
  UNIQUE (organization_id, external_id)
);
