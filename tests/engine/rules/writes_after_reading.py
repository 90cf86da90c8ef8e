"""Reports providers without a.ts, b.ts and c.ts and writes them: each says what it saw of those before."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Create, Finding, FixPlan, TextEdit
from fourlayer.syntax.span import Span

NAMES = ("a.ts", "b.ts", "c.ts")


class WritesAfterReading:
    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        provider = ctx.view.provider(target)
        assert provider is not None
        for name in NAMES:
            if not ctx.view.exists(f"{provider.path}/{name}"):
                anchor = provider.adapter or provider.files[0]
                yield Finding(
                    "writes", anchor, Span(0, 1), "Absent.", "Create it.", key=name, provider=target
                )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        yield FixPlan("create-file", "Create it", "safe", "workspace", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        provider = ctx.view.provider(finding.provider or "")
        assert provider is not None
        adapter = provider.adapter or provider.files[0]
        create = f"{provider.path}/{finding.key}"
        if finding.key == "a.ts":  # it writes into the adapter as well, which c.ts reads
            return Change({adapter: (TextEdit(0, 0, "// a\n"),)}, (Create(create, "export const a = 1;\n"),))
        if finding.key == "b.ts":
            seen = "a.ts" in ctx.view.children(provider.path)
        else:
            seen = (ctx.view.read(adapter) or b"").startswith(b"// a")
        return Change(creates=(Create(create, f"export const seen = {str(seen).lower()};\n"),))


rule = WritesAfterReading()
