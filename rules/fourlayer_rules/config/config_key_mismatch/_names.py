"""The variables that a file reads, and those among them that no example file names."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Finding
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.config._documented import WELL_KNOWN, example_files, is_documented
from fourlayer_rules.config._env import constant, env_uses
from fourlayer_rules.config._schema import literal_of, shape_of
from fourlayer_rules.derive.env import is_env

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.span import Span
    from fourlayer_rules.config._schema import ParseCall

_ID = "config-key-mismatch"


class Named(NamedTuple):
    """A variable where a file names it first. `span` is the name's; `value` its default, if it is known."""

    name: str
    span: Span
    scope: str
    value: str


def undocumented(
    ctx: Context, path: str, facts: FileFacts, provider: Provider | None, calls: Iterable[ParseCall]
) -> Iterator[Finding]:
    """Report each variable that the workspace's example files lack; none where there are no such files."""
    found = list(named_variables(ctx.view, path, facts, calls))
    if not found:
        return
    files = example_files(ctx.view, path, ctx.settings.workspace.allowed_consumers)
    if not files:
        return
    ignored: tuple[str, ...] = getattr(ctx.options, "ignore_names", ())
    for one in found:
        if one.name in WELL_KNOWN or one.name.startswith("npm_"):
            continue
        if any(fnmatchcase(one.name, pattern) for pattern in ignored) or is_documented(files, one.name):
            continue
        if provider is not None and _is_told_elsewhere(ctx.view, provider, path, one.name):
            continue
        yield Finding(
            rule=_ID,
            path=path,
            span=one.span,
            message=(
                f"`{one.name}` is not in {files[0].path}: who sets up an environment cannot know that "
                "the provider reads it."
            ),
            help=f"Add `{one.name}=` to {files[0].path}.",
            scope=one.scope,
            key=one.name,
            provider=provider.name if provider is not None else None,
            data={"side": "example", "near": None, "file": files[0].path},
        )


def named_variables(view: View, path: str, facts: FileFacts, calls: Iterable[ParseCall]) -> Iterator[Named]:
    """The variables of a file, each once: read, taken apart, asked of a helper, or a schema's keys."""
    seen: set[str] = set()
    for one in (*_read(view, path, facts), *_asked(view, path, facts), *_fed(path, calls)):
        if one.name not in seen and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", one.name):
            seen.add(one.name)
            yield one


def _read(view: View, path: str, facts: FileFacts) -> Iterator[Named]:
    from fourlayer_rules.derive.env import read_of

    for use in env_uses(view, path, facts):
        if use.name is None:
            continue
        span = use.decl.span(use.node)
        value = ""
        if isinstance(use.node, n.Member):
            start = use.decl.start + use.node.name_start
            span = span._replace(start=start)
        elif isinstance(use.node, n.Index):
            span = use.decl.span(use.node.index)
        if isinstance(use.node, (n.Member, n.Index)):
            value = _plain(read_of(use.decl, use.node, use.name).default)
        yield Named(use.name, span, use.decl.qualified_name, value)


def _plain(default: str | None) -> str:
    text = (default or "").strip('"')
    return text if re.fullmatch(r"[\w.:/@+-]*", text) else ""


def _asked(view: View, path: str, facts: FileFacts) -> Iterator[Named]:
    """`requireEnv("NAME")`: a function that takes a variable's name, of this file or another."""
    helpers = _helpers(view, path, facts)
    for decl in facts.all_decls():
        if decl.kind in {"import", "class"} or not decl.trusted or not _may_ask(decl, helpers):
            continue
        for node in walk(decl.node):
            if not isinstance(node, n.Call) or not node.args:
                continue
            callee = node.callee
            name = callee.name if isinstance(callee, (n.Name, n.Member)) else ""
            position = helpers.get(name) if isinstance(callee, n.Name) else None
            if position is None and not (isinstance(callee, n.Name) and _is_helper_name(name)):
                continue
            arg = node.args[position or 0] if len(node.args) > (position or 0) else None
            text = constant(view, path, facts, scopes_of(decl), arg) if arg is not None else None
            screaming = text is not None and re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", text)
            if arg is not None and text is not None and (position is not None or screaming):
                yield Named(text, decl.span(arg), decl.qualified_name, "")


