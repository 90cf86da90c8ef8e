"""The names that an adapter goes by: its file's, its class's and the provider literal's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.layout import derived_pascal, is_declaration
from fourlayer_rules.derive.symbols import Declared, alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.span import Span
    from fourlayer_rules.structure.provider_name_mismatch._literal import Literal

_SUFFIX = "Adapter"


class Named(NamedTuple):
    """An adapter and what of it does not agree with its folder.

    `faults` are "file", "class" and "provider"; `candidates` the Pascal-case names that the code gives the
    provider, the likeliest first. `cased` tells that file and class differ in nothing but case.
    """

    folder: str
    path: str
    facts: FileFacts
    decl: Decl | None
    literal: Literal | None
    faults: tuple[str, ...]
    candidates: tuple[str, ...]
    cased: bool

    @property
    def file(self) -> str:
        """The file's name."""
        return self.path.rpartition("/")[2]

    @property
    def class_name(self) -> str | None:
        """The class's name, None where the file has none that can be judged."""
        return self.decl.name if self.decl is not None else None

    @property
    def class_span(self) -> Span | None:
        """Where the class's name stands."""
        return self.decl.name_span if self.decl is not None else None

    @property
    def pascal(self) -> str:
        """The likeliest name of the provider in code."""
        return self.candidates[0]


def named(ctx: Context, provider: Provider) -> Named | None:
    """The names of a provider's adapter; None where it has none, or none that can be told apart."""
    found = _adapter(ctx, provider)
    if found is None:
        return None
    path, facts, decl = found
    from fourlayer_rules.structure.provider_name_mismatch._literal import disagrees, literal_of

    literal = literal_of(ctx, path, facts, decl) if decl is not None else None
    wanted = alike(provider.folder)
    stem = _stem(path)
    class_name = decl.name if decl is not None else None
    file_fits = stem.endswith(_SUFFIX) and alike(stem) == wanted + "adapter"
    class_fits = class_name is None or alike(class_name) in {wanted, wanted + "adapter"}
    named_so = class_name is None or class_name.endswith(_SUFFIX)
    cased = file_fits and class_fits and named_so and class_name is not None and class_name != stem
    faults: list[str] = []
    if not file_fits or cased:
        faults.append("file")
    if not class_fits or not named_so:
        faults.append("class")
    if literal is not None and disagrees(ctx, provider, literal):
        faults.append("provider")
    candidates: list[str] = []
    if class_fits and named_so and class_name is not None:
        candidates.append(class_name.removesuffix(_SUFFIX))
    if file_fits:
        candidates.append(stem.removesuffix(_SUFFIX))
    if not candidates and faults:
        candidates.append(_known(ctx, provider) or derived_pascal(provider.folder))
    return Named(
        provider.folder,
        path,
        facts,
        decl,
        literal,
        tuple(faults),
        tuple(dict.fromkeys(candidates)),
        cased,
    )


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _adapter(ctx: Context, provider: Provider) -> tuple[str, FileFacts, Decl | None] | None:
    if provider.adapter is not None:
        facts = ctx.view.facts(provider.adapter)
        if facts is None:
            return None
        return provider.adapter, facts, _class_of(ctx, provider, provider.adapter, facts)
    if ctx.view.exists(f"{provider.path}/client.ts"):
        return None
    others = list(_others(ctx, provider))
    if len(others) > 1:
        from fourlayer_rules.structure.provider_name_mismatch._literal import literal_of

        wanted = alike(provider.folder)
        fitting = [one for one in others if alike(one[2].name or "") == wanted + "adapter"]
        others = fitting or [
            one
            for one in others
            if (found := literal_of(ctx, *one)) is not None and alike(found.value) == wanted
        ]
    return others[0] if len(others) == 1 else None


def _others(ctx: Context, provider: Provider) -> Iterator[tuple[str, FileFacts, Decl]]:
    """Files called after an adapter, whatever its name, that hold a class extending the base class."""
    base = ctx.settings.conventions.base_class.encode()
    for path in provider.files:
        if ctx.view.is_test(path) or is_declaration(path) or not _stem(path).lower().endswith("adapter"):
            continue
        data = ctx.view.read(path)
        facts = ctx.view.facts(path) if data is not None and base in data else None
        decl = _class_of(ctx, provider, path, facts) if facts is not None else None
        if facts is not None and decl is not None:
            yield path, facts, decl


def _class_of(ctx: Context, provider: Provider, path: str, facts: FileFacts) -> Decl | None:
    """The adapter's class: of those that extend the base class the one that is named like its file.

    None where the only one has no name, or several could be meant.
    """
    classes = [
        decl for decl in facts.decls if decl.kind == "class" and decl.name is not None and decl.trusted
    ]
    if not facts.trusted and not classes:
        return None
    stem = _stem(path)
    exact = [decl for decl in classes if decl.name == stem]
    if exact:
        return exact[0]
    close = [decl for decl in classes if alike(decl.name or "") == alike(stem)]
    if len(close) == 1:
        return close[0]
    adapters = [decl for decl in classes if _extends_base(ctx, path, facts, decl)]
    public = [decl for decl in adapters if _is_exported(facts, decl)]
    for group in (public, adapters):
        fitting = [one for one in group if alike(one.name or "") == alike(provider.folder) + "adapter"]
        if len(fitting) == 1:
            return fitting[0]
        if len(group) == 1:
            return group[0]
    return None


def _extends_base(ctx: Context, path: str, facts: FileFacts, decl: Decl) -> bool:
    from fourlayer.project.classes import chain_of, is_abstract

    base = ctx.settings.conventions.base_class
    if b"extends" not in facts.text.data[decl.start : decl.body_start or decl.end] or is_abstract(decl):
        return False
    chain = chain_of(ctx.view, Declared(path, facts, decl))
    return chain.end == base or any(link.decl.name == base for link in chain.links[1:])


def _is_exported(facts: FileFacts, decl: Decl) -> bool:
    return decl.exported or any(export.local == decl.name for export in facts.exports)


def _known(ctx: Context, provider: Provider) -> str | None:
    """How the provider's own code writes its name: the commonest beginning of a Pascal-case identifier."""
    letters = [re.escape(char) for char in provider.folder if char.isalnum()]
    if not letters:
        return None
    pattern = re.compile(
        rf"\b(?:wrap|check|load|get|register)?({letters[0].upper()}(?i:{''.join(letters[1:])}))"
        r"(?=(?:ServiceError|Error|Health|Config|Client|Service|Adapter|Api)\b)"
    )
    counts: dict[str, int] = {}
    for path in provider.files:
        data = ctx.view.read(path)
        if data is not None:
            for name in pattern.findall(data.decode("utf-8", "replace")):
                counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda name: (counts[name], name), default=None)
