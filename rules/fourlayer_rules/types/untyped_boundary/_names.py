"""Which type names of a file stand for a vendor's types."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from fourlayer_rules.types._vendors import is_vendor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import FileFacts

_TRANSPORTS = frozenset({"axios", "got", "ky", "node-fetch", "undici"})


class RawTypes:
    """The names of a file that are imported from an SDK, or are aliases of such names."""

    def __init__(self, view: View, path: str, facts: FileFacts) -> None:
        self._view = view
        self._path = path
        self._facts = facts

    @cached_property
    def packages(self) -> dict[str, str]:
        """Imported names and the packages that they come from."""
        return dict(_imported(self._view, self._path, self._facts))

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Names of type aliases, own and imported ones, of an SDK's types; and the package."""
        found = dict(_aliases(self._facts, self.packages))
        for item in self._facts.imports:
            if item.kind != "import" or not item.specifier.startswith("."):
                continue
            target = self._view.resolve(item.specifier, self._path).path
            facts = self._view.shape(target) if target is not None else None
            if target is None or facts is None:
                continue
            packages = dict(_imported(self._view, target, facts))
            theirs = dict(_aliases(facts, packages)) if packages else {}
            for bound in item.names:
                if bound.local is not None and bound.imported in theirs:
                    found[bound.local] = theirs[bound.imported]
        return found

    @cached_property
    def words(self) -> tuple[bytes, ...]:
        """What the text of a signature must hold for its return type to be at fault."""
        names = [name.encode() for name in (*self.packages, *self.aliases)]
        return (b"unknown", b"object", b"{}", *names)

    def package(self, name: str) -> str | None:
        """The package that a type name (the part before a dot counts) comes from."""
        if name in self.aliases:
            return self.aliases[name]
        return self.packages.get(name.partition(".")[0])


def _imported(view: View, path: str, facts: FileFacts) -> Iterator[tuple[str, str]]:
    for item in facts.imports:
        if item.kind != "import":
            continue
        if not is_vendor(item.specifier) and item.specifier not in _TRANSPORTS:
            continue
        if view.resolve(item.specifier, path).path is not None:
            continue
        for bound in item.names:
            if bound.local is not None:
                yield bound.local, item.specifier


def _aliases(facts: FileFacts, packages: dict[str, str]) -> Iterator[tuple[str, str]]:
    """`type Raw = sdk.Thing`, `sdk.Thing["part"]`, `sdk.Thing[]`: what is nothing but the SDK's."""
    for decl in facts.decls:
        if decl.kind != "type" or decl.name is None:
            continue
        match = re.search(rb"=\s*([\w$]+)(?:\.[\w$]+)*\s*(?:\[[^\]]*\]\s*)*;?\s*$", decl.data)
        if match is not None and (package := packages.get(match[1].decode("utf-8", "replace"))) is not None:
            yield decl.name, package
