"""missing-health-check: health.ts exports no asynchronous health check."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Change, Finding, FixPlan, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.functions import function_of, returned_values
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.names import convention
from fourlayer_rules.derive.symbols import UNKNOWN, Declared, alike, exported, exported_names, qualified

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts

_ID = "missing-health-check"
_ADD = "add-health-check"
_CHANGE = "change-signature"
_STATUS = "HealthStatus"
_WHY = "the health registry calls it and reads its status"
_NEVER = frozenset(
    {
        "boolean",
        "string",
        "number",
        "void",
        "unknown",
        "any",
        "null",
        "undefined",
        "never",
        "object",
        "Response",
    }
)


class _File(NamedTuple):
    path: str
    facts: FileFacts


class MissingHealthCheck:
    """Judges one provider's `health.ts`."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report a health check that is absent, not exported, not asynchronous, or of another type."""
        provider = ctx.view.provider(target)
        file = _health_file(ctx, provider) if provider is not None else None
        if provider is None or file is None:
            return
        accepted = [convention(name, provider) for name in ctx.settings.conventions.health_function]
        candidates, complete = _candidates(ctx, file, accepted)
        if not candidates:
            absent = _absent(provider, file, accepted)
            yield absent if complete else _out_of_reach(absent)
            return
        verdicts = [_judge(ctx, provider, file, declared, name) for name, declared in candidates]
        if all(verdict is not None for verdict in verdicts):
            yield next(verdict for verdict in verdicts if verdict is not None)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Write or export a check; or make the one that is there fit."""
        do = finding.data.get("do")
        if do in {"add", "export"} and _change(ctx, finding) is not None:
            title = f"Export {finding.key}" if do == "export" else f"Add {finding.key}"
            yield FixPlan(_ADD, title, "safe", "document", preferred=True)
        elif do == "signature" and _change(ctx, finding) is not None:
            yield FixPlan(_CHANGE, f"Let {finding.key} return Promise<{_STATUS}>", "unsafe", "document")

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        wanted = _CHANGE if finding.data.get("do") == "signature" else _ADD
        return _change(ctx, finding) if plan.kind == wanted else None


def _health_file(ctx: Context, provider: Provider) -> _File | None:
    path = f"{provider.path}/health.ts"
    facts = ctx.view.facts(path) if ctx.view.exists(path) else None
    return _File(path, facts) if facts is not None and facts.trusted else None


def _candidates(
    ctx: Context, file: _File, accepted: Sequence[str]
) -> tuple[list[tuple[str, Declared]], bool]:
    """The exports with an accepted name; and whether it is sure that there are no others."""
    names, complete = exported_names(ctx.view, file.path)
    wanted = {alike(name) for name in accepted}
    found: list[tuple[str, Declared]] = []
    for name in sorted(names):
        if alike(name) not in wanted:
            continue
        declared = exported(ctx.view, file.path, name)
        if isinstance(declared, tuple):
            found.append((name, declared))
        elif declared == UNKNOWN:
            complete = False
    for export in file.facts.exports:
        # As a default it is exported all the same; `default-export` has something to say about that.
        if export.kind == "default" and export.local is not None and alike(export.local) in wanted:
            decl = file.facts.decl(export.local)
            if decl is not None:
                found.append((export.local, Declared(file.path, file.facts, decl)))
    return found, complete


def _absent(provider: Provider, file: _File, accepted: Sequence[str]) -> Finding:
    wanted = {alike(name) for name in accepted}
    hidden = next(
        (
            decl
            for decl in file.facts.decls
            if decl.kind in {"function", "variable"} and any(alike(name) in wanted for name in decl.names)
        ),
        None,
    )
    own = next((name for name in accepted if alike(provider.pascal) in alike(name)), accepted[0])
    listed = " or ".join(f"`{name}`" for name in accepted)
    if hidden is not None:
        return Finding(
            rule=_ID,
            path=file.path,
            span=hidden.name_span,
            message=f"`{hidden.name}` is not exported: {_WHY}.",
            help="Export it.",
            key=hidden.name or own,
            provider=provider.name,
            data={"do": "export"},
        )
    first = file.facts.decls[0] if file.facts.decls else None
    return Finding(
        rule=_ID,
        path=file.path,
        span=Span(first.start, first.end) if first is not None else Span(0, 0),
        message=f"`health.ts` exports no {listed}: {_WHY}.",
        help=f"Export `async function {own}(): Promise<{_STATUS}>`.",
        key=own,
        provider=provider.name,
        data={"do": "add"},
    )


def _out_of_reach(absent: Finding) -> Finding:
    return absent._replace(
        message=f"Whether `health.ts` exports `{absent.key}` cannot be told: it passes on code out of reach.",
        help="Export the check by name.",
        certainty="unverifiable",
        data={},
    )


# Judging


def _judge(ctx: Context, provider: Provider, file: _File, declared: Declared, name: str) -> Finding | None:
    """What is wrong with a check; None where nothing is, or it does not parse."""
    if not declared.decl.trusted or not declared.facts.trusted:
        return None
    problem, certain = _problem(ctx, declared)
    if problem is None:
        return None
    here = declared.path == file.path
    first = file.facts.decls[0]
    return Finding(
        rule=_ID,
        path=file.path,
        span=declared.decl.name_span if here else Span(first.start, first.end),
        message=f"`{name}` {problem}: {_WHY}."
        if certain
        else f"Whether `{name}` returns a `{_STATUS}` cannot be told: it {problem}.",
        help=f"Declare `async function {name}(): Promise<{_STATUS}>`.",
        certainty="violation" if certain else "unverifiable",
        scope=name,
        key=name,
        provider=provider.name,
        data={"do": "signature" if here and certain else ""},
    )


def _problem(ctx: Context, declared: Declared) -> tuple[str | None, bool]:
    functions = _signatures(declared)
    if functions is None:
        node = declared.decl.node
        if declared.decl.kind in {"interface", "type", "enum", "class", "namespace"}:
            return "is no function", True
        if isinstance(node, n.VarDecl) and _is_plain_value(node):
            return "is no function", True
        return "is made elsewhere", False
    problems = [_signature_problem(ctx, declared, decl, function) for decl, function in functions]
    good = next((problem for problem in problems if problem[0] is None), None)
    return good or problems[0]


def _signatures(declared: Declared) -> list[tuple[Decl, n.Function]] | None:
    """Overloads, or the implementation alone where there are none."""
    found = [
        (decl, function)
        for decl in declared.facts.decls
        if declared.decl.name in decl.names and (function := function_of(decl)) is not None
    ]
    overloads = [item for item in found if item[1].body is None]
    return overloads or found or None


def _is_plain_value(node: n.VarDecl) -> bool:
    value = node.declarators[0].init if node.declarators else None
    while isinstance(value, n.Cast):
        value = value.value
    return isinstance(value, (n.Object, n.Str, n.Num, n.Const, n.Array, n.Template))


def _signature_problem(
    ctx: Context, declared: Declared, decl: Decl, function: n.Function
) -> tuple[str | None, bool]:
    type_ = function.return_type
    if type_ is None:
        node = decl.node
        if isinstance(node, n.VarDecl) and node.declarators[0].type is not None:
            return _annotated_variable(ctx, declared, decl, node.declarators[0].type)
        return _unannotated(function)
    if not isinstance(type_, n.TypeRef):
        return f"returns `{decl.text_of(type_)}`", _is_simple(type_)
    if type_.name not in {"Promise", "PromiseLike"} or len(type_.args) != 1:
        if _is_status(ctx, declared, type_) == "yes":
            return f"returns a bare `{decl.text_of(type_)}`, not a promise", True
        return f"returns `{decl.text_of(type_)}`", type_.name in _NEVER or type_.name == "Promise"
    answer = _is_status(ctx, declared, type_.args[0])
    if answer == "yes":
        return None, True
    return f"returns `{decl.text_of(type_)}`", answer == "no"


def _annotated_variable(
    ctx: Context, declared: Declared, decl: Decl, type_: n.Type
) -> tuple[str | None, bool]:
    if isinstance(type_, n.TypeFunction) and isinstance(type_.result, n.TypeRef):
        result = type_.result
        if result.name == "Promise" and result.args and _is_status(ctx, declared, result.args[0]) == "yes":
            return None, True
    return f"is a `{decl.text_of(type_)}`", False


def _is_simple(type_: n.Type) -> bool:
    return isinstance(type_, n.TypeLiteral)


def _is_status(ctx: Context, declared: Declared, type_: n.Type) -> str:
    """Whether a type is a health status: "yes", "no" or "unknown"."""
    if isinstance(type_, (n.TypeLiteral, n.TypeArray, n.TypeTuple)):
        return "no"
    if isinstance(type_, n.TypeUnion):
        answers = [_is_status(ctx, declared, item) for item in type_.items]
        if type_.op == "&":
            return "yes" if "yes" in answers else "unknown"
        return "yes" if set(answers) == {"yes"} else "no" if set(answers) == {"no"} else "unknown"
    if not isinstance(type_, n.TypeRef):
        return "unknown"
    if type_.name in _NEVER:
        return "no"
    if type_.name == "Readonly" and type_.args:
        return _is_status(ctx, declared, type_.args[0])
    last = type_.name.rpartition(".")[2]
    if last.endswith(_STATUS) or _imported_as(declared.facts, last).endswith(_STATUS):
        return "yes"
    found = qualified(ctx.view, declared.path, declared.facts, type_.name)
    if isinstance(found, tuple):
        node = found.decl.node
        if isinstance(node, n.InterfaceDecl):
            return "yes" if any(_named_status(base) for base in node.extends) else "unknown"
        if isinstance(node, n.TypeAlias) and found.decl is not declared.decl:
            return _is_status(ctx, found, node.value)
    return "unknown"


def _named_status(type_: n.Type) -> bool:
    return isinstance(type_, n.TypeRef) and type_.name.rpartition(".")[2].endswith(_STATUS)


def _imported_as(facts: FileFacts, local: str) -> str:
    """The exporter's name of an imported binding."""
    for item in facts.imports:
        for bound in item.names:
            if bound.local == local:
                return bound.imported
    return ""


