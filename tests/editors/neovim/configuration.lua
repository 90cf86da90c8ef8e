--- fourlayer.toml counts while it is edited; a broken one gets its own finding and changes nothing else.

local t = dofile(vim.env.FOURLAYER_HARNESS)

t.run(function()
  vim.lsp.config("fourlayer", { settings = { fourlayer = { rules = { ["default-export"] = "warning" } } } })
  local buffer = t.open("packages/integrations/google-calendar/index.ts")
  local function severity()
    local found = t.findings(buffer, "default-export")[1]
    return found and found.severity
  end
  t.await("the editor's settings count", function() return severity() == vim.diagnostic.severity.WARN end)

  local config = t.open("fourlayer.toml")
  local text = t.text(config)
  t.set_text(config, text .. '\n[rules]\ndefault-export = "info"\n')
  t.await("the file wins", function() return severity() == vim.diagnostic.severity.INFO end)
  t.set_text(config, text .. '\n[rules]\ndefault-exports = "off"\n')
  t.await("what is wrong is said", function() return #t.findings(config) == 1 end)
  t.check("with the closest name", t.findings(config)[1].message:find("default-export", 1, true), t.findings(config))
  t.check("the last good one holds", severity() == vim.diagnostic.severity.INFO, t.findings(buffer))
  t.replace(buffer, "export default", "// export default")
  t.await_findings(buffer, "default-export", 0)
  t.check("it is still said", #t.findings(config) == 1)
  t.replace(buffer, "// export default", "export default")
  t.set_text(config, text)
  t.await("and the file can be mended", function()
    return severity() == vim.diagnostic.severity.WARN and #t.findings(config) == 0
  end)
end)
