"""missing-error-wrapper: errors.ts exports no idempotent error wrapper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fourlayer.project.classes import chain_of, dotted
from fourlayer.rule.model import Change, Finding, FixPlan, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of, returned_values
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.symbols import Declared, named, qualified
from fourlayer_rules.errors._errors_file import ErrorsFile, Lookup, errors_file, look_up, out_of_reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl
    from fourlayer.syntax.scope import Scopes

_ID = "missing-error-wrapper"
_KIND = "add-error-wrapper"
_MAX_DEPTH = 3

Answer = Literal["yes", "no", "unknown"]


class MissingErrorWrapper:
    """Judges one provider's `errors.ts`."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report a wrapper that is absent, takes too little, or wraps an error of ours again."""
        provider = ctx.view.provider(target)
        file = errors_file(ctx, provider) if provider is not None else None
        if provider is None or file is None:
            return
        lookup = look_up(ctx, provider, file, ctx.settings.conventions.error_wrapper)
        if lookup.found is not None:
            yield from _judge(ctx, provider, file, lookup.found, lookup.name)
        elif lookup.absent:
            yield _absent(provider, file, lookup)
        else:
            yield out_of_reach(_ID, provider, file, lookup)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Write the wrapper, export it, or let errors of ours through."""
        if _change(ctx, finding) is not None:
            titles = {"export": f"Export {finding.key}", "guard": "Return errors of ours unchanged"}
            title = titles.get(str(finding.data.get("do")), f"Add {finding.key}")
            yield FixPlan(_KIND, title, "safe", "document", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        return _change(ctx, finding) if plan.kind == _KIND else None


def _absent(provider: Provider, file: ErrorsFile, lookup: Lookup) -> Finding:
    hidden = lookup.hidden
    exportable = hidden is not None and hidden.path == file.path
    return Finding(
        rule=_ID,
        path=file.path,
        span=hidden.decl.name_span if exportable and hidden is not None else file.anchor,
        message=f"`{lookup.name}` is not exported, so that nothing can map errors with it."
        if exportable
        else f"`errors.ts` exports no `{lookup.name}`: what a call throws leaves the client layer unmapped.",
        help="Export it."
        if exportable
        else f"Export `{lookup.name}(error: unknown)`: errors of ours come back as they are, others mapped.",
        key=lookup.name,
        provider=provider.name,
        data={"do": "export" if exportable else "add"},
    )


def _judge(
    ctx: Context, provider: Provider, file: ErrorsFile, declared: Declared, name: str
) -> Iterator[Finding]:
    here = declared.path == file.path
    span = declared.decl.name_span if here else file.anchor
    functions = _overloads(declared)
    if not declared.decl.trusted:
        return

    def finding(message: str, help_: str, *, certain: bool = True, do: str = "") -> Finding:
        return Finding(
            rule=_ID,
            path=file.path,
            span=span,
            message=message,
            help=help_,
            certainty="violation" if certain else "unverifiable",
            scope=name,
            key=name,
            provider=provider.name,
            data={"do": do if here else ""},
        )

    if functions is None:
        yield finding(
            f"Whether `{name}` takes `unknown` and returns errors of ours unchanged cannot be told: "
            "it is made elsewhere.",
            "Declare it as a function.",
            certain=False,
        )
        return
    taken = _takes_unknown(ctx.view, declared, functions)
    if taken is not None:
        yield finding(
            f"`{name}` takes {taken}: what a `catch` hands over is `unknown`, and may be anything.",
            "Take `error: unknown` and narrow it.",
        )
        return
    # Bodies elsewhere count too: reading the file whole lets a change in them wake this check.
    ctx.view.facts(declared.path)
    answer = _returns_unchanged(ctx, declared, functions[-1][1], 0)
    if answer == "no":
        yield finding(
            f"`{name}` wraps errors of ours again: their code, `retryable` and class are lost to retries.",
            "Return an error that is one of ours already before mapping anything.",
            do="guard",
        )
    elif answer == "unknown":
        yield finding(
            f"Whether `{name}` returns errors of ours unchanged cannot be told.",
            "Begin with an `instanceof` check of the base error.",
            certain=False,
        )


def _overloads(declared: Declared) -> list[tuple[Decl, n.Function]] | None:
    """Every signature of the function, the implementation last; None where it is no plain function."""
    found: list[tuple[Decl, n.Function]] = []
    for decl in declared.facts.decls:
        if declared.decl.name in decl.names and decl.kind in {"function", "variable"}:
            function = function_of(decl)
            if function is not None:
                found.append((decl, function))
    bodied = [item for item in found if item[1].body is not None]
    return [*[item for item in found if item[1].body is None], *bodied[-1:]] if bodied else None


# What it takes


def _takes_unknown(view: View, declared: Declared, functions: list[tuple[Decl, n.Function]]) -> str | None:
    """What the first parameter is instead of `unknown`; None where some signature takes `unknown`."""
    seen: list[str] = []
    for decl, function in functions:
        if not function.params:
            seen.append("no error")
            continue
        type_ = function.params[0].type
        if type_ is None:
            if _contextually_typed(decl):
                return None
            seen.append("a parameter without a type")
            continue
        text = decl.text_of(type_)
        parts = {decl.text_of(item) for item in type_.items} if isinstance(type_, n.TypeUnion) else {text}
        if "unknown" in parts or (
            isinstance(type_, n.TypeRef) and _may_be_unknown(view, declared, type_.name)
        ):
            return None
        seen.append(f"`{text}`")
    return seen[0] if seen else None


def _contextually_typed(decl: Decl) -> bool:
    node = decl.node
    return isinstance(node, n.VarDecl) and any(item.type is not None for item in node.declarators)


def _may_be_unknown(view: View, declared: Declared, name: str) -> bool:
    """Whether a type's name may stand for `unknown`: an alias, a type parameter, or out of reach."""
    if name in {"any", "Error", "string", "object", "never", "number"}:
        return False
    found = qualified(view, declared.path, declared.facts, name)
    if not isinstance(found, tuple):
        return name[:1].isupper() and len(name) <= 2
    node = found.decl.node
    return (
        isinstance(node, n.TypeAlias) and isinstance(node.value, n.TypeRef) and node.value.name == "unknown"
    )