def _unannotated(function: n.Function) -> tuple[str | None, bool]:
    """What a function without a return type returns, as far as its body shows."""
    values = list(returned_values(function))
    kinds = {_kind_of(value) for value in values}
    if not values and isinstance(function.body, n.Block) and not _throws_only(function.body):
        return "returns nothing", True
    if kinds and kinds <= {"plain"}:
        return "returns no status", True
    if function.is_async or "promise" in kinds:
        return None, True
    if kinds == {"object"}:
        return "is not asynchronous", True
    return "has no return type", False


def _kind_of(value: n.Expr) -> str:
    while isinstance(value, n.Cast):
        value = value.value
    if isinstance(value, n.Object):
        return "object"
    if isinstance(value, (n.Str, n.Num, n.Template, n.Regex, n.Array)):
        return "plain"
    if isinstance(value, n.Const):
        return "plain"
    if isinstance(value, n.Unary) and value.op in {"!", "typeof", "void"}:
        return "plain"
    if isinstance(value, n.Binary) and value.op in {
        "===",
        "!==",
        "==",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "in",
        "instanceof",
    }:
        return "plain"
    return "other"


def _throws_only(block: n.Block) -> bool:
    return bool(block.stmts) and isinstance(block.stmts[-1], n.Throw)


# Fixes


