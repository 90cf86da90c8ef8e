DROP TABLE IF EXISTS account_notes;
ALTER TABLE tasks DROP COLUMN organization_id;
DROP TABLE IF EXISTS tasks;