# What it gives back


def _returns_unchanged(ctx: Context, declared: Declared, function: n.Function, depth: int) -> Answer:
    """Whether some path hands the first parameter back as it came."""
    if not function.params or not isinstance(function.params[0].target, n.Name):
        return "unknown"
    decl = next((d for d in declared.facts.decls if function_of(d) is function), declared.decl)
    scopes = scopes_of(decl)
    param = scopes.binding(function.params[0].target)
    answers = [
        _answer(ctx, declared, scopes, param, value, depth)
        for returned in returned_values(function)
        for value in _branches(returned)
    ]
    if "yes" in answers:
        return "yes"
    return "unknown" if "unknown" in answers else "no"


def _branches(expr: n.Expr) -> Iterator[n.Expr]:
    """The values that an expression may come to."""
    if isinstance(expr, (n.Cast, n.Await)):
        yield from _branches(expr.value)
    elif isinstance(expr, n.Cond):
        yield from _branches(expr.then)
        yield from _branches(expr.other)
    elif isinstance(expr, n.Binary) and expr.op in {"??", "||", "&&"}:
        yield from _branches(expr.left)
        yield from _branches(expr.right)
    else:
        yield expr


def _answer(
    ctx: Context, declared: Declared, scopes: Scopes, param: object, value: n.Expr, depth: int
) -> Answer:
    if isinstance(value, n.Name):
        binding = scopes.binding(value)
        if binding is param and param is not None:
            return "yes"
        init = binding.value if binding is not None else None
        if init is None:
            return "unknown"
        inner = [_answer(ctx, declared, scopes, param, part, depth) for part in _branches(init)]
        return "yes" if "yes" in inner else "unknown" if "unknown" in inner else "no"
    if isinstance(value, n.Call) and any(
        isinstance(arg, n.Name) and scopes.binding(arg) is param for arg in value.args
    ):
        return _delegated(ctx, declared, scopes, param, value, depth)
    if isinstance(value, (n.New, n.Object, n.Str, n.Template, n.Const, n.Num)):
        return "no"
    if isinstance(value, n.Call):
        # A call that is not given the error cannot give it back.
        given = any(scopes.binding(inner) is param for inner in walk(value) if isinstance(inner, n.Name))
        return "unknown" if given else "no"
    return "unknown"


