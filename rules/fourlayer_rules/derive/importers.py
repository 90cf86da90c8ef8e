"""Rewriting whoever imports a module: an exported name that changes, a file that moves."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.references import mentions, references
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts, Import, ImportedName
    from fourlayer.syntax.span import Span

DEFAULT = "default"


class Rewritten(NamedTuple):
    """The edits of every importer by path, and the importers that could not be rewritten for sure."""

    edits: Mapping[str, tuple[TextEdit, ...]]
    left: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether no importer was left over."""
        return not self.left


class Renaming(NamedTuple):
    """An exported name and what it becomes; of a default export (`DEFAULT`) the name that it gets."""

    old: str
    new: str


class _Found(NamedTuple):
    """What one import comes to: its edits, whether that is surely all, the public names that follow."""

    edits: list[TextEdit]
    sure: bool = True
    public: tuple[Renaming, ...] = ()
    spaces: tuple[str, ...] = ()
    """Names under which the whole module is public from here on (`export * as name`)."""


_UNSURE = _Found([], sure=False)


def rewrite_importers(view: View, path: str, renaming: Renaming) -> Rewritten:
    """Make every importer of a module's exported name take the new one, through re-exports too.

    A name that was default and is re-exported as such stays the re-exporting module's default.
    """
    return _Work(view, path, renaming).run()


def rewrite_specifiers(view: View, path: str, to: str) -> Rewritten:
    """Make every importer of a file name another file of the same folder."""
    edits: dict[str, list[TextEdit]] = {}
    left: set[str] = set()
    for edge in view.importers(path):
        facts = view.facts(edge.importer)
        edit = _moved(facts, edge.import_, path, to) if facts is not None else None
        if edit is None:
            left.add(edge.importer)
        else:
            edits.setdefault(edge.importer, []).append(edit)
    return Rewritten({importer: tuple(items) for importer, items in edits.items()}, tuple(sorted(left)))


def is_published(view: View, path: str) -> bool:
    """Whether people outside the workspace may import a file: its package is not private."""
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        manifest = f"{folder}/package.json" if folder else "package.json"
        data = view.read(manifest)
        if data is None:
            continue
        try:
            return b'"private"' not in data or json.loads(data).get("private") is not True
        except (ValueError, AttributeError, RecursionError):
            return True
    return False


def _moved(facts: FileFacts, item: Import, path: str, to: str) -> TextEdit | None:
    old, new = _stem(path), _stem(to)
    last = item.specifier.rpartition("/")[2]
    if not item.trusted or re.fullmatch(re.escape(old) + r"(\.[mc]?[jt]sx?)?", last) is None:
        return None
    at = facts.text.data.rfind(last.encode(), *item.span)
    return None if at < 0 else TextEdit(at, at + len(old.encode()), new)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


class _Work:
    """Follows a name from module to module; `left` are the files in which something stays as it was."""

    def __init__(self, view: View, path: str, renaming: Renaming) -> None:
        self._view = view
        self._renaming = renaming
        self._edits: dict[str, dict[tuple[int, int], TextEdit]] = {}
        self._left: set[str] = set()
        self._names = [(path, renaming)]
        self._spaces: list[tuple[str, str]] = []

    def run(self) -> Rewritten:
        for path, renaming in self._names:
            for edge in self._view.importers(path):
                self._take(edge.importer, edge.import_, renaming)
        for path, space in self._spaces:
            for edge in self._view.importers(path):
                self._take_space(edge.importer, edge.import_, space)
        edits = {path: tuple(sorted(found.values())) for path, found in self._edits.items() if found}
        return Rewritten(edits, tuple(sorted(self._left)))

    def _take(self, importer: str, item: Import, renaming: Renaming) -> None:
        facts = self._view.facts(importer)
        found = _edits(facts, item, renaming) if facts is not None else _UNSURE
        self._note(importer, found)

    def _take_space(self, importer: str, item: Import, space: str) -> None:
        """An import of a name that stands for the whole module."""
        facts = self._view.facts(importer)
        if facts is None:
            self._left.add(importer)
            return
        for found in item.names:
            if found.imported == space and item.kind == "import" and found.local is not None:
                self._note(importer, _namespace_uses(facts, found.local, self._renaming))
            elif found.imported == space and item.kind == "export":
                self._note(importer, _Found([], spaces=tuple(_public_names(facts, item, found))))
            elif found.imported == "*" and item.kind == "export":
                kinds = {export.kind for export in facts.exports if export.stmt == item.stmt}
                self._note(importer, _Found([], sure="namespace" not in kinds, spaces=(space,)))
            elif found.imported == "*" and self._renaming.old.encode() in facts.text.data:
                self._left.add(importer)

    def _note(self, importer: str, found: _Found) -> None:
        place = self._edits.setdefault(importer, {})
        place.update({(edit.start, edit.end): edit for edit in found.edits})
        if not found.sure:
            self._left.add(importer)
        self._names += [(importer, one) for one in found.public if (importer, one) not in self._names]
        self._spaces += [(importer, one) for one in found.spaces if (importer, one) not in self._spaces]