def _change(ctx: Context, finding: Finding) -> Change | None:
    provider = ctx.view.provider(finding.provider or "")
    file = _health_file(ctx, provider) if provider is not None else None
    if provider is None or file is None:
        return None
    do = finding.data.get("do")
    if do == "export":
        decl = file.facts.decl(finding.key)
        if decl is None or decl.exported:
            return None
        return Change({file.path: (TextEdit(decl.start, decl.start, "export "),)})
    if do == "add":
        return _add(ctx, provider, file)
    return _signature(ctx, provider, file, finding.key) if do == "signature" else None


def _add(ctx: Context, provider: Provider, file: _File) -> Change | None:
    """Append the check of the template, unless its helpers' names are taken."""
    from fourlayer_rules.derive.editing import FileEditor
    from fourlayer_rules.derive.model import build_model
    from fourlayer_rules.templates.health import health_code

    model = build_model(ctx.view, ctx.settings, provider)
    code = health_code(model, file.path)
    taken = {name for decl in file.facts.decls for name in decl.names}
    taken |= {bound.local or "" for item in file.facts.imports for bound in item.names}
    taken -= {_STATUS} if any(name == _STATUS for _, name, _ in code.imports) else set()
    if taken & set(_declared_names(code.text)):
        return None
    editor = FileEditor(file.facts, model.style)
    for specifier, name, type_only in code.imports:
        editor.want(specifier, name, type_only=type_only)
    data = file.facts.text.data
    end = len(data.rstrip())
    editor.replace(end, len(data), editor.local(("\n\n" if end else "") + code.text))
    return Change({file.path: editor.edits()})


