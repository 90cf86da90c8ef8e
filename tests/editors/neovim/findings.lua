--- Findings are pushed when a file is opened, with their fields, and follow the text while it is edited.

local t = dofile(vim.env.FOURLAYER_HARNESS)

t.run(function()
  local buffer = t.open("packages/integrations/google-calendar/index.ts")
  local found = t.await_findings(buffer, "default-export", 1)[1]
  t.check("its severity", found.severity == vim.diagnostic.severity.ERROR, found)
  t.check("it marks the keyword", t.marked(buffer, found) == "default", t.marked(buffer, found))
  t.check("findings are pushed", t.client(buffer).server_capabilities.diagnosticProvider == nil)
  t.check("the root", t.client(buffer).config.root_dir == t.root, t.client(buffer).config.root_dir)

  local before = t.text(buffer)
  t.replace(buffer, "export default", "// export default")
  t.await_findings(buffer, "default-export", 0)
  t.set_text(buffer, before)
  t.await_findings(buffer, "default-export", 1)
end)
