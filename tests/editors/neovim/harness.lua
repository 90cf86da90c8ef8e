--- What the scenarios share. Each runs in a Neovim of its own, on a copy of the sample monorepo, and ends with
--- `t.run(function() ... end)`; the exit code is 0 when nothing failed.

local t = {}

local PATIENCE = 20000 -- milliseconds until something that never happens is a failure

t.root = vim.env.FOURLAYER_WORKSPACE
t.integrations = t.root .. "/packages/integrations"

local function shown(value)
  return type(value) == "string" and value or vim.inspect(value)
end

--- Fails the scenario unless `ok`.
function t.check(what, ok, detail)
  if not ok then
    error(what .. (detail ~= nil and ": " .. shown(detail) or ""), 0)
  end
end

--- Waits until `condition()` is true.
function t.await(what, condition, detail)
  local ok = vim.wait(PATIENCE, function() return condition() and true or false end, 20)
  if not ok then
    t.check(what, false, detail and detail() or "it never came to be")
  end
end

--- Opens a file of the workspace; its buffer.
function t.open(path)
  vim.cmd.edit(vim.fn.fnameescape(t.root .. "/" .. path))
  return vim.api.nvim_get_current_buf()
end

function t.text(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
end

function t.set_text(buffer, text)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(text, "\n", { plain = true }))
end

--- Replaces the one place that holds `old`; nothing is saved.
function t.replace(buffer, old, new)
  local text = t.text(buffer)
  local from, to = text:find(old, 1, true)
  t.check("the buffer holds the text to replace", from, old)
  t.set_text(buffer, text:sub(1, from - 1) .. new .. text:sub(to + 1))
end

--- The findings of a buffer, of one rule where it is named, in the order of the text.
function t.findings(buffer, rule)
  local found = vim.tbl_filter(function(one)
    return one.source == "fourlayer" and (rule == nil or one.code == rule)
  end, vim.diagnostic.get(buffer))
  table.sort(found, function(a, b) return a.lnum < b.lnum or a.lnum == b.lnum and a.col < b.col end)
  return found
end

--- Waits for `count` findings of a rule ("some": at least one); the findings. Those of a closed file are known
--- when it is opened, so the server is waited for too.
function t.await_findings(buffer, rule, count)
  t.client(buffer)
  t.await(("%s findings of %s"):format(count, rule), function()
    local found = #t.findings(buffer, rule)
    return count == "some" and found > 0 or found == count
  end, function() return vim.tbl_map(function(one) return one.code .. ": " .. one.message end, t.findings(buffer)) end)
  return t.findings(buffer, rule)
end

--- Breaks and fixes `b` twice, unsaved: each time one finding of `a` must go and come back.
function t.back_and_forth(a, b, rule, broken, fixed)
  local count = #t.await_findings(a, rule, "some")
  for _ = 1, 2 do
    t.replace(b, broken, fixed)
    t.await_findings(a, rule, count - 1)
    t.replace(b, fixed, broken)
    t.await_findings(a, rule, count)
  end
end

--- The text that a finding marks.
function t.marked(buffer, finding)
  local lines = vim.api.nvim_buf_get_text(
    buffer, finding.lnum, finding.col, finding.end_lnum, finding.end_col, {})
  return table.concat(lines, "\n")
end

--- The actions offered at a finding, as Neovim asks for them.
function t.actions(buffer, finding, kind)
  local client = t.client(buffer)
  local at = { line = finding.lnum, character = finding.col }
  local position = vim.lsp.util.make_given_range_params(
    { at.line + 1, at.character }, { at.line + 1, at.character }, buffer, client.offset_encoding)
  position.context = { diagnostics = { finding.user_data.lsp }, only = { kind or "quickfix" } }
  local answer = client:request_sync("textDocument/codeAction", position, PATIENCE, buffer)
  t.check("code actions are answered", answer and not answer.err, answer)
  return answer.result or {}
end

--- Applies the one action at a finding that `wanted(action)` accepts, the way a user does.
function t.apply(buffer, finding, wanted)
  vim.api.nvim_set_current_buf(buffer)
  vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
  local offered = vim.tbl_filter(wanted, t.actions(buffer, finding))
  t.check("one action fits", #offered == 1, t.actions(buffer, finding))
  vim.lsp.buf.code_action({
    context = { only = { "quickfix" }, diagnostics = { finding.user_data.lsp } },
    filter = function(action) return action.title == offered[1].title end,
    apply = true,
  })
  return offered[1]
end

function t.client(buffer)
  t.await("the server is attached", function()
    return vim.lsp.get_clients({ bufnr = buffer, name = "fourlayer" })[1]
  end)
  return vim.lsp.get_clients({ bufnr = buffer, name = "fourlayer" })[1]
end

--- Runs the scenario and ends Neovim. The server must stop when asked to.
function t.run(scenario)
  vim.cmd("filetype on") -- `nvim -l` leaves it off
  vim.o.hidden = true
  vim.o.swapfile = false
  vim.opt.runtimepath:append(vim.env.FOURLAYER_EDITOR)
  local ended = {}
  vim.lsp.config("fourlayer", {
    on_exit = function(code, signal) table.insert(ended, { code = code, signal = signal }) end,
  })
  vim.lsp.enable("fourlayer")
  local ok, problem = xpcall(function()
    scenario()
    local clients = vim.lsp.get_clients({ name = "fourlayer" })
    for _, client in ipairs(clients) do
      client:stop()
    end
    t.await("the servers stop", function() return #ended == #clients end)
    for _, one in ipairs(ended) do
      t.check("a server ends well", one.code == 0 and one.signal == 0, one)
    end
  end, function(message)
    return type(message) == "string" and message or debug.traceback(vim.inspect(message))
  end)
  if not ok then
    io.stdout:write("failed: " .. problem .. "\n")
    local log = io.open(vim.lsp.log and vim.lsp.log.get_filename() or vim.lsp.get_log_path())
    io.stdout:write(log and log:read("a"):sub(-4000) or "")
  end
  io.stdout:flush()
  os.exit(ok and 0 or 1)
end

return t
