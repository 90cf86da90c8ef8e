"""The fix of unregistered-health-check: `register.ts`, and the port in shared code that it needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Change, Create
from fourlayer.syntax import nodes as n
from fourlayer.syntax.functions import constant_value, function_of
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.health import health_checks
from fourlayer_rules.derive.model import build_model
from fourlayer_rules.derive.shared import Field, import_path, locate, object_fields
from fourlayer_rules.derive.style import import_statement
from fourlayer_rules.derive.symbols import Declared, alike, qualified
from fourlayer_rules.health._entry import (
    Part,
    Port,
    Shape,
    existing_port,
    importable,
    port_folder,
    port_types,
    shape_of,
)
from fourlayer_rules.health._registry import registries

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding, TextEdit
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.derive.health import Check
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.health._registry import Registry

_PORT = "HealthRegistryPort"
_ENTRY = "HealthRegistration"
_STATUS = "HealthStatus"


class _Work(NamedTuple):
    """What the change is made of so far."""

    ctx: Context
    model: ProviderModel
    check: Check
    creates: list[Create]
    editors: dict[str, FileEditor]

    def editor(self, path: str) -> FileEditor | None:
        """The editor of a file that exists and parses."""
        if path not in self.editors:
            facts = self.model.view.facts(path)
            if facts is None or not facts.trusted:
                return None
            self.editors[path] = FileEditor(facts, self.model.style)
        return self.editors[path]

    def change(self) -> Change:
        """Everything at once."""
        edits: dict[str, tuple[TextEdit, ...]] = {
            path: editor.edits() for path, editor in self.editors.items()
        }
        return Change({path: some for path, some in edits.items() if some}, tuple(self.creates))


class _Told(NamedTuple):
    """The values of an entry by role, and what they are imported from (file, names)."""

    values: dict[str, str]
    config: tuple[str, ...]


def change_of(ctx: Context, finding: Finding) -> Change | None:
    """Register the check in `register.ts`; None where something that the registry wants is not at hand."""
    provider = ctx.view.provider(finding.provider or "")
    checks = health_checks(ctx, provider) if provider is not None else ()
    check = next((one for one in checks if one.name == finding.key), None)
    known = registries(ctx)
    if provider is None or check is None or not known or _asks_for_arguments(check):
        return None
    model = build_model(ctx.view, ctx.settings, provider)
    work = _Work(ctx, model, check, [], {})
    return work.change() if _register(work, known[0]) else None


def _asks_for_arguments(check: Check) -> bool:
    function = function_of(check.declared.decl)
    return function is None or any(
        not (param.optional or param.rest or param.default is not None) for param in function.params
    )


def _declares_answer(check: Check) -> bool:
    """Whether a check says what it resolves with."""
    node = check.declared.decl.node
    function = function_of(check.declared.decl)
    typed = isinstance(node, n.VarDecl) and any(item.type is not None for item in node.declarators)
    return typed or (function is not None and function.return_type is not None)


def _register(work: _Work, registry: Registry) -> bool:
    ctx, model = work.ctx, work.model
    shape = shape_of(ctx.view, registry, ctx.settings.symbols.health_registry)
    if shape is None:
        return False
    direct = importable(ctx, model.provider, registry)
    port = existing_port(ctx, model.provider, shape.call) if not direct else None
    if port is not None:
        shape = port.shape
    if (direct or port is not None) and not _declares_answer(work.check):
        return False  # whether the registry takes what is answered cannot be told
    told = _told(work, shape)
    if told is None:
        return False
    path = f"{model.provider.path}/register.ts"
    imports = [
        *([(model.path("config"), name, False) for name in told.config]),
        (work.check.path, work.check.name, False),
    ]
    if direct and registry.kind == "function":
        imports.append((import_path_of(ctx, registry), registry.name, False))
        text = _function(model, "", f"{shape.call}({_arguments(shape, told)})")
    else:
        if direct:
            holder, home = registry.name, import_path_of(ctx, registry)
        elif port is not None:
            holder, home = port.name, port.path
        else:
            created = _create_port(work, registry, shape)
            holder, home = created.name, created.path
        if home != path:
            imports.insert(0, (home, holder, True))
        text = _function(model, f"registry: {holder}", f"registry.{shape.call}({_arguments(shape, told)})")
        if home == path:
            text = _inline_port(work, registry, shape) + "\n" + text
    return _write(work, path, imports, text)


def import_path_of(ctx: Context, registry: Registry) -> str:
    """The file from which the registry is imported: the shared code's index where that exports it."""
    facts = ctx.view.facts(registry.path)
    decl = facts.decl(registry.name) if facts is not None else None
    if facts is None or decl is None:
        return registry.path
    return import_path(ctx.view, Declared(registry.path, facts, decl), registry.name)


def _function(model: ProviderModel, parameter: str, call: str) -> str:
    return f"""\
/** Puts {model.display} on the list of dependencies; while it is down the host is degraded, not unready. */
export function register{model.pascal}({parameter}): void {{
  {call};
}}
"""


