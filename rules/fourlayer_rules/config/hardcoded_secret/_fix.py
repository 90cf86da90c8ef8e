"""Replaces a credential by a required setting of `config.ts`; its text is left behind nowhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Change, FixPlan, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.config._config_file import (
    Setting,
    add_setting,
    config_file,
    environment_of,
    reader,
)
from fourlayer_rules.config._documented import example_files, insertion, is_documented
from fourlayer_rules.config._schema import literal_of, parse_calls
from fourlayer_rules.config.hardcoded_secret._judge import Called, called_of
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.secret_names import words_of
from fourlayer_rules.derive.settings import env_key, screaming
from fourlayer_rules.derive.style import style_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.config._config_file import ConfigFile

_KIND = "read-from-config"
_SCHEME = re.compile(r"^(?:Bearer|Basic|Token|Bot)\s+")
_NAMELESS = frozenset(
    {"authorization", "bearer", "token", "auth", "key", "credential", "credentials", "secret"}
)


class _Spot(NamedTuple):
    """A literal that holds a credential, and the expression that goes with it."""

    facts: FileFacts
    decl: Decl
    node: n.Str
    whole: n.Expr
    called: Called
    variable: str
    key: str


def plans(ctx: Context, finding: Finding) -> Iterator[FixPlan]:
    """The one fix, where it can be made."""
    spot = _spot(ctx, finding)
    if spot is not None and edits(ctx, finding) is not None:
        yield FixPlan(_KIND, f"Read `{spot.variable}` through config.ts instead", "unsafe", "workspace")


def edits(ctx: Context, finding: Finding) -> Change | None:
    """The change; None where the place or the form of the configuration does not allow it."""
    provider = ctx.view.provider_of(finding.path)
    spot = _spot(ctx, finding)
    if spot is None or provider is None or ctx.settings.conventions.validation != "zod":
        return None
    if finding.path == f"{provider.path}/config.ts":
        changes = _in_config(ctx, finding, spot)
    else:
        changes = _elsewhere(ctx, provider, finding, spot)
    if changes is None:
        return None
    changes.update(_documented(ctx, finding.path, spot.variable))
    return Change(changes)


def _spot(ctx: Context, finding: Finding) -> _Spot | None:
    provider = ctx.view.provider_of(finding.path)
    facts = ctx.view.facts(finding.path)
    decl = facts.decl_at(finding.span.start) if facts is not None else None
    if facts is None or decl is None or not decl.trusted or provider is None:
        return None
    for node in walk(decl.node):
        if not isinstance(node, n.Str) or decl.span(node) != finding.span:
            continue
        called = called_of(facts, decl, scopes_of(decl), node)
        if called is None or called.how in {"signer", "setting"}:
            return None
        variable, key = _names(provider, called)
        return _Spot(facts, decl, node, _whole(decl, node), called, variable, key)
    return None


def _whole(decl: Decl, node: n.Str) -> n.Expr:
    """The literal with the casts around it, and the variable that it stands in for."""
    whole: n.Expr = node
    while True:
        parent = decl.parent(whole)
        if isinstance(parent, n.Cast) or (
            isinstance(parent, n.Binary) and parent.op in {"??", "||"} and parent.right is whole
        ):
            whole = parent
        else:
            return whole


def _names(provider: Provider, called: Called) -> tuple[str, str]:
    """The variable and the key of the setting that takes the credential's place."""
    prefix = provider.env_prefix
    if re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", called.name):
        variable = called.name
        if called.how != "fallback" and not variable.startswith(f"{prefix}_"):
            variable = f"{prefix}_{variable}"
        return variable, env_key(prefix, variable)
    words = words_of(called.name)
    own = words_of(provider.pascal)
    if words[: len(own)] == own and len(words) > len(own):
        words = words[len(own) :]
    if words and words[0] == "x":
        words = words[1:]
    if len(words) == 1 and words[0] in _NAMELESS:
        words = ["api", "token"] if words[0] != "secret" else ["client", "secret"]
    key = words[0] + "".join(word.capitalize() for word in words[1:]) if words else "apiToken"
    return f"{prefix}_{screaming(key)}", key


# In config.ts itself


