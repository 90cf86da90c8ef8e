--- The server is attached where there is something to judge, once for the whole workspace.

local t = dofile(vim.env.FOURLAYER_HARNESS)

t.run(function()
  local first = t.open("packages/integrations/jira/JiraAdapter.ts")
  local id = t.client(first).id
  for path, filetype in pairs({
    ["apps/web/src/pages/AccountsPage.tsx"] = "typescriptreact",
    ["fourlayer.toml"] = "toml",
    ["tsconfig.base.json"] = "jsonc",
    ["packages/integrations/package.json"] = "json",
    ["packages/backend/db/migrations/20260112000000_crm.sql"] = "sql",
    ["packages/backend/prisma/schema.prisma"] = "prisma",
  }) do
    local buffer = t.open(path)
    t.check(path .. " has its filetype", vim.bo[buffer].filetype == filetype, vim.bo[buffer].filetype)
    t.check(path .. " shares the server", t.client(buffer).id == id)
  end

  local elsewhere = vim.fn.tempname()
  vim.fn.mkdir(elsewhere .. "/.git", "p")
  vim.cmd.edit(elsewhere .. "/settings.json")
  local settings = vim.api.nvim_get_current_buf()
  vim.cmd.edit(elsewhere .. "/script.ts")
  t.client(vim.api.nvim_get_current_buf()) -- TypeScript is served anywhere
  t.check("nothing else is served without integrations",
    #vim.lsp.get_clients({ bufnr = settings, name = "fourlayer" }) == 0)
end)
