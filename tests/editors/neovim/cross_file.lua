--- a.ts's finding disappears when b.ts is fixed in an unsaved buffer, and comes back when b.ts is broken again:
--- the base class demands members that the adapter lacks.

local t = dofile(vim.env.FOURLAYER_HARNESS)

t.run(function()
  local adapter = t.open("packages/integrations/intercom/IntercomAdapter.ts")
  local base = t.open("packages/integrations/base/EnterpriseAdapter.ts")
  local found = t.await_findings(adapter, "adapter-contract", 1)[1]
  t.check("it names what is missing", found.message:find("doDisconnect", 1, true), found.message)
  local text = t.text(base)
  local relaxed = text
    :gsub("abstract (fetchEntity%([^\n]*): Promise<NormalizedEntity | null>;", "async %1: Promise<null> {\n    return null;\n  }")
    :gsub("abstract (pushUpdate%([^\n]*): Promise<void>;", "async %1: Promise<void> {}")
    :gsub("protected abstract doDisconnect%(%): Promise<void>;", "protected async doDisconnect(): Promise<void> {}")
  t.check("the members get bodies", select(2, text:gsub("abstract", "")) == select(2, relaxed:gsub("abstract", "")) + 3)
  t.back_and_forth(adapter, base, "adapter-contract", text, relaxed)
end)
