"""Every place that mentions a top-level name, in its own file and wherever it is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.references import references
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts, Import
    from fourlayer.syntax.span import Span


class Use(NamedTuple):
    """A mention: the innermost declaration around it and its node; None where it is in no lowered code."""

    path: str
    facts: FileFacts
    decl: Decl
    node: n.Node | None

    @property
    def top(self) -> Decl:
        """The top-level declaration around it."""
        return self.decl.owner or self.decl


class Uses:
    """Finds mentions; `blind` are the files in which some may have been missed."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.blind: set[str] = set()

    def of(self, path: str, name: str) -> Iterator[Use]:
        """The mentions of a file's top-level name, its declaration and exports left out; tests are."""
        facts = self._view.facts(path)
        if facts is not None:
            yield from self._local(path, facts, name, None, set())

    def exported(self, path: str, name: str) -> Iterator[Use]:
        """The mentions of a name that a file exports, in the files that import it."""
        yield from self._imported(path, name, None, set())

    def _local(
        self, path: str, facts: FileFacts, name: str, member: str | None, seen: set[tuple[str, str]]
    ) -> Iterator[Use]:
        """Mentions in one file, then in those that it passes the name on to.

        `member` is what is meant of a namespace that the name stands for.
        """
        mentioned = references(facts, name)
        if not mentioned.complete:
            self.blind.add(path)
        for one in mentioned.found:
            if one.form in {"declaration", "export"}:
                continue
            if member is not None and one.member is not None and facts.text.slice(*one.member) != member:
                continue
            use = _use_at(path, facts, one.span)
            if use is not None:
                yield use
        for export in facts.exports:
            own = export.specifier is None and (export.local or export.name) == name
            if own and not export.type_only:
                yield from self._imported(path, export.name, member, seen)

    def _imported(
        self, path: str, public: str, member: str | None, seen: set[tuple[str, str]]
    ) -> Iterator[Use]:
        if (path, public) in seen:
            return
        seen.add((path, public))
        for edge in self._view.importers(path):
            item = edge.import_
            if item.type_only or item.kind in {"mock", "type"} or self._view.is_test(edge.importer):
                continue
            facts = self._view.facts(edge.importer)
            if facts is None:
                self.blind.add(edge.importer)
            elif item.kind == "import":
                yield from self._bound(edge.importer, facts, item, public, member, seen)
            elif item.kind == "export":
                yield from self._passed_on(edge.importer, facts, item, public, member, seen)
            else:
                yield from _dynamic(edge.importer, facts, item, member or public)

    def _bound(
        self,
        path: str,
        facts: FileFacts,
        item: Import,
        public: str,
        member: str | None,
        seen: set[tuple[str, str]],
    ) -> Iterator[Use]:
        for bound in item.names:
            if bound.type_only or bound.local is None:
                continue
            if bound.imported == public:
                yield from self._local(path, facts, bound.local, member, seen)
            elif bound.imported in {"*", "="}:
                yield from self._local(path, facts, bound.local, public, seen)

    def _passed_on(
        self,
        path: str,
        facts: FileFacts,
        item: Import,
        public: str,
        member: str | None,
        seen: set[tuple[str, str]],
    ) -> Iterator[Use]:
        for export in facts.exports:
            if export.stmt != item.stmt or export.type_only:
                continue
            if export.kind == "all" and public != "default":
                yield from self._imported(path, public, member, seen)
            elif export.kind == "namespace":
                yield from self._imported(path, export.name, public, seen)
            elif export.kind == "from" and (export.local or export.name) == public:
                yield from self._imported(path, export.name, member, seen)


def _dynamic(path: str, facts: FileFacts, item: Import, name: str) -> Iterator[Use]:
    """What is taken out of a module object, by its name."""
    decl = facts.decl_at(item.span.start)
    if decl is None:
        return
    for node in walk(decl.node):
        if isinstance(node, n.Name | n.Member) and node.name == name:
            yield Use(path, facts, decl, node)
    for binding in scopes_of(decl).bindings:
        if binding.path == (name,) and binding.name != name:
            yield from (Use(path, facts, decl, use) for use in binding.uses)


def _use_at(path: str, facts: FileFacts, span: Span) -> Use | None:
    decl = facts.decl_at(span.start)
    if decl is None or decl.kind in {"import", "interface", "type"}:
        return None
    start, end = span.start - decl.start, span.end - decl.start
    found: n.Node | None = None
    for node in walk(decl.node):
        if isinstance(node, n.Name) and (node.start, node.end) == (start, end):
            found = node
    return Use(path, facts, decl, found)
