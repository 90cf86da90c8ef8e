"""The words of a finding: which layers are involved, and which way is allowed."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from fourlayer.config.settings import DATABASE_QUERIES, SERVICE_ROLE_CLIENTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fourlayer.config.settings import Settings

_LABELS = {
    "": "shared code",
    "api": "the API layer",
    "jobs": "the jobs layer",
    "service": "the service layer",
    "client": "the client layer",
    "contracts": "the contracts",
    "queue": "the queue",
    "composition": "the composition",
    "public": "the public surface",
}
_GUARANTEES = {"service": " (tenant scoping, business rules)"}
_KINDS = {
    "http-frameworks": "an HTTP framework",
    "ui-modules": "a UI library",
    "forbidden-modules": "a package that is forbidden here",
    "database-modules": "a database client",
    "http-modules": "an HTTP client",
    "sdk-modules": "a vendor's SDK",
    "infrastructure-modules": "infrastructure",
}


def label(layer: str) -> str:
    """A layer's name in a sentence."""
    return _LABELS.get(layer, f"the `{layer}` layer")


class Advice:
    """Words about what one layer may do, read from the configuration."""

    def __init__(self, settings: Settings, layer: str) -> None:
        self._layers = settings.layers
        self._layer = layer

    def layers(
        self, targets: tuple[str, ...], names: tuple[str, ...], file: str, type_only: bool
    ) -> tuple[str, str]:
        """Message and help for an import of other layers' code."""
        target = targets[0]
        shown = _listed([f"`{name}`" for name in names[:3]]) if names else f"`{file}`"
        if len(names) > 3:
            shown += f" and {len(names) - 3} more"
        what = f"{shown} from {_listed([label(one) for one in targets])}"
        if type_only:
            what = f"the type{'s' if len(names) > 1 else ''} {what}" if names else f"types of {what}"
        way = self._way(target)
        if way is not None:
            why = f"that goes past {label(way)} and what it guarantees{_GUARANTEES.get(way, '')}"
        elif self._reaches(target, self._layer):
            why = f"calls go downward only, and {label(target)} already builds on {label(self._layer)}"
        else:
            why = self._allowed()
        message = f"{self._who} {self._verb('import')} {what}: {why}."
        return message, self._help(target, way, type_only)

    def _help(self, target: str, way: str | None, type_only: bool) -> str:
        """The allowed way from this layer to another."""
        door = self._door(target)
        common = self._common(target)
        if type_only and common is not None:
            return f"Declare what is needed of it in {self._place(common)}, which both layers may import."
        if door is not None:
            return f"Go through {self._place(door)}, the part of it that {label(self._layer)} may import."
        if way is not None:
            return f"Go through {label(way)} ({self._place(way)}): import it here, and {label(target)} there."
        if common is not None and self._reaches(target, self._layer):
            return (
                f"Let the caller hand in what is needed (a value, a callback), or move what both need to "
                f"{self._place(common)}."
            )
        allowed = self._allowed()
        return f"{allowed[:1].upper()}{allowed[1:]}; move the code to the layer that it belongs to."

    def package(self, package: str, word: str, type_only: bool) -> tuple[str, str]:
        """Message and help for a package that is reserved for other layers."""
        kind = _KINDS.get(word)
        what = f"`{package}`, {kind}" if kind is not None else f"`{package}`"
        if type_only:
            what = f"the types of {what}"
        owners = self._owners(word)
        does = f"{self._who} {self._verb('use')} {what}"
        if not owners:
            message = f"{does}: no layer of an integration may, so that it runs wherever the backend does."
            return message, "Move this code out of the integrations, or do without the package."
        message = (
            f"{does}: it belongs to {self._labels(owners)} only, so that the rest can be used and tested "
            "without it."
        )
        places = _listed([self._place(owner) for owner in owners])
        return message, f"Move this code to {places}, and hand on plain values and types of your own."

    def infrastructure(self, what: str, allowed: str) -> tuple[str, str]:
        """Message and help for code outside the provider."""
        rest = "shared code only" if allowed == "shared" else "nothing outside the integration"
        message = (
            f"{self._who} {self._verb('import')} {what}: whoever loads {label(self._layer)} loads that too, "
            f"so {rest} may be imported here."
        )
        if allowed == "none":
            message = f"{self._who} {self._verb('import')} {what}: {rest} may be imported here."
        return message, "Move this code to the layer that needs it, or hand in what it gives."

    def queries(self, table: str) -> tuple[str, str]:
        """Message and help for a query outside the layers that may query."""
        owners = self._owners(DATABASE_QUERIES)
        message = (
            f"{self._who} {self._verb('query')} {table}: queries belong to {self._labels(owners)} only, "
            "where the tenant is known and rows are scoped to it."
        )
        where = _listed([self._place(owner) for owner in owners]) or "another package"
        return (
            message,
            f"Move the query to a function in {where} and call that; handing the database client on is fine.",
        )

    def service_role(self, made: str) -> tuple[str, str]:
        """Message and help for a service-role client outside the layers that may have one."""
        owners = self._owners(SERVICE_ROLE_CLIENTS)
        message = (
            f"{self._who} {self._verb('make')} a service-role client with `{made}`: it sees every tenant's "
            f"rows, so only {self._labels(owners)} may have one."
        )
        where = _listed([self._place(owner) for owner in owners]) or "another package"
        return (
            message,
            f"Take the request's own client as a parameter; make the service-role client in {where}.",
        )

    # Words

    @property
    def _who(self) -> str:
        text = label(self._layer)
        return text[:1].upper() + text[1:]

    def _verb(self, verb: str) -> str:
        """The verb in the number of the layer's label."""
        if self._layer == "contracts":
            return verb
        return "queries" if verb == "query" else f"{verb}s"

    def _labels(self, layers: Iterable[str]) -> str:
        return _listed([label(one) for one in layers]) or "no layer"

    # The graph of layers

    def _may(self, layer: str) -> tuple[str, ...]:
        found = self._layers.get(layer)
        return () if found is None else found.may_import

    def _way(self, target: str) -> str | None:
        """The first layer on the shortest allowed way to another; None where there is none."""
        pending = deque((one, one) for one in self._may(self._layer) if one != self._layer)
        seen = {self._layer}
        while pending:
            first, current = pending.popleft()
            if current in seen:
                continue
            seen.add(current)
            if target in self._may(current) and current != target:
                return first
            pending.extend((first, one) for one in self._may(current))
        return None

    def _reaches(self, start: str, target: str) -> bool:
        pending, seen = [start], set[str]()
        while pending:
            current = pending.pop()
            if current in seen:
                continue
            seen.add(current)
            if target in self._may(current):
                return True
            pending.extend(self._may(current))
        return False

    def _door(self, target: str) -> str | None:
        """A layer that may be imported and whose files lie in the folder of one that may not."""
        folders = [glob.removesuffix("**") for glob in self._globs(target) if glob.endswith("/**")]
        for one in self._may(self._layer):
            globs = self._globs(one)
            if one != target and globs and all(any(g.startswith(f) for f in folders) for g in globs):
                return one
        return None

    def _common(self, target: str) -> str | None:
        """A layer at the bottom that both may import."""
        both = [one for one in self._may(self._layer) if one in self._may(target)]
        return next((one for one in both if set(self._may(one)) <= {one}), None)

    def _owners(self, word: str) -> list[str]:
        return [name for name, layer in self._layers.items() if word in layer.may_use]

    def _allowed(self) -> str:
        may = [one for one in self._may(self._layer) if one != self._layer]
        own = self._layer in self._may(self._layer)
        if not may:
            rest = "nothing but its own" if own else "no other layer"
            return f"{label(self._layer)} {self._verb('import')} {rest}"
        return f"{label(self._layer)} may import {_listed([label(one) for one in may])} only"

    def _globs(self, layer: str) -> tuple[str, ...]:
        found = self._layers.get(layer)
        return () if found is None else found.files

    def _place(self, layer: str) -> str:
        """Where a layer's files lie, in words."""
        globs = self._globs(layer)
        if not globs or globs == ("**",):
            return label(layer)
        plain = [f"`{glob.removesuffix('**')}`" for glob in globs]
        return _listed(plain[:1] if len(plain) > 2 else plain)


def _listed(items: Iterable[str]) -> str:
    *some, last = list(items) or [""]
    return f"{', '.join(some)} and {last}" if some else last
