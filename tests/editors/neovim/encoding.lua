--- A finding behind an emoji marks the right text, and its fix changes it, whatever the columns count.

local t = dofile(vim.env.FOURLAYER_HARNESS)

local function marked_at(buffer, line)
  for _, one in ipairs(t.findings(buffer, "explicit-any")) do
    if one.lnum == line then
      return one
    end
  end
end

t.run(function()
  vim.lsp.config("fourlayer", { capabilities = { general = { positionEncodings = { vim.env.FOURLAYER_ENCODING } } } })
  local buffer = t.open("packages/integrations/jira/jiraMapper.ts")
  t.await_findings(buffer, "explicit-any", "some")
  t.check("the encoding", t.client(buffer).offset_encoding == vim.env.FOURLAYER_ENCODING, t.client(buffer).offset_encoding)

  local line = vim.fn.search("🎯", "n") - 1
  local found = marked_at(buffer, line)
  t.check("there is a finding behind the emoji", found, t.findings(buffer, "explicit-any"))
  t.check("it marks the type", t.marked(buffer, found) == "any", t.marked(buffer, found))

  -- An edit before it on the same line: the server must count as the editor does.
  vim.api.nvim_buf_set_text(buffer, line, 2, line, 2, { "/* 🎯🎯 */ " })
  t.await("the finding moves along", function()
    local now = marked_at(buffer, line)
    return now and now.col > found.col and t.marked(buffer, now) == "any"
  end)
  t.apply(buffer, marked_at(buffer, line), function(action) return action.title:find("unknown", 1, true) end)
  t.await("the fix is applied", function()
    return vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1]:find("`🎯 ${(issue as unknown).key}:", 1, true)
  end, function() return vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1] end)
end)
