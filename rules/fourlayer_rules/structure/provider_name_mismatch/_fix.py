"""Renames an adapter's file, class and provider literal, and whoever names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Change, FixPlan, Rename, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.importers import (
    Renaming,
    Rewritten,
    is_published,
    rename_uses,
    rewrite_importers,
    rewrite_specifiers,
)
from fourlayer_rules.derive.symbols import alike
from fourlayer_rules.structure.provider_name_mismatch._names import Named, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts


class _Renamed(NamedTuple):
    """A change, and the files that name the adapter in a way which it does not reach."""

    change: Change
    left: tuple[str, ...]


def plans(ctx: Context, provider: Provider) -> Iterator[FixPlan]:
    """One for each name that the adapter may get, the likeliest preferred."""
    names = named(ctx, provider)
    preferred = True
    for pascal in names.candidates if names is not None else ():
        renamed = _renamed(ctx, provider, names, pascal) if names is not None else None
        if names is not None and renamed is not None:
            title = _title(ctx, names, pascal, renamed)
            yield FixPlan("rename", title, "unsafe", "workspace", preferred, argument=pascal)
            preferred = False


def change(ctx: Context, provider: Provider, pascal: str) -> Change | None:
    """The change that gives the adapter a Pascal-case name; None where it cannot be made for sure."""
    names = named(ctx, provider)
    if names is None or pascal not in names.candidates:
        return None
    renamed = _renamed(ctx, provider, names, pascal)
    return renamed.change if renamed is not None else None


def _title(ctx: Context, names: Named, pascal: str, renamed: _Renamed) -> str:
    parts: list[str] = []
    if renamed.change.renames:
        parts.append(f"the file to `{renamed.change.renames[0].to.rpartition('/')[2]}`")
    if names.class_name not in (None, f"{pascal}Adapter"):
        parts.append(f"the class to `{pascal}Adapter`")
    if "provider" in names.faults:
        parts.append(f'the provider to "{names.folder}"')
    others = len(renamed.change.edits.keys() - {names.path})
    where = f", in {others} other file{'s' if others > 1 else ''} too" if others else ""
    title = f"Rename {', '.join(parts)}{where}"
    if renamed.left:
        title += f" (check by hand: {', '.join(renamed.left)})"
    elif names.class_name != f"{pascal}Adapter" and is_published(ctx.view, names.path):
        title += " (the package is not private: others may import the old name)"
    return title


def _renamed(ctx: Context, provider: Provider, names: Named, pascal: str) -> _Renamed | None:
    edits: dict[str, dict[Span, TextEdit]] = {}
    left: set[str] = set()
    renames: tuple[Rename, ...] = ()

    def add(path: str, found: tuple[TextEdit, ...] | list[TextEdit]) -> None:
        edits.setdefault(path, {}).update((Span(edit.start, edit.end), edit) for edit in found)

    def take(rewritten: Rewritten) -> None:
        for path, found in rewritten.edits.items():
            add(path, found)
        left.update(rewritten.left)

    wanted = f"{pascal}Adapter"
    if names.class_name not in (None, wanted):
        renaming = Renaming(names.class_name or "", wanted)
        own = rename_uses(names.facts, renaming)
        if own is None:
            return None
        add(names.path, own.edits)
        if own.public:
            take(rewrite_importers(ctx.view, names.path, renaming))
    to = _moved(names.path, wanted)
    if to != names.path:
        if _is_taken(ctx, names.path, to):
            return None
        renames = (Rename(names.path, to),)
        take(rewrite_specifiers(ctx.view, names.path, to))
        left.update(_manifests_naming(ctx, provider, names.path))
    if "provider" in names.faults and names.literal is not None:
        for path, literal in _literals(ctx, provider, names):
            add(path, [literal])
    found = {path: tuple(sorted(each.values())) for path, each in edits.items() if each}
    return _Renamed(Change(found, renames=renames), tuple(sorted(left)))


def _moved(path: str, stem: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/{stem}.{name.rpartition('.')[2]}"


def _is_taken(ctx: Context, path: str, to: str) -> bool:
    """Whether another file has the name already, be it in another case."""
    folder, _, name = to.rpartition("/")
    old = path.rpartition("/")[2]
    return any(one != old and one.lower() == name.lower() for one in ctx.view.children(folder))


def _manifests_naming(ctx: Context, provider: Provider, path: str) -> Iterator[str]:
    """The package files around a provider that name the adapter's file."""
    name = path.rpartition("/")[2].rpartition(".")[0].encode()
    folder = provider.path
    while folder:
        for manifest in (f"{folder}/package.json", f"{folder}/tsconfig.json"):
            data = ctx.view.read(manifest) if ctx.view.exists(manifest) else None
            if data is not None and b"/" + name + b"." in data:
                yield manifest
        folder = folder.rpartition("/")[0]


# The literal


def _literals(ctx: Context, provider: Provider, names: Named) -> Iterator[tuple[str, TextEdit]]:
    """The literal, and where the provider's own code says the same name again."""
    literal = names.literal
    if literal is None:
        return
    yield literal.path, _replaced(ctx, literal.path, literal.span, names.folder)
    if alike(literal.value) in {"", *(alike(one.folder) for one in ctx.view.providers if one != provider)}:
        # Another provider's name: what else says it may well mean that one.
        return
    for path in provider.files:
        data = ctx.view.read(path)
        facts = ctx.view.facts(path) if data is not None and literal.value.encode() in data else None
        for span in _said_again(facts, literal.value) if facts is not None else ():
            if (path, span) != (literal.path, literal.span):
                yield path, _replaced(ctx, path, span, names.folder)


def _replaced(ctx: Context, path: str, span: Span, value: str) -> TextEdit:
    text = ctx.view.text(path)
    quote = text.slice(span.start, span.start + 1) if text is not None else '"'
    return TextEdit(span.start, span.end, f"{quote}{value}{quote}")


def _said_again(facts: FileFacts, value: str) -> Iterator[Span]:
    needle = value.encode()
    for decl in facts.all_decls():
        if not decl.trusted or needle not in decl.data or decl.kind == "import":
            continue
        for node in walk(decl.node):
            if isinstance(node, n.Str) and node.value == value and _names_provider(decl, node):
                yield decl.span(node)
            elif isinstance(node, n.TypeLiteral) and node.text.strip("'\"") == value:
                around = decl.parent(node)
                if isinstance(around, n.TypeProp) and around.name == "provider":
                    yield decl.span(node)


def _names_provider(decl: Decl, node: n.Str) -> bool:
    """`provider: "x"`, `expect(a.provider).toBe("x")`, `a.provider === "x"`, `new SomeError("x", ...)`."""
    around = decl.parent(node)
    if isinstance(around, n.Prop):
        return around.key == "provider" and around.value is node
    if isinstance(around, n.New):
        return isinstance(around.callee, n.Name) and around.callee.name.endswith("Error")
    if isinstance(around, n.Call):
        return any(isinstance(one, n.Member) and one.name == "provider" for one in walk(around.callee))
    if isinstance(around, n.Binary) and around.op in {"===", "!==", "==", "!="}:
        other = around.left if around.right is node else around.right
        return isinstance(other, n.Member) and other.name == "provider"
    return False
