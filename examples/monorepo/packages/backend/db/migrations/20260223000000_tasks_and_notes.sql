CREATE TABLE tasks (
  id uuid PRIMARY KEY,
  title text NOT NULL
);

ALTER TABLE tasks
  ADD COLUMN IF NOT EXISTS organization_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  ADD COLUMN assignee_id uuid,
  ADD COLUMN due_at timestamptz;

CREATE TABLE notes (
  id uuid PRIMARY KEY,
  org_id uuid NOT NULL,
  account_id uuid NOT NULL,
  body text NOT NULL
);

ALTER TABLE notes RENAME COLUMN org_id TO organization_id;
ALTER TABLE notes RENAME TO account_notes;
