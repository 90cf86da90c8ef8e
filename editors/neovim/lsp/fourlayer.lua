--- fourlayer for Neovim 0.11 or newer: `vim.lsp.enable("fourlayer")`.
---
--- TypeScript files are served wherever a root is found. The other kinds of files that the server reads
--- (migrations, schemas, tsconfig.json, package.json, fourlayer.toml) only where there is something to judge.

local markers = { { "fourlayer.toml", ".fourlayer.toml" }, { "pnpm-workspace.yaml" }, { ".git" } }

--- The nearest folder with a marker; a marker further to the left wins however far up it is.
local function root_of(buffer)
  for _, names in ipairs(markers) do
    local root = vim.fs.root(buffer, names)
    if root then
      return root
    end
  end
end

local function has_integrations(root)
  for _, name in ipairs({ "fourlayer.toml", ".fourlayer.toml", "packages/integrations" }) do
    if vim.uv.fs_stat(vim.fs.joinpath(root, name)) then
      return true
    end
  end
  return false
end

---@type vim.lsp.Config
return {
  cmd = { "fourlayer", "server", "--stdio" },
  -- Neovim applies versioned edits and creates files; that it says the latter alone is an oversight of its defaults.
  capabilities = { workspace = { workspaceEdit = { documentChanges = true } } },
  filetypes = { "typescript", "typescriptreact", "json", "jsonc", "prisma", "sql", "toml" },
  root_dir = function(buffer, attach)
    local root = root_of(buffer)
    local typescript = vim.startswith(vim.bo[buffer].filetype, "typescript")
    if root and (typescript or has_integrations(root)) then
      attach(root)
    end
  end,
}