def _arguments(shape: Shape, told: _Told) -> str:
    if shape.positional:
        return ", ".join(told.values[part.name] for part in shape.parts)
    lines = "".join(f"    {part.name}: {told.values[part.name]},\n" for part in shape.parts)
    return "{\n" + lines + "  }"


def _write(work: _Work, path: str, imports: list[tuple[str, str, bool]], text: str) -> bool:
    """Create the file, or add to it what it lacks."""
    model = work.model
    if not model.view.exists(path):
        lines: dict[tuple[str, bool], list[str]] = {}
        for target, name, type_only in imports:
            lines.setdefault((model.specifier(target, path), type_only), []).append(name)
        ordered = sorted(lines.items(), key=lambda item: (not item[0][0].startswith(".."), item[0][0]))
        head = "".join(
            import_statement(names, specifier, type_only=type_only) + "\n"
            for (specifier, type_only), names in ordered
        )
        work.creates.append(Create(path, model.style.apply(f"{head}\n{text}")))
        return True
    editor = work.editor(path)
    if editor is None or any(f"register{model.pascal}" in decl.names for decl in editor.facts.decls):
        return False
    for target, name, type_only in imports:
        editor.want(model.specifier(target, path), name, type_only=type_only)
    _append(editor, text)
    return True


def _append(editor: FileEditor, text: str) -> None:
    data = editor.facts.text.data
    end = len(data.rstrip())
    editor.replace(end, len(data), editor.local(("\n\n" if end else "") + text))


# What the registry is told


def _told(work: _Work, shape: Shape) -> _Told | None:
    values: dict[str, str] = {}
    config: list[str] = []
    for part in shape.parts:
        value = _value(work, part, config)
        if value is None:
            return None
        values[part.name] = value
    return _Told(values, tuple(dict.fromkeys(config)))


def _value(work: _Work, part: Part, config: list[str]) -> str | None:
    if part.role == "name":
        return f'"{work.model.folder}"'
    if part.role == "check":
        return f"() => {work.check.name}()"
    if part.role == "required":
        return "false"
    if part.role == "optional":
        return "true"
    if part.role == "schema":
        name = _schema(work)
        config += [name] if name is not None else []
        return name
    enabled = _enabled(work)
    if enabled is None:
        return None
    name, call = enabled
    config.append(name)
    return call if part.type.strip() == "boolean" else f"() => {call}"


def _schema(work: _Work) -> str | None:
    """The schema of the provider's configuration, exported if it is not yet."""
    editor = work.editor(work.model.path("config"))
    if editor is None:
        return None
    found = [decl for decl in editor.facts.decls if _is_object_schema(decl)]
    named = [decl for decl in found if "config" in (decl.name or "").lower()]
    best = next(iter(named or found), None)
    if best is None or best.name is None:
        return None
    if not any(best.name in (export.local, export.name) for export in editor.facts.exports):
        editor.replace(best.start, best.start, "export ")
    return best.name


def _is_object_schema(decl: Decl) -> bool:
    value = constant_value(decl) if decl.kind == "variable" else None
    return value is not None and "object(" in decl.text_of(value) and "parse(" not in decl.text_of(value)


def _enabled(work: _Work) -> tuple[str, str] | None:
    """The function of the configuration that tells whether the provider is on, and how it is asked.

    One that is there, a flag of the loaded configuration, else a function that is added.
    """
    model = work.model
    editor = work.editor(model.path("config"))
    if editor is None:
        return None
    wanted = f"is{model.pascal}Enabled"
    public = {export.name for export in editor.facts.exports}
    for decl in editor.facts.decls:
        name = decl.name or ""
        function = function_of(decl) if name in public else None
        if function is not None and alike(name) in {alike(wanted), "isenabled"} and not _needs(function):
            return name, f"{name}()"
    api = model.config
    if api is not None and not api.asynchronous and _has_flag(editor.facts):
        return api.loader, f"{api.loader}().enabled"
    if wanted in {name for decl in editor.facts.decls for name in decl.names}:
        return None
    _add_enabled(editor, model, wanted)
    return wanted, f"{wanted}()"


def _needs(function: n.Function) -> bool:
    return any(not (param.optional or param.rest or param.default is not None) for param in function.params)


def _has_flag(facts: FileFacts) -> bool:
    """Whether the configuration's schema has a boolean `enabled`."""
    from fourlayer.syntax.facts import walk

    return any(
        isinstance(node, n.Prop)
        and node.key == "enabled"
        and any(
            word in decl.text_of(node.value)
            for word in ("boolean(", "stringbool(", '=== "true"', "=== 'true'")
        )
        for decl in facts.decls
        if _is_object_schema(decl)
        for node in walk(decl.node)
    )


def _add_enabled(editor: FileEditor, model: ProviderModel, name: str) -> None:
    variable = f"{model.provider.env_prefix}_ENABLED"
    validation = model.conventions.conventions.validation
    editor.want(validation, "z")
    text = f"""\
/** Whether this process hosts {model.display}: it does unless {variable} is "false". */
export function {name}(env: NodeJS.ProcessEnv = process.env): boolean {{
  return z.enum(["true", "false"]).default("true").parse(env["{variable}"] || undefined) === "true";
}}
"""
    _append(editor, text)


