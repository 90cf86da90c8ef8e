"""layer-violation: an import goes upward or skips a layer, or a layer uses what it must leave to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.config.settings import Layer
from fourlayer.project.layout import TEST_LAYER, is_code, is_declaration
from fourlayer_rules.boundaries.layer_violation._reserved import reserved_packages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, Finding, FixPlan
    from fourlayer.syntax.facts import FileFacts, Import

_SHARED = Layer()
"""The shared code beside the providers: what no layer may use, it may not either."""


class Place(NamedTuple):
    """The file that is judged. `name` is its layer's, empty in shared code; `layer` says what that may."""

    path: str
    facts: FileFacts
    provider: Provider | None
    name: str
    layer: Layer


class LayerViolation:
    """Judges the imports of one file, and its queries and service-role clients."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report what the file's layer may not import or use."""
        place = _place(ctx, target)
        if place is None:
            return
        for item in place.facts.imports:
            if item.trusted and item.kind != "mock":
                finding = _judged(ctx, place, item)
                if finding is not None:
                    yield finding
        if place.name:
            from fourlayer_rules.boundaries.layer_violation._uses import uses

            yield from uses(ctx, place)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """None: which layer the code belongs to is a decision."""
        yield from ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None, as there are no plans."""
        return None


def _place(ctx: Context, path: str) -> Place | None:
    """The file and its layer; None where no layer is told, and for tests."""
    view = ctx.view
    name = view.layer_of(path)
    if name is None and view.is_shared(path):
        name, layer = "", _SHARED
    else:
        found = ctx.settings.layers.get(name or "")
        if name is None or name == TEST_LAYER or found is None or view.is_test(path):
            return None
        layer = found
    facts = view.facts(path)
    return None if facts is None else Place(path, facts, view.provider_of(path), name, layer)


def _judged(ctx: Context, place: Place, item: Import) -> Finding | None:
    """The finding of one import: a package that is reserved, infrastructure, or another layer."""
    resolution = ctx.view.resolve(item.specifier, place.path)
    if resolution.package is not None:
        word = _reserved_for_others(ctx, place, item.specifier, resolution.package)
        if word is not None:
            from fourlayer_rules.boundaries.layer_violation._findings import of_package

            return of_package(ctx, place, item, resolution.package, word)
    if place.provider is None:
        return None
    if resolution.path is not None and ctx.view.provider_of(resolution.path) == place.provider:
        return _between_layers(ctx, place, item, resolution.path)
    if place.layer.infrastructure != "any":
        from fourlayer_rules.boundaries.layer_violation._findings import of_infrastructure

        return of_infrastructure(ctx, place, item, resolution)
    return None


def _reserved_for_others(ctx: Context, place: Place, specifier: str, package: str) -> str | None:
    """The key or pattern by which a package is reserved for other layers; None where it may be used."""
    from fourlayer.syntax.glob import names_match

    found: str | None = None
    for word, patterns in _reserved(ctx).items():
        if names_match(patterns, specifier) or names_match(patterns, package):
            if word in place.layer.may_use:
                return None
            if place.name or not any(word in layer.may_use for layer in ctx.settings.layers.values()):
                found = found or word
    return found


def _reserved(ctx: Context) -> Mapping[str, tuple[str, ...]]:
    found = cast("Mapping[str, tuple[str, ...]] | None", ctx.view.memo.get(reserved_packages))
    if found is None:
        found = reserved_packages(ctx.settings)
        ctx.view.memo[reserved_packages] = found
    return found


def _between_layers(ctx: Context, place: Place, item: Import, path: str) -> Finding | None:
    """The finding of an import inside a provider."""
    if not is_code(path) or is_declaration(path) or path == place.path:
        return None
    name = ctx.view.layer_of(path)
    if name is None or name == TEST_LAYER or name in place.layer.may_import:
        return None
    from fourlayer_rules.boundaries.layer_violation._findings import of_layer

    return of_layer(ctx, place, item, path, name)


rule = LayerViolation()
