"""Rules and categories as people type them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fourlayer.errors import FourlayerError
from fourlayer.rule.model import RuleMeta


class UnknownNameError(FourlayerError):
    """A name that is neither a rule nor a category."""


def resolve(values: Iterable[str], rules: Sequence[RuleMeta], option: str) -> tuple[str, ...]:
    """The rule ids that the values of an option mean: ids, old ids and categories, separated by commas.

    Raises `UnknownNameError` with the nearest name; `option` is named in its text.
    """
    by_name = _by_name(rules)
    found: dict[str, None] = {}
    for name in (part.strip() for value in values for part in value.split(",")):
        if not name:
            continue
        if name not in by_name:
            raise UnknownNameError(
                f"{option}: there is no rule or category {name!r}{did_you_mean(name, by_name)}"
            )
        found.update(dict.fromkeys(by_name[name]))
    return tuple(found)


def find_rule(name: str, rules: Sequence[RuleMeta]) -> RuleMeta:
    """The rule with an id, or one that had it before. Raises `UnknownNameError` with the nearest id."""
    for meta in rules:
        if name == meta.id or name in meta.aliases:
            return meta
    ids = [meta.id for meta in rules]
    raise UnknownNameError(
        f"there is no rule {name!r}{did_you_mean(name, ids)}; `fourlayer rules` lists every rule"
    )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing where no known name is near."""
    import difflib

    near = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def _by_name(rules: Sequence[RuleMeta]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for meta in rules:
        names.setdefault(meta.category, []).append(meta.id)
    # A rule's own name is more exact than a category of the same name.
    for meta in rules:
        for name in (*meta.aliases, meta.id):
            names[name] = [meta.id]
    return names
