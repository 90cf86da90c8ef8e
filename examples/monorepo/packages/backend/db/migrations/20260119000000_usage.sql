/* Metering came from another product, where a tenant is called a tenant. */
CREATE TABLE usage_events (
  id bigserial PRIMARY KEY,
  tenant_id uuid NOT NULL,
  metric text NOT NULL,
  quantity integer NOT NULL,
  occurred_at timestamptz NOT NULL
);

CREATE TABLE audit_logs (
  id bigserial PRIMARY KEY,
  tenant_id uuid NOT NULL,
  actor_id uuid,
  action text NOT NULL, -- for example 'account.archived'
  created_at timestamptz NOT NULL DEFAULT now()
);
