--- A file that exists in a buffer only counts as there, until the buffer is gone.

local t = dofile(vim.env.FOURLAYER_HARNESS)

t.run(function()
  local index = t.open("packages/integrations/zendesk/index.ts")
  t.await_findings(index, "missing-file", 4)

  local types = t.open("packages/integrations/zendesk/types.ts")
  t.set_text(types, "export interface ZendeskUser {\n  id: number;\n}\n")
  t.await_findings(index, "missing-file", 3)
  t.check("it is not on disk", vim.uv.fs_stat(t.integrations .. "/zendesk/types.ts") == nil)

  vim.cmd("bwipeout! " .. types)
  t.await_findings(index, "missing-file", 4)
end)