def _delegated(
    ctx: Context, declared: Declared, scopes: Scopes, param: object, call: n.Call, depth: int
) -> Answer:
    """The answer of the function that the error is handed to as its first argument."""
    name = dotted(call.callee)
    first = call.args[0]
    if (
        name is None
        or depth >= _MAX_DEPTH
        or not (isinstance(first, n.Name) and scopes.binding(first) is param)
    ):
        return "unknown"
    found = named(ctx.view, declared.path, declared.facts, name) if "." not in name else None
    if not isinstance(found, tuple):
        return "unknown"
    ctx.view.facts(found.path)
    functions = _overloads(found)
    return _returns_unchanged(ctx, found, functions[-1][1], depth + 1) if functions else "unknown"


# Fixes


def _change(ctx: Context, finding: Finding) -> Change | None:
    provider = ctx.view.provider(finding.provider or "")
    file = errors_file(ctx, provider) if provider is not None else None
    if provider is None or file is None:
        return None
    do = finding.data.get("do")
    if do == "export":
        decl = file.facts.decl(finding.key)
        if decl is None or decl.exported:
            return None
        return Change({file.path: (TextEdit(decl.start, decl.start, "export "),)})
    if do == "guard":
        return _guard(ctx, provider, file, finding.key)
    return _add(ctx, provider, file) if do == "add" else None


def _add(ctx: Context, provider: Provider, file: ErrorsFile) -> Change | None:
    """Append the wrapper, on top of the class that is there; without one there is nothing to map to."""
    from fourlayer_rules.derive.editing import FileEditor
    from fourlayer_rules.derive.model import build_model
    from fourlayer_rules.templates.errors import HELPERS, can_wrap, shared_imports, wrapper_code

    lookup = look_up(ctx, provider, file, ctx.settings.conventions.error_class)
    own = lookup.found
    if own is None or own.decl.kind != "class" or file.facts.decl(own.decl.name or "") is None:
        return None
    model = build_model(ctx.view, ctx.settings, provider)
    if not can_wrap(model, own):
        return None
    taken = {name for decl in file.facts.decls for name in decl.names}
    code = wrapper_code(model, own)
    if taken & HELPERS:
        return None
    editor = FileEditor(file.facts, model.style)
    for specifier, names in shared_imports(model, file.path, list(code.shared)):
        for name in names:
            editor.want(specifier, name)
    data = file.facts.text.data
    end = len(data.rstrip())
    editor.replace(end, len(data), editor.local(f"\n\n{code.text}"))
    return Change({file.path: editor.edits()})


def _guard(ctx: Context, provider: Provider, file: ErrorsFile, name: str) -> Change | None:
    """Let errors of ours through first, where the function's return type takes them."""
    from fourlayer_rules.derive.editing import FileEditor
    from fourlayer_rules.derive.model import build_model
    from fourlayer_rules.templates.errors import shared_imports

    found = [
        (decl, function)
        for decl in file.facts.decls
        if name in decl.names and (function := function_of(decl)) is not None and function.body is not None
    ]
    if len(found) != 1:
        return None
    decl, function = found[0]
    target = function.params[0].target if function.params else None
    if not isinstance(function.body, n.Block) or not isinstance(target, n.Name):
        return None
    model = build_model(ctx.view, ctx.settings, provider)
    base = model.errors.get("base")
    guard = _guard_class(ctx, file, decl, function, base.name if base is not None else None)
    if guard is None:
        return None
    editor = FileEditor(file.facts, model.style)
    if base is not None and guard == base.name:
        for specifier, names in shared_imports(model, file.path, [guard]):
            for imported in names:
                editor.want(specifier, imported)
    start = decl.span(function.body).start + 1
    editor.insert(start, f"\n  if ({target.name} instanceof {guard}) return {target.name};")
    return Change({file.path: editor.edits()})


def _guard_class(
    ctx: Context, file: ErrorsFile, decl: Decl, function: n.Function, base: str | None
) -> str | None:
    """The class to let through: the shared base error, or the one that the function promises to return."""
    result = function.return_type
    if result is None:
        return base
    text = decl.text_of(result)
    if text in {base, "Error", "unknown"}:
        return base
    found = named(ctx.view, file.path, file.facts, text) if text.isidentifier() else None
    if isinstance(found, tuple) and found.decl.kind == "class":
        return text if chain_of(ctx.view, found).links else None
    return None


rule = MissingErrorWrapper()
