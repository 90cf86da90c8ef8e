"""Names and places by convention, and the declarations behind them: what every rule needs, at little cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer_rules.derive.symbols import alike

if TYPE_CHECKING:
    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

Kind = Literal["config", "errors", "health", "types", "index", "adapter"]
"""The kinds of files that there is a template for."""

KINDS: tuple[Kind, ...] = ("types", "errors", "config", "health", "adapter", "index")
"""In the order in which they build on one another."""


class Adapter(NamedTuple):
    """The adapter's file and class."""

    path: str
    facts: FileFacts
    decl: Decl

    @property
    def class_name(self) -> str:
        """The class's name."""
        return self.decl.name or ""


def find_adapter(view: View, provider: Provider) -> Adapter | None:
    """The adapter's class: the one that is named like its file, however it is written."""
    path = provider.adapter
    facts = view.facts(path) if path is not None else None
    if path is None or facts is None:
        return None
    stem = path.rpartition("/")[2].rpartition(".")[0]
    classes = [decl for decl in facts.decls if decl.kind == "class"]
    named = [decl for decl in classes if alike(decl.name or "") == alike(stem)]
    if not named:
        named = [decl for decl in classes if decl.exported and (decl.name or "").endswith("Adapter")]
    return Adapter(path, facts, named[0]) if named else None


def convention(pattern: str, provider: Provider) -> str:
    """A name of the conventions with the provider's put in."""
    return (
        pattern.replace("{Provider}", provider.pascal)
        .replace("{provider}", provider.folder)
        .replace("{PROVIDER}", provider.env_prefix)
    )


def kind_of(name: str) -> Kind | None:
    """The kind of a required file by its name in the provider's folder."""
    if name.endswith("Adapter.ts") and "/" not in name:
        return "adapter"
    return next((kind for kind in KINDS if f"{kind}.ts" == name and kind != "adapter"), None)