def _edits(facts: FileFacts, item: Import, renaming: Renaming) -> _Found:
    """What becomes of one import."""
    old = renaming.old
    if item.kind not in ("import", "export") and old.encode() not in facts.text.data:
        return _Found([])
    if not item.trusted:
        return _UNSURE
    if item.kind in ("import", "export"):
        return _default(facts, item, renaming) if old == DEFAULT else _named(facts, item, renaming)
    if item.kind == "mock":
        return _mocked(facts, item, renaming)
    if item.kind == "type":
        return _typed(facts, item, renaming)
    return _dynamic(facts, item, renaming)


# Static imports of a name


def _named(facts: FileFacts, item: Import, renaming: Renaming) -> _Found:
    edits: list[TextEdit] = []
    sure = True
    public: list[Renaming] = []
    spaces: list[str] = []
    for found in item.names:
        if found.imported in {"*", "="}:
            part = _whole(facts, item, found, renaming)
        elif found.imported == renaming.old:
            part = _one(facts, item, found, renaming)
        else:
            continue
        edits += part.edits
        sure = sure and part.sure
        public += part.public
        spaces += part.spaces
    return _Found(edits, sure, tuple(public), tuple(spaces))


def _whole(facts: FileFacts, item: Import, found: ImportedName, renaming: Renaming) -> _Found:
    """`import * as ns`, `export * as ns` and `export *`."""
    if found.local is not None:
        return _namespace_uses(facts, found.local, renaming)
    space = _space(facts, item)
    if space is not None:
        return _Found([], spaces=(space,))
    own = {export.name for export in facts.exports if export.kind != "all"}
    if renaming.old in own:
        return _Found([])
    return _Found([], sure=renaming.new not in own, public=(renaming,))


def _space(facts: FileFacts, item: Import) -> str | None:
    """The name of `export * as name from`."""
    return next(
        (one.name for one in facts.exports if one.stmt == item.stmt and one.kind == "namespace"), None
    )


def _one(facts: FileFacts, item: Import, found: ImportedName, renaming: Renaming) -> _Found:
    """A name in braces, with or without an alias."""
    old, new = renaming
    token = re.compile(rb"(?:type\s+)?([\w$]+)").match(facts.text.data, found.span.start)
    if token is None or token.group(1) != old.encode():
        return _UNSURE
    start, end = token.span(1)
    alias = re.match(rb"\s+as\s+([\w$]+)$", facts.text.data[end : found.span.end])
    if alias is not None:
        return _Found([TextEdit(start, found.span.end if alias.group(1) == new.encode() else end, new)])
    if item.kind == "export":
        if any(export.name == new for export in facts.exports):
            return _Found([TextEdit(start, end, f"{new} as {old}")])
        return _Found([TextEdit(start, end, new)], public=(renaming,))
    uses = rename_uses(facts, renaming)
    if uses is None:
        return _Found([TextEdit(start, end, f"{new} as {old}")])
    return _Found([TextEdit(start, end, new), *uses.edits], public=uses.public)


