"""Which tests a provider has: of its adapter or client, and of its errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.layout import is_declaration
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer_rules.derive.testing import asserts, is_test_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import FileFacts, Import
    from fourlayer_rules.templates.tests import TestKind

_HELPER_HOPS = 2
_ACTUAL = (b"importActual", b"importOriginal", b"requireActual", b"spy: true")


class Tested(NamedTuple):
    """What a test is about: its kind and its file."""

    kind: TestKind
    path: str

    @property
    def key(self) -> str:
        """The name of the test that the standard asks for, which identifies the finding."""
        return f"{self.kind}.test.ts"

    @property
    def stem(self) -> str:
        """The file's name without its extension."""
        return _stem(self.path)


def tested(ctx: Context, provider: Provider) -> Iterator[Tested]:
    """What needs a test. Of a file that is absent another rule speaks."""
    client = f"{provider.path}/client.ts"
    subject = provider.adapter or (client if ctx.view.exists(client) else None)
    if subject is not None and not is_declaration(subject):
        yield Tested("adapter", subject)
    errors = f"{provider.path}/errors.ts"
    if ctx.view.exists(errors):
        yield Tested("errors", errors)


def has_test(ctx: Context, provider: Provider, subject: Tested) -> bool:
    """Whether some test of the provider runs, asserts and is about the subject."""
    return any(
        is_test_name(path) and _is_about(ctx, provider, path, subject) and _asserts(ctx, path)
        for path in provider.files
        if ctx.view.is_test(path)
    )


def _asserts(ctx: Context, path: str) -> bool:
    facts = ctx.view.facts(path)
    return facts is not None and asserts(facts)


def _is_about(ctx: Context, provider: Provider, path: str, subject: Tested) -> bool:
    if _is_named(path[len(provider.path) + 1 :], subject):
        return True
    reached = _Reached(ctx, provider, subject)
    return reached.by(path)


def _is_named(relative: str, subject: Tested) -> bool:
    """Whether a test is about the subject by its name: in `__tests__`, or beside the source."""
    folder, _, name = relative.rpartition("/")
    match = re.fullmatch(r"(.+)\.(?:test|spec)\.[cm]?tsx?", name)
    if match is None or folder.rpartition("/")[2] not in {"", "__tests__", "tests", "test"}:
        return False
    named = match[1].removesuffix(".unit")
    return named == subject.stem or (folder != "" and named == subject.kind)


class _Reached:
    """Follows a test's imports to the subject, through the provider's index and through helpers of tests."""

    def __init__(self, ctx: Context, provider: Provider, subject: Tested) -> None:
        self._ctx = ctx
        self._provider = provider
        self._subject = subject
        self._names: frozenset[str] | None = None

    def by(self, path: str, hops: int = 0) -> bool:
        """Whether a file imports the subject for good."""
        view = self._ctx.view
        facts = view.facts(path)
        if facts is None:
            return False
        taken: list[Import] = []
        helpers: list[str] = []
        for item in facts.imports:
            target = self._target(item, path)
            if target == self._subject.path:
                if item.kind == "mock" and not any(word in facts.text.data for word in _ACTUAL):
                    return False
                taken.append(item)
            elif target is not None and target == self._provider.entry:
                taken += [item] if item.kind != "mock" and self._takes(item, facts) else []
            elif target is not None and view.is_test(target) and not is_test_name(target):
                helpers.append(target)
        values = [item for item in taken if item.kind != "mock" and _is_value(item)]
        if values and (self._subject.kind == "adapter" or self._exercises(path, facts, values)):
            return True
        return hops < _HELPER_HOPS and any(self.by(helper, hops + 1) for helper in helpers)

    def _target(self, item: Import, path: str) -> str | None:
        if item.kind in {"export", "type"} or not (
            item.specifier.startswith((".", "#", "@", "~")) or self._provider.folder in item.specifier
        ):
            return None
        return self._ctx.view.resolve(item.specifier, path).path

    def _takes(self, item: Import, facts: FileFacts) -> bool:
        """Whether an import of the public surface takes something of the subject's."""
        if self._names is None:
            shape = self._ctx.view.shape(self._subject.path)
            exports = shape.exports if shape is not None else ()
            self._names = frozenset(export.name for export in exports if not export.type_only)
        bound = {name.imported for name in item.names}
        if bound and "*" not in bound:
            return bool(bound & self._names)
        return any(name.encode() in facts.text.data for name in self._names)

    def _exercises(self, path: str, facts: FileFacts, items: list[Import]) -> bool:
        """Whether a test does something with the errors: others only compare with their classes."""
        if "error" in path.rpartition("/")[2].lower():
            return True
        locals_ = {name.local for item in items for name in item.names if name.local is not None}
        if any(not item.names for item in items):
            # A module object: what is done with it is told by the names that are called.
            locals_ |= {name for name in self._exported() if name.encode() in facts.text.data}
        for decl in facts.all_decls():
            for node in walk(decl.node):
                if isinstance(node, n.Call | n.New) and _root(node.callee) in locals_:
                    return True
        return False

    def _exported(self) -> Iterator[str]:
        shape = self._ctx.view.shape(self._subject.path)
        yield from (export.name for export in shape.exports) if shape is not None else ()


def _is_value(item: Import) -> bool:
    return not item.type_only and (not item.names or not all(name.type_only for name in item.names))


def _root(callee: n.Node) -> str | None:
    while isinstance(callee, n.Member | n.Index):
        if isinstance(callee, n.Member) and isinstance(callee.object, n.Await | n.Name):
            # `errors.wrapAcmeError(x)` and `(await import("../errors.js")).wrapAcmeError(x)`
            return callee.object.name if isinstance(callee.object, n.Name) else callee.name
        callee = callee.object
    return callee.name if isinstance(callee, n.Name) else None


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]
