--- The cross-file scenario with an unsaved migration: a table gets its tenant column and loses it again.

local t = dofile(vim.env.FOURLAYER_HARNESS)

t.run(function()
  local service = t.open("packages/backend/src/services/UsageService.ts")
  local count = #t.await_findings(service, "wrong-tenant-column", "some")
  local migration = t.open("packages/backend/db/migrations/20260119000000_usage.sql")
  local sql = t.text(migration)
  for _ = 1, 2 do
    t.set_text(migration, sql .. "\nALTER TABLE audit_logs ADD COLUMN organization_id uuid;\n")
    t.await_findings(service, "wrong-tenant-column", count - 1)
    t.set_text(migration, sql)
    t.await_findings(service, "wrong-tenant-column", count)
  end
end)
