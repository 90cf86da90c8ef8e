--- The cross-file scenario with a query that is handed to a helper in another file, which scopes it or does not.

local t = dofile(vim.env.FOURLAYER_HARNESS)

t.run(function()
  local service = t.open("packages/backend/src/services/ConnectionService.ts")
  local helper = t.open("packages/backend/src/services/tenantScope.ts")
  t.back_and_forth(service, helper, "missing-tenant-filter",
    'return query.order("id")', 'return query.eq("organization_id", String(page)).order("id")')
end)
