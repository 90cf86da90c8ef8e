--- The README's snippet: everything safe in the file at once, on demand and on every save; no file operation.

local t = dofile(vim.env.FOURLAYER_HARNESS)

local function snippet()
  local readme = table.concat(vim.fn.readfile(vim.env.FOURLAYER_EDITOR .. "/README.md"), "\n")
  local code = readme:match("the tests run this block %-%->\n```lua\n(.-)\n```")
  t.check("the README has the block", code)
  return code
end

t.run(function()
  vim.g.mapleader = " "
  assert(loadstring(snippet()))()
  local buffer = t.open("packages/integrations/notion/NotionAdapter.ts")
  t.await_findings(buffer, "deep-import", 1)
  vim.api.nvim_feedkeys(" P", "x", false)
  t.check("the import goes to base's index", t.text(buffer):find('} from "../base/index.js"', 1, true), t.text(buffer))
  t.await_findings(buffer, "deep-import", 0)
  t.check("no file was created", vim.tbl_isempty(vim.fn.glob(t.integrations .. "/notion/handlers", true, true)))

  local errors = t.open("packages/integrations/notion/errors.ts")
  t.await_findings(errors, "deep-import", 1)
  vim.cmd("silent write")
  local written = table.concat(vim.fn.readfile(t.integrations .. "/notion/errors.ts"), "\n")
  t.check("it is fixed before it is written", not written:find("base/errors.js", 1, true), written)
  t.await_findings(errors, "deep-import", 0)
  vim.cmd("silent write")
  t.check("a second time changes nothing", table.concat(vim.fn.readfile(t.integrations .. "/notion/errors.ts"), "\n") == written)
end)
