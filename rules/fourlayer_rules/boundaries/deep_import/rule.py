"""deep-import: an import reaches past a public surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.exports import Origin, origin_of, public_names
from fourlayer.rule.model import Change, Finding, FixPlan, Related, TextEdit
from fourlayer.syntax.span import Span
from fourlayer_rules.boundaries._places import is_allowed_consumer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import FileFacts, Import

_KIND = "use-public-surface"


class _Surface(NamedTuple):
    """A public surface that an import reaches past: its `index.ts`, and what it belongs to."""

    entry: str
    owner: str


class DeepImport:
    """Judges the imports of one file, wherever it lies."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report imports into a provider's or the shared code's insides."""
        view = ctx.view
        facts = view.facts(target)
        if facts is None:
            return
        importer = view.provider_of(target)
        for item in facts.imports:
            if not item.trusted or item.kind == "mock":
                continue
            path = view.resolve(item.specifier, target).path
            surface = None if path is None else _passed(ctx, path, target)
            if path is None or surface is None:
                continue
            place = Related("this is the public surface", surface.entry, Span(0, 0))
            yield Finding(
                rule="deep-import",
                path=target,
                span=item.span,
                message=(
                    f"This imports `{path.rpartition('/')[2]}`, which is inside {surface.owner}: what is not "
                    "in its `index.ts` may move or change at any time."
                ),
                help=(
                    f"Import it from `{view.specifier_for(surface.entry, target)}`; "
                    "export it there if others need it."
                ),
                related=(place,) if view.exists(surface.entry) else (),
                key=item.specifier,
                provider=importer.name if importer is not None else None,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Import the same names from the surface; where one is not public, that needs a decision first."""
        fix = _fix(ctx, finding)
        if fix is None:
            return
        if fix.missing:
            names = ", ".join(f"`{name}`" for name in fix.missing)
            yield FixPlan(_KIND, f"Export {names} from {fix.surface.entry} first", "input", "document")
        else:
            yield FixPlan(_KIND, f'Import from "{fix.specifier}"', "safe", "document", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Point the import at the surface, joining an import that is there already."""
        fix = _fix(ctx, finding)
        if fix is None or fix.missing or plan.kind != _KIND:
            return None
        facts = ctx.view.facts(finding.path)
        if facts is None:
            return None
        return Change({finding.path: tuple(_rewritten(ctx.view, facts, fix, finding.path))})


class _Fix(NamedTuple):
    item: Import
    surface: _Surface
    specifier: str
    missing: tuple[str, ...]


def _passed(ctx: Context, path: str, importer: str) -> _Surface | None:
    """The surface between a file and what it imports, when the import does not go through it."""
    view = ctx.view
    provider = view.provider_of(path)
    if provider is not None:
        if view.provider_of(importer) == provider:
            return None
        index = f"{provider.path}/index.ts"
        if path == index or _is_composition(ctx, path, importer):
            return None
        return _Surface(index, f"the `{provider.name}` integration")
    if not view.is_shared(path) or view.is_shared(importer):
        return None
    folder = next(folder for folder in view.shared if path.startswith(folder + "/"))
    index = f"{folder}/index.ts"
    if path == index or not view.exists(index):
        return None
    return _Surface(index, f"the shared `{folder.rpartition('/')[2]}` code")


def _is_composition(ctx: Context, path: str, importer: str) -> bool:
    """Whether a composition root in an allowed consumer loads a provider's `register.ts`."""
    if ctx.view.layer_of(path) != "composition":
        return False
    return is_allowed_consumer(ctx.settings, importer)


def _fix(ctx: Context, finding: Finding) -> _Fix | None:
    view = ctx.view
    facts = view.facts(finding.path)
    if facts is None:
        return None
    item = next((item for item in facts.imports if item.span == finding.span), None)
    if item is None or not _takes_names(item):
        return None
    path = view.resolve(item.specifier, finding.path).path
    surface = None if path is None else _passed(ctx, path, finding.path)
    if path is None or surface is None or not view.exists(surface.entry):
        return None
    public = public_names(view, surface.entry)
    missing = tuple(name.imported for name in item.names if not _same(view, public, path, name.imported))
    return _Fix(item, surface, _public_specifier(ctx, item, surface, finding.path), missing)


def _takes_names(item: Import) -> bool:
    """Whether an import takes single names, so that it could take them from elsewhere."""
    return (
        item.kind in ("import", "export")
        and bool(item.names)
        and all(name.imported not in ("*", "=") for name in item.names)
    )


def _same(view: View, public: Mapping[str, Origin], path: str, name: str) -> bool:
    """Whether the surface exports a name and means the same declaration by it."""
    there = public.get(name)
    here = origin_of(view, path, name)
    if name == "default" or there is None or not isinstance(here, Origin):
        return False
    return there.identity == here.identity


def _public_specifier(ctx: Context, item: Import, surface: _Surface, importer: str) -> str:
    """The surface's specifier in the way the import is written: relative, or by package."""
    view = ctx.view
    if item.specifier.startswith("."):
        return view.specifier_for(surface.entry, importer)
    parts = item.specifier.split("/")
    for end in range(len(parts) - 1, 0, -1):
        for candidate in (
            "/".join(parts[:end]),
            "/".join([*parts[:end], "index.js"]),
            "/".join([*parts[:end], "index"]),
        ):
            if view.resolve(candidate, importer).path == surface.entry:
                return candidate
    return view.specifier_for(surface.entry, importer)


def _rewritten(view: View, facts: FileFacts, fix: _Fix, importer: str) -> Iterator[TextEdit]:
    item = fix.item
    other = next((found for found in facts.imports if _can_join(view, found, item, fix, importer)), None)
    quote = facts.text.slice(item.span.start, item.span.start + 1)
    if other is None:
        yield TextEdit(*item.span, f"{quote}{fix.specifier}{quote}")
        return
    last = max(other.names, key=lambda name: name.span)
    known = {facts.text.slice(*name.span) for name in other.names}
    added = [text for name in item.names if (text := facts.text.slice(*name.span)) not in known]
    if added:
        multiline = facts.text.line_of(other.stmt.start) != facts.text.line_of(last.span.start)
        indent = _indent(facts, last.span.start) if multiline else " "
        yield TextEdit(last.span.end, last.span.end, "".join(f",{indent}{text}" for text in added))
    yield TextEdit(*_with_line(facts, item.stmt), "")


def _can_join(view: View, found: Import, item: Import, fix: _Fix, importer: str) -> bool:
    """Whether the names can be added to an import statement that takes names from the surface already."""
    if found.span == item.span or found.kind != item.kind or found.kind != "import" or not found.trusted:
        return False
    if found.type_only != item.type_only or not found.names:
        return False
    if any(name.imported in ("default", "*", "=") for name in (*found.names, *item.names)):
        return False
    return view.resolve(found.specifier, importer).path == fix.surface.entry


def _indent(facts: FileFacts, offset: int) -> str:
    start = facts.text.line_starts[facts.text.line_of(offset)]
    line = facts.text.slice(start, offset)
    white = line[: len(line) - len(line.lstrip())]
    ending = "\r\n" if facts.text.data[:start].endswith(b"\r\n") else "\n"
    return ending + white


def _with_line(facts: FileFacts, stmt: Span) -> Span:
    """The statement with the line break after it, where it fills its lines."""
    data = facts.text.data
    end = stmt.end
    while data[end : end + 1] in (b" ", b"\t"):
        end += 1
    if data[end : end + 2] == b"\r\n":
        end += 2
    elif data[end : end + 1] in (b"\n", b"\r"):
        end += 1
    return Span(stmt.start, end)


rule = DeepImport()