def _in_config(ctx: Context, finding: Finding, spot: _Spot) -> dict[str, tuple[TextEdit, ...]] | None:
    """Let the schema complain where the variable is missing."""
    decl, node = spot.decl, spot.node
    parent = decl.parent(node)
    if isinstance(parent, n.Call) and isinstance(parent.callee, n.Member):
        if parent.callee.name not in {"default", "prefault"}:
            return None
        start = decl.span(parent.callee.object).end
        return {finding.path: (TextEdit(start, decl.span(parent).end, ""),)}
    holder = decl.parent(spot.whole)
    if not isinstance(holder, n.Prop) or holder.value is not spot.whole:
        return None
    for call in parse_calls(ctx.view, finding.path, spot.facts):
        literal = literal_of(call.place, call.value)
        if literal is None or holder not in literal[1].props:
            continue
        span = decl.span(spot.whole)
        if isinstance(spot.whole, n.Binary):
            text = decl.text_of(spot.whole.left)
        else:
            function = function_of(decl)
            source = environment_of(literal[0], literal[1], function.params if function is not None else ())
            text = f"{source}.{spot.variable}"
        return {finding.path: (TextEdit(span.start, span.end, text),)}
    return None


# In another file of the provider


def _elsewhere(
    ctx: Context, provider: Provider, finding: Finding, spot: _Spot
) -> dict[str, tuple[TextEdit, ...]] | None:
    config = config_file(ctx.view, provider)
    if config is None or config.form == "plain":
        return None
    editor = FileEditor(spot.facts, style_of(ctx.view, [finding.path]))
    key = config.key_of(spot.variable)
    changes: dict[str, tuple[TextEdit, ...]] = {}
    if key is None:
        if spot.key in config.taken():
            return None
        config_editor = FileEditor(config.facts, style_of(ctx.view, [config.path]))
        setting = Setting(spot.key, spot.variable, "z.string().min(1)", "string", "")
        key = add_setting(config_editor, config, setting)
        if key is None:
            return None
        changes[config.path] = config_editor.edits()
    elif re.search(r"optional|nullish|default", config.schema_text(key, spot.variable) or "optional"):
        return None
    if not _replaced(ctx, config, editor, finding.path, spot, key):
        return None
    changes[finding.path] = editor.edits()
    return changes


def _replaced(ctx: Context, config: ConfigFile, editor: FileEditor, path: str, spot: _Spot, key: str) -> bool:
    """Read the setting in place of the literal, or wherever the constant is read that holds it."""
    value = _SCHEME.match(spot.node.value)
    scheme = value[0] if value is not None else ""
    held = reader(ctx.view, config, path, spot.facts, spot.decl, spot.node)
    if held is not None:
        start, end = spot.decl.span(spot.whole)
        editor.replace(start, end, _read(f"{held[0]}.{key}", scheme))
        if held[1]:
            editor.want(ctx.view.specifier_for(config.path, path), config.loader)
        return True
    return _constant(ctx, config, editor, path, spot, key, scheme)


def _read(text: str, scheme: str) -> str:
    return f"`{scheme}${{{text}}}`" if scheme else text


def _constant(
    ctx: Context, config: ConfigFile, editor: FileEditor, path: str, spot: _Spot, key: str, scheme: str
) -> bool:
    """A constant of the file goes: each of its uses reads the setting when it runs."""
    root, decl = spot.decl.node, spot.decl
    if not isinstance(root, n.VarDecl) or len(root.declarators) != 1 or decl.exported or root.kind != "const":
        return False
    target = root.declarators[0].target
    if root.declarators[0].init is not spot.whole or not isinstance(target, n.Name):
        return False
    if any(export.local == target.name for export in spot.facts.exports):
        return False
    imported = False
    for other in spot.facts.all_decls():
        if other is decl or target.name.encode() not in other.data or other.kind == "import":
            continue
        for use in scopes_of(other).free.get(target.name, ()):
            held = reader(ctx.view, config, path, spot.facts, other, use)
            if held is None or any(isinstance(around, n.Type) for around in other.ancestors(use)):
                return False
            parent = other.parent(use)
            text = _read(f"{held[0]}.{key}", scheme)
            shorthand = isinstance(parent, n.Prop) and parent.shorthand
            start, end = other.span(use)
            editor.replace(start, end, f"{target.name}: {text}" if shorthand else text)
            imported = imported or held[1]
    editor.remove_statement(decl.start, decl.end)
    if imported:
        editor.want(ctx.view.specifier_for(config.path, path), config.loader)
    return True


# .env.example


def _documented(ctx: Context, path: str, variable: str) -> dict[str, tuple[TextEdit, ...]]:
    """Name the variable in the example file, without a value."""
    files = example_files(ctx.view, path, ctx.settings.workspace.allowed_consumers)
    if not files or is_documented(files, variable):
        return {}
    at, text = insertion(files[0].data, variable, "")
    return {files[0].path: (TextEdit(at, at, text),)}
