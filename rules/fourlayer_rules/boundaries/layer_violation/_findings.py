"""The findings of imports, and the words that name the allowed way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.exports import public_names
from fourlayer.project.layout import TEST_LAYER, is_code, is_declaration
from fourlayer.rule.model import Finding, Related
from fourlayer.syntax.glob import names_match
from fourlayer.syntax.span import Span
from fourlayer_rules.boundaries.layer_violation._advice import Advice, label
from fourlayer_rules.boundaries.layer_violation._names import members_of, only_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.exports import Origin
    from fourlayer.project.resolve import Resolution
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty
    from fourlayer.syntax.facts import Import, ImportedName
    from fourlayer_rules.boundaries.layer_violation.rule import Place

_PUBLIC = "public"


class _Taken(NamedTuple):
    """A name that an import takes, the layer it comes from, and whether it is a type alone."""

    name: str
    path: str
    layer: str
    type_only: bool


def of_package(ctx: Context, place: Place, item: Import, package: str, word: str) -> Finding:
    """A package that is reserved for other layers."""
    type_only = _types_alone(place, item, {})
    advice = Advice(ctx.settings, place.name)
    return _finding(place, item, *advice.package(package, word, type_only), type_only)


def of_infrastructure(ctx: Context, place: Place, item: Import, resolution: Resolution) -> Finding | None:
    """Code outside the provider, for a layer that may not import all of it."""
    if resolution.path is not None:
        view = ctx.view
        shared = view.is_shared(resolution.path)
        if shared and place.layer.infrastructure == "shared":
            return None
        if view.provider_of(resolution.path) is not None or not is_code(resolution.path):
            return None
        what = f"`{resolution.package or item.specifier}`"
    elif resolution.package is not None and _is_infrastructure(ctx, item.specifier, resolution.package):
        what = f"`{resolution.package}`"
    else:
        return None
    type_only = _types_alone(place, item, {})
    advice = Advice(ctx.settings, place.name)
    return _finding(place, item, *advice.infrastructure(what, place.layer.infrastructure), type_only)


def _is_infrastructure(ctx: Context, specifier: str, package: str) -> bool:
    patterns = (*ctx.settings.symbols.infrastructure_modules, ctx.settings.conventions.queue)
    return names_match(patterns, specifier) or names_match(patterns, package)


def of_layer(ctx: Context, place: Place, item: Import, path: str, layer: str) -> Finding | None:
    """A file of a layer that may not be imported, unless the names come from one that may."""
    if _is_shown(place, item, layer):
        return None
    public = public_names(ctx.view, path)
    names = _names(place, item)
    if layer == _PUBLIC and not names:
        return _of_whole_surface(ctx, place, item, path, public)
    taken = [one for name in names if (one := _taken(ctx, place, name, path, layer, public)) is not None]
    if names and not taken:
        return None
    layers = tuple(dict.fromkeys(one.layer for one in taken)) or (layer,)
    type_only = all(one.type_only for one in taken) if taken else item.type_only
    type_only = type_only or _types_alone(place, item, {one.name: one.type_only for one in taken})
    return _told(ctx, place, item, layers, tuple(taken), path, type_only)


def _told(
    ctx: Context,
    place: Place,
    item: Import,
    layers: tuple[str, ...],
    taken: tuple[_Taken, ...],
    path: str,
    type_only: bool,
    certainty: Certainty = "violation",
) -> Finding:
    advice = Advice(ctx.settings, place.name)
    where = dict.fromkeys(one.path for one in taken) or {path: None}
    related = tuple(
        Related(f"this is {label(ctx.view.layer_of(one) or '')}", one, Span(0, 0)) for one in where
    )
    names = tuple(one.name for one in taken if one.name != "*")
    message, help_ = advice.layers(layers, names, path.rpartition("/")[2], type_only)
    return _finding(place, item, message, help_, type_only)._replace(related=related, certainty=certainty)


def _of_whole_surface(
    ctx: Context, place: Place, item: Import, path: str, public: Mapping[str, Origin]
) -> Finding | None:
    """The provider's own `index.ts` as a whole: what is taken of it is known only where all is alike."""
    if not item.names:
        return None
    every = [_taken(ctx, place, (name, False), path, _PUBLIC, public) for name in public]
    taken = tuple(one for one in every if one is not None)
    if not taken:
        return None
    layers = tuple(dict.fromkeys(one.layer for one in taken))
    certainty: Certainty = "violation" if len(taken) == len(every) else "unverifiable"
    return _told(ctx, place, item, layers, taken[:3], path, item.type_only, certainty)


def _names(place: Place, item: Import) -> list[tuple[str, bool]]:
    """The names that an import takes, by the exporter, and whether as types; empty for all of them."""
    found: list[tuple[str, bool]] = []
    for name in item.names:
        type_only = name.type_only or item.type_only
        if name.imported not in ("*", "="):
            found.append((name.imported, type_only))
        elif name.local is not None:
            found += [(member, type_only) for member in members_of(place.facts, name.local)]
    return found


def _taken(
    ctx: Context,
    place: Place,
    name: tuple[str, bool],
    path: str,
    layer: str,
    public: Mapping[str, Origin],
) -> _Taken | None:
    """What a name is, where its layer may not be imported."""
    imported, type_only = name
    origin = public.get(imported)
    where = path if origin is None else origin.path
    from_layer = layer if where == path else _layer_inside(ctx, place, where)
    if where is None or from_layer is None:
        # What comes from outside the provider is judged where it is imported.
        return None
    if from_layer in place.layer.may_import or (from_layer == _PUBLIC and layer == _PUBLIC):
        return None
    if layer != _PUBLIC:
        from_layer, where = layer, path
    return _Taken(imported, where, from_layer, type_only or (origin is not None and origin.type_only))


def _layer_inside(ctx: Context, place: Place, path: str | None) -> str | None:
    """The layer of a file of the same provider that is judged."""
    inside = path is not None and ctx.view.provider_of(path) == place.provider
    if path is None or not inside or not is_code(path) or is_declaration(path):
        return None
    layer = ctx.view.layer_of(path)
    return None if layer == TEST_LAYER else layer


def _is_shown(place: Place, item: Import, layer: str) -> bool:
    """Whether the public surface shows a part that it should not: `leaked-internal` speaks of that."""
    if place.name != _PUBLIC or layer != "composition":
        return False
    exported = {export.local for export in place.facts.exports if export.specifier is None}
    return item.kind == "export" or any(name.local in exported for name in item.names)


def _types_alone(place: Place, item: Import, known: Mapping[str, bool]) -> bool:
    """Whether types alone are taken: said so, known to be types, or used as types only."""
    if item.type_only or item.kind == "type":
        return True
    if item.kind not in ("import", "export") or not item.names:
        return False
    return all(
        name.type_only or known.get(name.imported, False) or only_types(place.facts, name.local)
        for name in _relevant(item, known)
    )


def _relevant(item: Import, known: Mapping[str, bool]) -> Iterator[ImportedName]:
    for name in item.names:
        if not known or name.imported in known or name.imported in ("*", "="):
            yield name


def _finding(place: Place, item: Import, message: str, help_: str, type_only: bool) -> Finding:
    return Finding(
        rule="layer-violation",
        path=place.path,
        span=item.span,
        message=message,
        help=help_,
        key=item.specifier,
        provider=place.provider.name if place.provider is not None else None,
        severity="warning" if type_only else None,
    )