# The port


def _create_port(work: _Work, registry: Registry, shape: Shape) -> Port:
    """A port in shared code, published by its index; in `register.ts` itself where there is none."""
    view, model = work.ctx.view, work.model
    own = f"{model.provider.path}/register.ts"
    folder = port_folder(view, model.provider)
    if folder is None:
        return Port(_PORT, own, shape)
    names = ("healthRegistry", "healthRegistryPort", "integrationHealthRegistry")
    paths = (f"{folder}/{name}.ts" for name in names)
    path = next((one for one in paths if not view.exists(one)), None)
    if path is None:
        return Port(_PORT, own, shape)
    work.creates.append(Create(path, model.style.apply(_port_text(work, registry, shape, path))))
    index = f"{folder}/index.ts"
    editor = work.editor(index) if view.exists(index) else None
    if editor is None:
        return Port(_PORT, path, shape)
    specifier = model.specifier(path, index)
    listed = ", ".join(sorted([_PORT] if shape.positional else [_ENTRY, _PORT]))
    data = editor.facts.text.data
    end = len(data.rstrip())
    line = f'export type {{ {listed} }} from "{specifier}";\n'
    editor.replace(end, len(data), editor.local(("\n" if end else "") + line))
    return Port(_PORT, index, shape)


def _port_text(work: _Work, registry: Registry, shape: Shape, path: str) -> str:
    model = work.model
    status, home = _status(work, shape)
    types, zod = port_types(work.ctx.view, registry, shape, status)
    head = ""
    if zod:
        head += import_statement(zod, "zod", type_only=True) + "\n"
    if home is not None and home != path:
        head += (
            ("\n" if head else "")
            + import_statement([status], model.specifier(home, path), type_only=True)
            + "\n"
        )
    return (head + "\n" if head else "") + _port_declarations(shape, types)


def _inline_port(work: _Work, registry: Registry, shape: Shape) -> str:
    types, _ = port_types(
        work.ctx.view,
        registry,
        shape._replace(
            parts=tuple(part._replace(type="") if part.role == "schema" else part for part in shape.parts)
        ),
        "object",
    )
    return _port_declarations(shape, types)


def _port_declarations(shape: Shape, types: dict[str, str]) -> str:
    note = "/** The part of the host's health registry that a provider needs; the host hands its own in. */\n"
    if shape.positional:
        params = ", ".join(f"{part.name}: {types[part.name]}" for part in shape.parts)
        return f"{note}export interface {_PORT} {{\n  {shape.call}({params}): void;\n}}\n"
    lines = "".join(f"  {part.name}: {types[part.name]};\n" for part in shape.parts)
    entry = (
        f"/** What a provider tells the process that hosts it. */\nexport interface {_ENTRY} {{\n{lines}}}\n"
    )
    return f"{entry}\n{note}export interface {_PORT} {{\n  {shape.call}(entry: {_ENTRY}): void;\n}}\n"


def _status(work: _Work, shape: Shape) -> tuple[str, str | None]:
    """The type that a check in the port resolves with, and the file of shared code that declares it.

    The registry's own words where they are plain and fit what the check returns; else the shared type that
    it returns; else any object.
    """
    view, declared = work.ctx.view, work.check.declared
    function = function_of(declared.decl)
    type_ = function.return_type if function is not None else None
    inner = type_.args[0] if isinstance(type_, n.TypeRef) and type_.name == "Promise" and type_.args else None
    name = inner.name if isinstance(inner, n.TypeRef) else ""
    found = qualified(view, declared.path, declared.facts, name) if name else None
    if not isinstance(found, tuple):
        return "object", None
    shared = locate(view, work.model.provider, _STATUS)
    if shared is not None and (found.path, found.decl.name) == (shared.path, shared.decl.name):
        return _STATUS, shared.path
    words = next((part.type for part in shape.parts if part.role == "check"), "")
    return _plain_status(words, object_fields(view, found) or ()), None


def _plain_status(words: str, returned: tuple[Field, ...]) -> str:
    """`{ status: string }` of `() => Promise<{ status: string }>`, where what is returned has all of it."""
    match = re.fullmatch(r"\(\)\s*=>\s*Promise<(\{[^{}]*\})>", words.strip())
    if match is None:
        return "object"
    types = {field.name: field.type for field in returned if not field.optional}
    for wanted in filter(None, (part.strip() for part in re.split(r"[;,]", match.group(1).strip("{} \n")))):
        name, _, type_ = (part.strip() for part in wanted.partition(":"))
        own = types.get(name.removesuffix("?"), "")
        literal = type_ == "string" and re.fullmatch(r"""(?:\|?\s*["'][^"']*["']\s*)+""", own) is not None
        if not (own == type_ and type_ in _PLAIN) and not literal:
            return "object"
    return match.group(1)


_PLAIN = frozenset({"boolean", "number", "string"})
