"""Moves a variable into `config.ts`: schema and load function there, a read of the setting here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, FixPlan
from fourlayer.syntax import nodes as n
from fourlayer_rules.config._config_file import Setting, add_setting, config_file, reader
from fourlayer_rules.config._env import env_uses
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.env import read_of, schema_of
from fourlayer_rules.derive.settings import env_key
from fourlayer_rules.derive.style import style_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import FileFacts
    from fourlayer_rules.config._config_file import ConfigFile
    from fourlayer_rules.config._env import EnvUse
    from fourlayer_rules.derive.env import EnvRead

_KIND = "move-to-config"


def plans(ctx: Context, finding: Finding) -> Iterator[FixPlan]:
    """The one fix, where it can be made."""
    if edits(ctx, finding) is not None:
        yield FixPlan(_KIND, f"Move `{finding.key}` into config.ts", "unsafe", "workspace", preferred=True)


def edits(ctx: Context, finding: Finding) -> Change | None:
    """The change; None where the variable, the configuration's form or the place do not allow it."""
    view = ctx.view
    provider = view.provider_of(finding.path)
    facts = view.facts(finding.path)
    if provider is None or facts is None or ctx.settings.conventions.validation != "zod":
        return None
    use = next((one for one in env_uses(view, finding.path, facts) if _is_at(one, finding)), None)
    if use is None or use.name is None or use.kind != "read" or not use.native:
        return None
    if not isinstance(use.node, (n.Member, n.Index)) or not re.fullmatch(r"[A-Za-z_]\w*", use.name):
        return None
    if not view.exists(f"{provider.path}/config.ts"):
        return _created(ctx, provider, finding)
    config = config_file(view, provider)
    if config is None:
        return None
    return _moved(ctx, provider, config, finding.path, facts, use, read_of(use.decl, use.node, use.name))


def _is_at(use: EnvUse, finding: Finding) -> bool:
    return use.decl.span(use.node) == finding.span


def _created(ctx: Context, provider: Provider, finding: Finding) -> Change | None:
    """Create `config.ts` from the template, which takes the provider's variables along."""
    from fourlayer_rules.templates.creation import create

    change = create(ctx.view, ctx.settings, provider, {"config"})
    touched = change.edits.get(finding.path, ()) if change is not None else ()
    covers = any(edit.start <= finding.span.start and finding.span.end <= edit.end for edit in touched)
    return change if covers else None


def _moved(
    ctx: Context,
    provider: Provider,
    config: ConfigFile,
    path: str,
    facts: FileFacts,
    use: EnvUse,
    read: EnvRead,
) -> Change | None:
    view = ctx.view
    held = reader(view, config, path, facts, use.decl, use.node)
    if held is None:
        return None
    source, imported = held
    changes = {}
    key = config.key_of(read.name)
    if key is not None:
        whole = _fits(config.schema_text(key, read.name), read)
        if whole is None:
            return None
    else:
        whole = True
        config_editor = FileEditor(config.facts, style_of(view, [config.path]))
        key = add_setting(config_editor, config, _setting(provider, config, read))
        if key is None:
            return None
        changes[config.path] = config_editor.edits()
    editor = FileEditor(facts, style_of(view, [path]))
    if imported:
        editor.want(view.specifier_for(config.path, path), config.loader)
    start, end = read.whole if whole else read.read
    editor.replace(start, end, f"{source}.{key}")
    changes[path] = editor.edits()
    return Change(changes)


def _fits(schema: str | None, read: EnvRead) -> bool | None:
    """Whether a setting that is there already replaces the whole expression (else the bare read)."""
    text = schema or ""
    converted = "coerce" in text or "transform" in text or "stringbool" in text
    if read.kind == "string":
        return None if converted else "default" in text or (read.required and "optional" not in text)
    if read.kind == "number":
        return True if "coerce.number" in text else None
    return True if converted else None


def _setting(provider: Provider, config: ConfigFile, read: EnvRead) -> Setting:
    key = env_key(provider.env_prefix, read.name)
    if key in config.taken():
        key = env_key("", read.name)
    types = {"number": "number", "flag": "boolean"}
    optional = read.kind != "flag" and read.default is None and not read.required
    type_ = types.get(read.kind, "string") + (" | undefined" if optional and read.kind == "string" else "")
    parent = read.decl.parent(read.node)
    empty = isinstance(parent, n.Binary) and parent.op == "||"
    text = read.decl.text_of(read.node)
    holder = read.node.object if isinstance(read.node, (n.Member, n.Index)) else None
    plain = _whole_text(read)
    if holder is not None and not read.decl.text_of(holder).startswith("process"):
        plain = plain.replace(text, f"process.env.{read.name}", 1)
    return Setting(key, read.name, schema_of(read), type_, plain, empty)


def _whole_text(read: EnvRead) -> str:
    data = read.decl.data
    start, end = read.whole.start - read.decl.start, read.whole.end - read.decl.start
    return data[start:end].decode("utf-8", "replace")