def _may_ask(decl: Decl, helpers: dict[str, int]) -> bool:
    data = decl.data
    return b"env" in data or b"Env" in data or any(name.encode() in data for name in helpers)


def _is_helper_name(name: str) -> bool:
    return (
        re.fullmatch(r"env|(get|read|require|required|optional|must)\w*Env\w*|env[A-Z]\w*", name) is not None
    )


def _helpers(view: View, path: str, facts: FileFacts) -> dict[str, int]:
    """Functions of the file that read the variable which a parameter names, with its position."""
    found: dict[str, int] = {}
    for use in env_uses(view, path, facts):
        index = use.node.index if isinstance(use.node, n.Index) else None
        binding = scopes_of(use.decl).binding(index) if index is not None and use.name is None else None
        if binding is None or not isinstance(binding.owner, n.Param) or binding.path != ():
            continue
        for around in use.decl.ancestors(use.node):
            if isinstance(around, n.Function) and binding.owner in around.params:
                name = around.name or use.decl.name
                if name is not None:
                    found[name] = around.params.index(binding.owner)
    return found


def schema_default(calls: Iterable[ParseCall], path: str, span: Span) -> str:
    """What a schema's key takes where the variable at a place, which is handed to it, is missing."""
    for call in calls:
        found = literal_of(call.place, call.value)
        if found is None or found[0].path != path:
            continue
        start = found[0].decl.start
        for prop in found[1].props:
            if isinstance(prop, n.Prop) and start + prop.start <= span.start < start + prop.end and prop.key:
                shape = shape_of(call.place, call.schema)
                field = shape.fields.get(prop.key) if shape is not None else None
                return _default_of(field.prop.value) if field is not None else ""
    return ""


def _fed(path: str, calls: Iterable[ParseCall]) -> Iterator[Named]:
    """The keys of schemas that parse the environment itself."""
    for call in calls:
        scopes = scopes_of(call.place.decl)
        if not is_env(scopes, call.value, call.place.facts):
            continue
        shape = shape_of(call.place, call.schema)
        for field in shape.fields.values() if shape is not None else ():
            value = _default_of(field.prop.value)
            if field.place.path == path:
                start = field.place.decl.start + field.prop.start
                end = field.place.decl.start + field.prop.key_end
                span = field.place.decl.span(field.prop)._replace(start=start, end=end)
                yield Named(field.name, span, field.place.decl.qualified_name, value)
            else:
                span = call.place.decl.span(call.schema)
                yield Named(field.name, span, call.place.decl.qualified_name, value)


def _default_of(schema: n.Expr) -> str:
    """The literal in `.default(...)` as a variable would hold it."""
    while isinstance(schema, n.Call) and isinstance(schema.callee, n.Member):
        if schema.callee.name == "default" and schema.args:
            value = schema.args[0]
            if isinstance(value, n.Num):
                return _plain(value.text.replace("_", ""))
            if isinstance(value, (n.Str, n.Const)):
                return _plain(str(value.value))
            return ""
        schema = schema.callee.object
    return ""


def _is_told_elsewhere(view: View, provider: Provider, path: str, name: str) -> bool:
    """Whether another file of the provider, which comes first, reads the variable too."""
    config = f"{provider.path}/config.ts"
    if path == config:
        return False
    for other in (config, *(file for file in provider.files if file < path and file != config)):
        if other not in provider.files or view.is_test(other):
            continue
        data = view.read(other)
        if data is None or name.encode() not in data:
            continue
        from fourlayer_rules.config._schema import parse_calls

        facts = view.facts(other)
        if facts is not None and any(
            one.name == name for one in named_variables(view, other, facts, parse_calls(view, other, facts))
        ):
            return True
    return False