def rename_uses(facts: FileFacts, renaming: Renaming) -> _Found | None:
    """Rename what a file's top level knows under a name, imports left out.

    None where the new name is taken in the file, or where some mention may mean something else.
    """
    mentioned = references(facts, renaming.old)
    if not mentioned.complete or mentions(facts, renaming.new):
        return None
    public = any(
        one.form == "export" or (one.form == "declaration" and _is_exported(facts, renaming.old))
        for one in mentioned.found
    )
    return _Found(
        [
            TextEdit(
                *one.span,
                f"{renaming.old}: {renaming.new}" if one.form == "shorthand" else renaming.new,
            )
            for one in mentioned.found
        ],
        public=(renaming,) if public else (),
    )


def _is_exported(facts: FileFacts, name: str) -> bool:
    return any(export.name == name and export.kind == "declaration" for export in facts.exports)


def _public_names(facts: FileFacts, item: Import, found: ImportedName) -> Iterator[str]:
    """The names under which a re-exported name is public."""
    for export in facts.exports:
        if export.stmt == item.stmt and found.span.start <= export.span.start < found.span.end:
            yield export.name


def _namespace_uses(facts: FileFacts, local: str, renaming: Renaming) -> _Found:
    """`ns.old` becomes `ns.new`; unsure where the namespace is used as a whole."""
    edits: list[TextEdit] = []
    spaces: list[str] = []
    mentioned = references(facts, local)
    sure = mentioned.complete
    for one in mentioned.found:
        if one.form == "export":
            spaces.append(local)
        elif one.member is None:
            sure = False
        elif facts.text.slice(*one.member) == renaming.old:
            edits.append(TextEdit(*one.member, renaming.new))
    return _Found(edits, sure, spaces=tuple(spaces))


# Static imports of a default


def _default(facts: FileFacts, item: Import, renaming: Renaming) -> _Found:
    edits: list[TextEdit] = []
    sure = True
    space = _space(facts, item) if item.kind == "export" else None
    clause = next((found for found in item.names if _is_default_clause(facts, found)), None)
    for found in item.names:
        if found.imported == "*" and found.local is not None:
            uses = _namespace_uses(facts, found.local, renaming)
            edits += uses.edits
            sure = sure and uses.sure
        elif found.imported == DEFAULT and found is not clause:
            at = found.span.start + facts.text.data[found.span.start : found.span.end].find(b"default")
            edits.append(_renamed_default(facts, found, at, renaming.new))
        elif found.imported == "=":
            sure = False
    if clause is not None:
        edits.extend(_clause(facts, item, clause, renaming.new))
    return _Found(edits, sure, spaces=(space,) if space is not None else ())


def _is_default_clause(facts: FileFacts, found: ImportedName) -> bool:
    """`import X from`, as against `import { default as X } from`."""
    return found.imported == DEFAULT and not facts.text.data[found.span.start :].startswith(b"default")


def _renamed_default(facts: FileFacts, found: ImportedName, at: int, name: str) -> TextEdit:
    """`default as X` inside braces: take `name`, and drop `as X` where X is the name."""
    end = at + len(b"default")
    rest = facts.text.data[end : found.span.end]
    alias = re.match(rb"\s+as\s+([\w$]+)$", rest)
    if alias is not None and alias.group(1) == name.encode():
        return TextEdit(at, found.span.end, name)
    if alias is None:
        # `export { default } from`: the default stays this module's default.
        return TextEdit(at, end, f"{name} as default")
    return TextEdit(at, end, name)


def _clause(facts: FileFacts, item: Import, clause: ImportedName, name: str) -> Iterator[TextEdit]:
    data = facts.text.data
    taken = name if clause.local == name else f"{name} as {clause.local}"
    others = [found for found in item.names if found is not clause]
    if not others:
        yield TextEdit(*clause.span, f"{{ {taken} }}")
        return
    if any(found.imported == "*" for found in others):
        yield TextEdit(clause.span.start, data.index(b"*", clause.span.end), "")
        yield TextEdit(
            item.stmt.end,
            item.stmt.end,
            f"\nimport {{ {taken} }} from {facts.text.slice(*item.span)};",
        )
        return
    brace = data.index(b"{", clause.span.end)
    yield TextEdit(clause.span.start, brace, "")
    between = facts.text.slice(brace + 1, others[0].span.start)
    yield TextEdit(brace + 1, brace + 1, f"{between if chr(10) in between else ' '}{taken},")


