"""The change that creates a provider's files and makes its own code use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.classes import chain_of, member_names
from fourlayer.rule.model import Change, Create, TextEdit
from fourlayer.syntax.text import decode
from fourlayer_rules.derive.dtos import attached_start, referenced
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.model import build_model
from fourlayer_rules.derive.names import KINDS
from fourlayer_rules.derive.symbols import Declared
from fourlayer_rules.templates import render
from fourlayer_rules.templates.adapter import can_render
from fourlayer_rules.templates.types import moved_types

if TYPE_CHECKING:
    from collections.abc import Collection

    from fourlayer.config.settings import Settings
    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.derive.names import Adapter, Kind
    from fourlayer_rules.derive.settings import Removal, Site


def create(view: View, settings: Settings, provider: Provider, kinds: Collection[Kind]) -> Change | None:
    """Create files of some kinds; None where one of them exists or cannot be written."""
    model = build_model(view, settings, provider, kinds)
    if any(view.exists(model.path(kind)) for kind in kinds):
        return None
    if "adapter" in kinds and not can_render(model):
        return None
    creates = tuple(Create(model.path(kind), render(kind, model)) for kind in KINDS if kind in kinds)
    editors = _Editors(model)
    if "config" in kinds:
        _read_settings(model, editors)
        _refresh_health(model, editors)
    if "types" in kinds:
        _move_types(model, editors)
    return Change(editors.edits(), creates)


class _Editors:
    """One editor a file."""

    def __init__(self, model: ProviderModel) -> None:
        self.model = model
        self.by_path: dict[str, FileEditor] = {}

    def of(self, path: str) -> FileEditor:
        """The editor of an existing TypeScript file."""
        if path not in self.by_path:
            facts = self.model.view.facts(path)
            if facts is None:
                raise LookupError(path)
            self.by_path[path] = FileEditor(facts, self.model.style)
        return self.by_path[path]

    def edits(self) -> dict[str, tuple[TextEdit, ...]]:
        """Every file's edits."""
        found = {path: editor.edits() for path, editor in self.by_path.items()}
        return {path: edits for path, edits in found.items() if edits}


# config.ts: the adapter reads it


def _read_settings(model: ProviderModel, editors: _Editors) -> None:
    adapter = model.adapter
    held = _field_name(model, adapter) if adapter is not None else ""
    earliest: int | None = None
    for setting in model.settings:
        for site in setting.sites:
            editor = editors.of(site.path)
            on_instance = site.instance and adapter is not None and site.path == adapter.path
            if not on_instance:
                editor.want(model.specifier(model.path("config"), site.path), model.names.loader)
            reader = f"this.{held}" if on_instance else f"{model.names.loader}()"
            _replace(editor, site, f"{reader}.{setting.key}")
            if on_instance:
                earliest = site.start if earliest is None else min(earliest, site.start)
    if earliest is not None and adapter is not None:
        editor = editors.of(adapter.path)
        editor.want(model.specifier(model.path("config"), adapter.path), model.names.loader)
        _add_field(model, editor, adapter, f"private readonly {held} = {model.names.loader}();", earliest)
    for removal in model.derived.removals:
        _remove_constant(editors.of(removal.path), removal)


def _replace(editor: FileEditor, site: Site, value: str) -> None:
    if site.form == "prefix":
        editor.replace(site.start, site.start, f"{value} ?? ")
    elif site.form == "interpolate":
        editor.replace(site.start, site.end, "${" + value + "}")
    elif site.form == "template":
        rest = site.rest.replace("`", "\\`").replace("${", "\\${")
        editor.replace(site.start, site.end, "`${" + value + "}" + rest + "`" if rest else value)
    else:
        editor.replace(site.start, site.end, value)


def _field_name(model: ProviderModel, adapter: Adapter) -> str:
    """A name that no class of the chain uses."""
    chain = chain_of(model.view, Declared(adapter.path, adapter.facts, adapter.decl))
    taken = {name for link in chain.links for name in member_names(link.decl)}
    names = ("settings", "appConfig", "applicationConfig", "applicationSettings")
    return next((name for name in names if name not in taken), "fourLayerSettings")


def _add_field(model: ProviderModel, editor: FileEditor, adapter: Adapter, text: str, earliest: int) -> None:
    """Add a field after the leading ones, but before the first initialiser that reads it."""
    facts = adapter.facts
    data = facts.text.data
    leading: list[Decl] = []
    for member in adapter.decl.members:
        if (
            member.body_start is not None
            or member.name == "constructor"
            or data[member.end - 1 : member.end] == b"}"
        ):
            break
        if member.start <= earliest < member.end:
            break
        leading.append(member)
    indent = model.style.indent
    if leading:
        end = leading[-1].end
        while data[end : end + 1] == b";":
            end += 1
        line_end = data.find(b"\n", end)
        if line_end > 0 and data[end:line_end].strip().startswith(b"//"):
            end = line_end - (data[line_end - 1 : line_end] == b"\r")
        editor.replace(end, end, editor.local("\n") + indent + editor.local(text))
        return
    first = adapter.decl.members[0]
    start = attached_start(facts, first.start)
    line = data.rfind(b"\n", 0, start) + 1
    gap = "" if first.start <= earliest < first.end and first.body_start is None else "\n"
    editor.replace(line, line, indent + editor.local(text) + editor.local("\n" + gap))


def _remove_constant(editor: FileEditor, removal: Removal) -> None:
    """Remove a constant; a comment right above goes with it unless it heads a group."""
    data = editor.facts.text.data
    line_end = data.find(b"\n", removal.decl.end)
    rest = data[line_end + 1 :].replace(b"\r", b"") if line_end >= 0 else b""
    alone = rest.startswith(b"\n") or not rest
    start = attached_start(editor.facts, removal.decl.start) if alone else removal.decl.start
    editor.remove_statement(start, removal.decl.end)


def _refresh_health(model: ProviderModel, editors: _Editors) -> None:
    """A health check that was created before the configuration, and is still as created, now reads it."""
    path = model.path("health")
    data = model.view.read(path) if "health" not in model.planned else None
    facts = model.view.facts(path) if data is not None else None
    if data is None or facts is None:
        return
    without = build_model(model.view, model.conventions, model.provider, model.planned - {"config"})
    if render("health", without) == decode(data):
        editors.by_path.pop(path, None)
        editors.of(path).replace(0, len(data), render("health", model))


# types.ts: the adapter imports what it declared


def _move_types(model: ProviderModel, editors: _Editors) -> None:
    adapter = model.adapter
    moved = moved_types(model)
    if adapter is None or not moved:
        return
    editor = editors.of(adapter.path)
    specifier = model.specifier(model.path("types"), adapter.path)
    used = referenced(adapter.facts, moved)
    for dto in moved:
        editor.remove_statement(dto.start, dto.end)
        if dto.name in used:
            editor.want(specifier, dto.name, type_only=True)
    public = sorted(dto.name for dto in moved if dto.decl.exported)
    if public:
        last = [decl for decl in adapter.facts.decls if decl.kind == "import"]
        text = f'export type {{ {", ".join(public)} }} from "{specifier}";'
        if last:
            editor.insert(last[-1].end, f"\n{text}")
        else:
            editor.insert(adapter.facts.decls[0].start, f"{text}\n\n")
