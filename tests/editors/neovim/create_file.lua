--- The quick fix for a missing health.ts creates it; it counts before it is written, and after.

local t = dofile(vim.env.FOURLAYER_HARNESS)

local CHECK = "export async function check%w*Health"

local function about(name, findings)
  return vim.tbl_filter(function(one) return one.message:find(name, 1, true) end, findings)
end

t.run(function()
  local index = t.open("packages/integrations/zendesk/index.ts")
  local missing = t.await_findings(index, "missing-file", 4)
  t.check("health.ts is missing", #about("health.ts", missing) == 1, missing)

  local file = t.integrations .. "/zendesk/health.ts"
  t.apply(index, about("health.ts", missing)[1], function(action) return action.title == "Create health.ts" end)
  t.await("its buffer is filled", function()
    local buffer = vim.fn.bufnr(file)
    return buffer > 0 and t.text(buffer):find(CHECK)
  end)
  t.await("its finding is gone while it is unsaved", function()
    return #about("health.ts", t.findings(index, "missing-file")) == 0
  end)
  t.check("others stay", #t.findings(index, "missing-file") > 0)
  local health = vim.fn.bufnr(file)
  -- What is new in the workspace is registered nowhere yet; that is all there is to say of it.
  local own = vim.tbl_filter(function(one) return one.code ~= "unregistered-health-check" end, t.findings(health))
  t.check("it has no findings of its own", #own == 0, own)

  vim.cmd("silent wall")
  t.check("it is written", table.concat(vim.fn.readfile(file), "\n"):find(CHECK))
  t.check("and still counts", #about("health.ts", t.findings(index, "missing-file")) == 0)

  local rest = t.findings(index, "missing-file")
  t.apply(index, rest[1], function(action) return action.title == "Create all missing files" end)
  t.await_findings(index, "missing-file", 0)
  vim.cmd("silent wall")
  for _, name in ipairs({ "config.ts", "errors.ts", "types.ts" }) do
    t.check(name .. " is written", vim.fn.getfsize(t.integrations .. "/zendesk/" .. name) > 0)
  end
end)