# Module objects


def _dynamic(facts: FileFacts, item: Import, renaming: Renaming) -> _Found:
    """Uses of a module object: `.name`, `{ name: x }`, `.then((m) => m.name)`."""
    decl = facts.decl_at(item.span.start)
    call = _call_at(decl, item.span) if decl is not None else None
    if decl is None or call is None:
        return _UNSURE
    return _object_uses(decl, call, renaming)


def _object_uses(decl: Decl, call: n.Call, renaming: Renaming, *, mocking: bool = False) -> _Found:
    """What is taken out of the module object that a call gives; `mocking`: it may be spread into the mock."""
    holder: n.Node = call
    parent = decl.parent(call)
    while isinstance(parent, n.Await | n.Cast):
        holder = parent
        parent = decl.parent(parent)
    if isinstance(parent, n.Member) and parent.object is holder:
        if parent.name == renaming.old:
            return _Found([_member(decl, parent, renaming.new)])
        return _then(decl, parent, renaming) if parent.name == "then" and holder is call else _Found([])
    if isinstance(parent, n.Declarator):
        return _bound_uses(decl, parent, parent.target, renaming, mocking=mocking)
    return _Found([], sure=isinstance(parent, n.ExprStmt) or (mocking and isinstance(parent, n.Spread)))


def _then(decl: Decl, then: n.Member, renaming: Renaming) -> _Found:
    call = decl.parent(then)
    callback = call.args[0] if isinstance(call, n.Call) and call.args else None
    if not isinstance(callback, n.Function) or len(callback.params) != 1:
        return _UNSURE
    return _bound_uses(decl, callback.params[0], callback.params[0].target, renaming)


def _bound_uses(
    decl: Decl, owner: n.Node, target: n.Pattern, renaming: Renaming, *, mocking: bool = False
) -> _Found:
    """Rewrite what is taken out of a module object that a pattern binds."""
    if isinstance(target, n.ObjectPattern):
        return _Found(
            [_taken_out(decl, prop, renaming) for prop in target.props if prop.key == renaming.old],
            sure=target.rest is None,
        )
    if not isinstance(target, n.Name):
        return _UNSURE
    edits: list[TextEdit] = []
    sure = True
    for binding in scopes_of(decl).declared_by(owner):
        for use in binding.uses:
            parent = decl.parent(use)
            if not isinstance(parent, n.Member) or parent.object is not use:
                sure = sure and mocking and isinstance(parent, n.Spread)
            elif parent.name == renaming.old:
                edits.append(_member(decl, parent, renaming.new))
    return _Found(edits, sure)


def _taken_out(decl: Decl, prop: n.PatternProp, renaming: Renaming) -> TextEdit:
    start = decl.start + prop.start
    if prop.target.start == prop.start:
        return TextEdit(start, start, f"{renaming.new}: ")
    return TextEdit(start, start + len(renaming.old.encode()), renaming.new)


def _member(decl: Decl, member: n.Member, name: str) -> TextEdit:
    start = decl.start + member.name_start
    return TextEdit(start, start + len(member.name.encode()), name)


def _call_at(decl: Decl, span: Span) -> n.Call | None:
    """The call that has a string as an argument, be it inside `import(...)` (`vi.mock(import("x"))`)."""
    for node in walk(decl.node):
        if isinstance(node, n.Call) and any(decl.span(arg) == span for arg in node.args):
            around = decl.parent(node)
            inner = isinstance(node.callee, n.Name) and node.callee.name == "import"
            if inner and isinstance(around, n.Call) and around.args[:1] == (node,):
                return around
            return node
    return None


_MOCKING = frozenset({"mock", "doMock", "unmock", "doUnmock"})