def _declared_names(text: str) -> list[str]:
    from fourlayer.syntax.facts import build_facts
    from fourlayer.syntax.text import Text

    facts = build_facts(Text.from_str(text), "ts")
    return [name for decl in facts.decls for name in decl.names]


def _signature(ctx: Context, provider: Provider, file: _File, name: str) -> Change | None:
    """Keep what the function asks as the probe of a check that fits; or just make it asynchronous."""
    decl = file.facts.decl(name)
    function = function_of(decl) if decl is not None else None
    if decl is None or function is None or function.return_type is None or not decl.exported:
        return None
    if sum(name in other.names for other in file.facts.decls) > 1 or function.body is None:
        return None
    declared = Declared(file.path, file.facts, decl)
    if _is_status(ctx, declared, function.return_type) == "yes":
        return _make_async(file, decl, function)
    return _around(ctx, provider, file, decl, function, name)


def _make_async(file: _File, decl: Decl, function: n.Function) -> Change | None:
    if function.return_type is None:
        return None
    span = decl.span(function.return_type)
    start = decl.span(function).start
    if not function.arrow:
        data = file.facts.text.data
        start = data.find(b"function", decl.start, decl.end)
    edits = (
        TextEdit(start, start, "async "),
        TextEdit(span.start, span.start, "Promise<"),
        TextEdit(span.end, span.end, ">"),
    )
    return Change({file.path: edits})


def _around(
    ctx: Context, provider: Provider, file: _File, decl: Decl, function: n.Function, name: str
) -> Change | None:
    from fourlayer_rules.derive.editing import FileEditor
    from fourlayer_rules.derive.model import build_model
    from fourlayer_rules.templates.health import Probe, health_code

    model = build_model(ctx.view, ctx.settings, provider)
    model = model._replace(names=model.names._replace(health_check=name))
    text = decl.text_of(function.return_type) if function.return_type is not None else ""
    if any(not (param.optional or param.default or param.rest) for param in function.params):
        return None
    inner = f"ask{model.pascal}"
    if text in {"Promise<boolean>", "boolean"}:
        body = f'  if (!(await {inner}())) throw new Error("{model.pascal} is not healthy");\n  return 200;\n'
    elif text in {"Promise<void>", "void"}:
        body = f"  await {inner}();\n  return 200;\n"
    else:
        return None
    code = health_code(model, file.path, Probe(body, parameter=""))
    taken = {other for item in file.facts.decls for other in item.names if item is not decl}
    if taken & {*_declared_names(code.text), inner} - {_STATUS}:
        return None
    editor = FileEditor(file.facts, model.style)
    for specifier, wanted, type_only in code.imports:
        editor.want(specifier, wanted, type_only=type_only)
    data = file.facts.text.data
    keyword = data[decl.start : decl.name_span.start]
    if not keyword.startswith(b"export ") or data.count(name.encode(), decl.start, decl.end) != 1:
        return None
    editor.replace(decl.start, decl.start + len(b"export "), "")
    editor.replace(decl.name_span.start, decl.name_span.end, inner)
    end = len(data.rstrip())
    editor.replace(end, len(data), editor.local(f"\n\n{code.text}"))
    return Change({file.path: editor.edits()})


rule = MissingHealthCheck()
