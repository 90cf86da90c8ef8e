--- A quick fix changes the buffer, and the finding goes with it; a fix with a wider reach changes other files' buffers.

local t = dofile(vim.env.FOURLAYER_HARNESS)

t.run(function()
  local services = "packages/backend/src/services/"
  local query = t.open(services .. "AccountService.ts")
  local count = #t.await_findings(query, "missing-tenant-filter", "some")
  local first = t.findings(query, "missing-tenant-filter")[1]
  t.apply(query, first, function(action) return action.isPreferred end)
  t.await("the filter is there", function()
    return select(2, t.text(query):gsub('%.eq%("organization_id", organizationId%)', "")) == 2
  end, function() return t.text(query) end)
  t.await_findings(query, "missing-tenant-filter", count - 1)

  local adapter = t.open("packages/integrations/jira/JiraAdapter.ts")
  local consumer = t.open("packages/integrations/index.ts")
  t.apply(adapter, t.await_findings(adapter, "default-export", 1)[1], function(action) return action.isPreferred end)
  t.await("the class is exported by name", function() return t.text(adapter):find("export class JiraAdapter", 1, true) end)
  t.await_findings(adapter, "default-export", 0)
  local index = vim.fn.bufnr(t.integrations .. "/jira/index.ts")
  t.check("the importer is changed too", index > 0 and vim.bo[index].modified)
  t.check("what is not concerned is not", not vim.bo[consumer].modified)
  t.check("nothing was written", vim.fn.readfile(t.integrations .. "/jira/JiraAdapter.ts")[11]:find("export default", 1, true))
end)