def _mocked(facts: FileFacts, item: Import, renaming: Renaming) -> _Found:
    """`vi.mock("x", () => ({ name: ... }))`: rename the key. Without a factory nothing is named."""
    decl = facts.decl_at(item.span.start)
    call = _call_at(decl, item.span) if decl is not None else None
    if decl is None or call is None:
        return _UNSURE
    callee = call.callee
    if not isinstance(callee, n.Member):
        return _UNSURE
    if callee.name not in _MOCKING:
        return _object_uses(decl, call, renaming, mocking=True)
    factory = call.args[1] if len(call.args) > 1 else None
    if not isinstance(factory, n.Function):
        return _Found([], sure=factory is None or isinstance(factory, n.Object))
    edits, sure = _originals(decl, factory, renaming)
    body = _returned(factory)
    if not isinstance(body, n.Object):
        return _Found(edits, sure=False)
    for prop in body.props:
        if isinstance(prop, n.Spread):
            sure = sure and _is_original(decl, prop.value, factory)
        elif prop.key == renaming.old:
            edit = _key(decl, prop, renaming)
            edits += [edit] if edit is not None else []
            sure = sure and edit is not None
    return _Found(edits, sure)


def _originals(decl: Decl, factory: n.Function, renaming: Renaming) -> tuple[list[TextEdit], bool]:
    """What a factory takes out of the module that it is handed (`importOriginal`)."""
    edits: list[TextEdit] = []
    sure = True
    for node in walk(factory):
        if isinstance(node, n.Call) and _calls_param(node, factory):
            uses = _object_uses(decl, node, renaming, mocking=True)
            edits += uses.edits
            sure = sure and uses.sure
    return edits, sure


def _calls_param(node: n.Node, factory: n.Function) -> bool:
    first = factory.params[0].target if factory.params else None
    return (
        isinstance(node, n.Call)
        and isinstance(node.callee, n.Name)
        and isinstance(first, n.Name)
        and node.callee.name == first.name
    )


_ACTUAL = frozenset({"importActual", "requireActual"})


def _is_original(decl: Decl, value: n.Expr, factory: n.Function) -> bool:
    """Whether a value is what the mocked module exports, which it does under the new name from now on."""
    while isinstance(value, n.Await | n.Cast):
        value = value.value
    if isinstance(value, n.Call):
        callee = value.callee
        return _calls_param(value, factory) or (isinstance(callee, n.Member) and callee.name in _ACTUAL)
    binding = scopes_of(decl).binding(value)
    init = binding.value if binding is not None else None
    return init is not None and not isinstance(init, n.Name) and _is_original(decl, init, factory)


def _key(decl: Decl, prop: n.Prop, renaming: Renaming) -> TextEdit | None:
    start = decl.start + prop.start
    if prop.shorthand:
        return TextEdit(start, start, f"{renaming.new}: ")
    key = decl.data[prop.start : prop.key_end].decode("utf-8", "replace").strip("'\"")
    return TextEdit(start, decl.start + prop.key_end, renaming.new) if key == renaming.old else None


def _returned(factory: n.Function) -> n.Expr | None:
    if isinstance(factory.body, n.Block):
        last = factory.body.stmts[-1] if factory.body.stmts else None
        return last.value if isinstance(last, n.Return) else None
    return factory.body


_IN_TYPE = re.compile(rb"\s*\)\s*(?:\.\s*([\w$]+)|\[\s*[\"']([\w$]+)[\"']\s*\])")
_OF_ORIGINAL = re.compile(rb"\b(?:importActual|importMock|importOriginal|requireActual)\s*<\s*typeof\s*$")


def _typed(facts: FileFacts, item: Import, renaming: Renaming) -> _Found:
    """`import("x").name`, `typeof import("x")["name"]`; the module's type as a whole is used in any way."""
    data = facts.text.data
    member = _IN_TYPE.match(data, item.span.end)
    if member is None:
        return _Found(
            [], sure=_OF_ORIGINAL.search(data[max(0, item.stmt.start - 60) : item.stmt.start]) is not None
        )
    group = 1 if member.group(1) is not None else 2
    if member.group(group) != renaming.old.encode():
        return _Found([])
    return _Found([TextEdit(*member.span(group), renaming.new)])
