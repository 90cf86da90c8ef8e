"""missing-error-class: errors.ts lacks the provider's error class, or the class lacks code or retryable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.classes import Chain, chain_of, head, member_names
from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer_rules.errors._errors_file import ErrorsFile, Lookup, errors_file, look_up, out_of_reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer_rules.derive.symbols import Declared

_ID = "missing-error-class"
_KIND = "add-error-class"
_WHY = "retries, the sync loop and callers decide by `code` and `retryable`"
_MEMBERS = ("code", "retryable")


class MissingErrorClass:
    """Judges one provider's `errors.ts`."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report a class that is absent, not exported, or without what callers read."""
        provider = ctx.view.provider(target)
        file = errors_file(ctx, provider) if provider is not None else None
        if provider is None or file is None:
            return
        lookup = look_up(ctx, provider, file, ctx.settings.conventions.error_class)
        if lookup.found is not None:
            yield from _judge(ctx, provider, file, lookup.found, lookup.name)
        elif lookup.absent:
            yield _absent(provider, file, lookup)
        else:
            yield out_of_reach(_ID, provider, file, lookup)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Write the class, export it, or give it what it lacks."""
        if _change(ctx, finding) is not None:
            yield FixPlan(_KIND, _title(finding), "safe", "document", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        return _change(ctx, finding) if plan.kind == _KIND else None


def _absent(provider: Provider, file: ErrorsFile, lookup: Lookup) -> Finding:
    hidden = lookup.hidden
    if hidden is not None and hidden.path == file.path:
        return Finding(
            rule=_ID,
            path=file.path,
            span=hidden.decl.name_span,
            message=f"`{lookup.name}` is not exported: {_WHY}, and nobody can tell it from other errors.",
            help="Export it.",
            key=lookup.name,
            provider=provider.name,
            data={"do": "export"},
        )
    return Finding(
        rule=_ID,
        path=file.path,
        span=file.anchor,
        message=f"`errors.ts` exports no `{lookup.name}`: {_WHY}.",
        help=f"Export a class `{lookup.name}` with `code`, `retryable`, the status and the original error.",
        key=lookup.name,
        provider=provider.name,
        data={"do": "add"},
    )


def _judge(
    ctx: Context, provider: Provider, file: ErrorsFile, declared: Declared, name: str
) -> Iterator[Finding]:
    if declared.decl.kind != "class":
        if declared.decl.kind in {"interface", "type", "enum", "function"}:
            yield Finding(
                rule=_ID,
                path=file.path,
                span=file.anchor if declared.path != file.path else declared.decl.name_span,
                message=f"`{name}` is no class: it cannot be thrown and told apart by `instanceof`.",
                help=f"Make `{name}` a class with `code` and `retryable`.",
                key=name,
                provider=provider.name,
            )
        return
    chain = chain_of(ctx.view, declared)
    if any(not link.decl.trusted or not link.facts.trusted for link in chain.links):
        return
    lacking = _lacking(chain)
    if not lacking:
        return
    here = declared.path == file.path
    listed = " and ".join(f"`{member}`" for member in lacking)
    known = chain.known and chain.end in {None, "Error", "TypeError", "AggregateError"}
    yield Finding(
        rule=_ID,
        path=file.path,
        span=declared.decl.name_span if here else file.anchor,
        message=f"`{name}` has no {listed}: {_WHY}."
        if known
        else f"Whether `{name}` has {listed} cannot be told: its base `{chain.end}` is out of reach.",
        help=f"Declare {listed}, or extend the shared base error.",
        certainty="violation" if known else "unverifiable",
        scope=name,
        key=",".join(lacking),
        provider=provider.name,
        data={"do": "complete" if here and known else ""},
    )


def _lacking(chain: Chain) -> list[str]:
    names: set[str] = set()
    for link in chain.links:
        names |= member_names(link.decl)
    return [member for member in _MEMBERS if member not in names]


def _title(finding: Finding) -> str:
    return {
        "export": f"Export {finding.key}",
        "complete": f"Give {finding.scope} {finding.key.replace(',', ' and ')}",
    }.get(str(finding.data.get("do")), f"Add {finding.key}")


def _change(ctx: Context, finding: Finding) -> Change | None:
    provider = ctx.view.provider(finding.provider or "")
    file = errors_file(ctx, provider) if provider is not None else None
    if provider is None or file is None:
        return None
    do = finding.data.get("do")
    if do == "export":
        from fourlayer.rule.model import TextEdit

        decl = file.facts.decl(finding.key)
        if decl is None or decl.exported:
            return None
        return Change({file.path: (TextEdit(decl.start, decl.start, "export "),)})
    if do == "complete":
        return _complete(ctx, provider, file, finding)
    return _add(ctx, provider, file) if do == "add" else None


def _add(ctx: Context, provider: Provider, file: ErrorsFile) -> Change | None:
    from fourlayer_rules.derive.editing import FileEditor
    from fourlayer_rules.derive.model import build_model
    from fourlayer_rules.templates.errors import class_code, shared_imports

    model = build_model(ctx.view, ctx.settings, provider)
    code = class_code(model)
    editor = FileEditor(file.facts, model.style)
    for specifier, names in shared_imports(model, file.path, list(code.shared)):
        for name in names:
            editor.want(specifier, name)
    imports = [decl for decl in file.facts.decls if decl.kind == "import"]
    if imports:
        editor.insert(imports[-1].end, f"\n\n{code.text.rstrip()}")
    else:
        first = file.facts.decls[0].start if file.facts.decls else len(file.facts.text)
        editor.insert_before_statement(first, f"{code.text}\n")
    return Change({file.path: editor.edits()})


def _complete(ctx: Context, provider: Provider, file: ErrorsFile, finding: Finding) -> Change | None:
    """Fields with the values that a plain failure has; the class keeps its constructor."""
    from fourlayer_rules.derive.editing import FileEditor
    from fourlayer_rules.derive.model import build_model

    decl = file.facts.decl(finding.scope)
    if decl is None or head(decl) is None:
        return None
    model = build_model(ctx.view, ctx.settings, provider)
    editor = FileEditor(file.facts, model.style)
    prefix = provider.env_prefix.lstrip("_")
    values = {
        "code": f'  readonly code: string = "{prefix}_ERROR";\n',
        "retryable": "  readonly retryable: boolean = false;\n",
    }
    text = "".join(values[member] for member in finding.key.split(",") if member in values)
    data = file.facts.text.data
    if decl.members:
        from fourlayer_rules.derive.dtos import attached_start

        start = attached_start(file.facts, decl.members[0].start)
        line = data.rfind(b"\n", 0, start) + 1
        if data[line:start].strip():
            return None
        editor.insert(line, f"{text}\n")
    else:
        open_brace = data.rfind(b"{", decl.start, decl.end)
        editor.replace(open_brace, decl.end, editor.local("{\n" + text + "}"))
    return Change({file.path: editor.edits()})


rule = MissingErrorClass()
