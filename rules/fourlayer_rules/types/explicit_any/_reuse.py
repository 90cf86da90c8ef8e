"""Finds a declared type that allows everything a value is used for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer_rules.types.explicit_any._infer import (
    UNKNOWN,
    Array,
    Field,
    Function,
    Named,
    Object,
    Plain,
    Type,
    Union,
    Values,
)
from fourlayer_rules.types.explicit_any._names import GENERIC, words
from fourlayer_rules.types.explicit_any._use import Site, TypeAt
from fourlayer_rules.types.explicit_any._world import is_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer_rules.types.explicit_any._world import Member, World

_PRIMITIVES = frozenset({"string", "number", "boolean", "bigint"})
_COMMON = frozenset(
    [
        "id",
        "name",
        "type",
        "status",
        "key",
        "value",
        "data",
        "label",
        "title",
        "code",
        "message",
        "url",
        "email",
        "createdAt",
        "updatedAt",
    ]
)


class Candidate(NamedTuple):
    """An exported object type and the file that holds it."""

    name: str
    site: Site


def contracts(world: World) -> Iterator[str]:
    """The files whose types may be reused, `types.ts` first."""
    view = world.view
    home = types_path(world)
    if world.provider is None:
        if view.exists(home):
            yield home
        return
    files = [path for path in world.provider.files if view.layer_of(path) == "contracts"]
    yield from sorted(files, key=lambda path: (path != home, path.count("/"), path))


def types_path(world: World) -> str:
    """Where new types go: the provider's `types.ts`, else the one beside the file."""
    if world.provider is not None:
        return f"{world.provider.path}/types.ts"
    for folder in world.view.shared:
        if world.path.startswith(folder + "/"):
            return f"{folder}/types.ts"
    folder = world.path.rpartition("/")[0]
    return f"{folder}/types.ts" if folder else "types.ts"


def candidates(world: World) -> Iterator[Candidate]:
    """Every exported object type of the contracts."""
    for path in contracts(world):
        facts = world.facts(path)
        for export in facts.exports if facts is not None else ():
            if export.specifier is None and facts is not None:
                decl = facts.decl(export.local or export.name)
                if decl is not None and decl.kind in ("interface", "type") and decl.trusted:
                    yield Candidate(export.name, Site(path, facts, decl))


def find(world: World, wanted: Type, subject: list[str], inside: str) -> Candidate | None:
    """The declared type that fits best; `inside` is the name of a declaration that must not be it."""
    if not isinstance(wanted, Object) or not (wanted.fields or wanted.extends):
        return None
    best: tuple[tuple[int, int], Candidate] | None = None
    for candidate in candidates(world):
        members = world.members_of(candidate.site)
        if members is None or candidate.name == inside or not _covers_object(world, wanted, members):
            continue
        affinity = len(set(subject) & set(words(candidate.name)) - GENERIC)
        if not affinity and len(wanted.fields) < 2 and set(wanted.fields) <= _COMMON:
            continue
        score = (-affinity, len(members) - len(wanted.fields))
        if best is None or score < best[0]:
            best = (score, candidate)
    return best[1] if best is not None else None


def _covers_object(world: World, wanted: Object, members: Mapping[str, Member]) -> bool:
    for base in wanted.extends:
        needed = world.members(base.at)
        if needed is None or not set(needed) <= set(members):
            return False
    if wanted.indexable:
        return False
    for name, field in wanted.fields.items():
        member = members.get(name)
        if member is None or not _covers_field(world, field, member.type, member.optional, member.method):
            return False
    return True


def _covers_field(world: World, field: Field, at: TypeAt | None, optional: bool, method: bool) -> bool:
    if method or at is None:
        return method and isinstance(field.type, Function)
    if field.needed and (optional or may_be_nothing(at)):
        return False
    return covers(world, field.type, at)


def may_be_nothing(at: TypeAt) -> bool:
    """Whether a type includes null or undefined."""
    node = at.type
    return isinstance(node, n.TypeUnion) and node.op == "|" and any(is_nothing(item) for item in node.items)


def covers(world: World, wanted: Type, at: TypeAt) -> bool:
    """Whether a declared type allows what an inferred one asks for."""
    if wanted == UNKNOWN:
        return True
    if isinstance(wanted, Union):
        kinds = _kinds(world, at)
        allowed = {item.text for item in wanted.items if isinstance(item, Plain)} | {"null"}
        plain = all(isinstance(item, Plain) for item in wanted.items)
        if plain:
            return kinds is not None and kinds <= allowed
        others = [item for item in wanted.items if item != Plain("null")]
        return len(others) == 1 and covers(world, others[0], at)
    if isinstance(wanted, Plain):
        kinds = _kinds(world, at)
        return kinds is not None and kinds - {"null"} == {wanted.text}
    if isinstance(wanted, Array):
        item = world.item(at)
        return item is not None and covers(world, wanted.item, item)
    if isinstance(wanted, Object):
        members = world.members(at)
        return members is not None and _covers_object(world, wanted, members)
    if isinstance(wanted, Named):
        return _same(wanted.at, at)
    if isinstance(wanted, Values):
        return isinstance(at.type, n.TypeRef) and at.type.name == "Record"
    return isinstance(at.type, n.TypeFunction)


def _same(one: TypeAt, two: TypeAt) -> bool:
    kept = _kept(two)
    return (
        any(one.site.decl.text_of(one.type) == two.site.decl.text_of(item) for item in kept)
        and len(kept) == 1
    )


def _kept(at: TypeAt) -> list[n.Type]:
    node = at.type
    if isinstance(node, n.TypeUnion) and node.op == "|":
        kept = [item for item in node.items if not is_nothing(item)]
        return kept if len(kept) == 1 else [node]
    return [node]


def _kinds(world: World, at: TypeAt, hops: int = 0) -> set[str] | None:
    """The primitive kinds a type consists of; None where it is something else."""
    node = at.type
    if isinstance(node, n.TypeLiteral):
        text = node.text
        if text in ("null", "undefined"):
            return {"null"}
        if text in ("true", "false"):
            return {"boolean"}
        return {"string"} if text[:1] in "\"'`" else {"number"}
    if isinstance(node, n.TypeUnion) and node.op == "|":
        found: set[str] = set()
        for item in node.items:
            kinds = _kinds(world, TypeAt(at.site, item), hops)
            if kinds is None:
                return None
            found |= kinds
        return found
    if isinstance(node, n.TypeRef) and not node.args:
        if node.name in _PRIMITIVES or node.name == "Date":
            return {node.name}
        if node.name in ("undefined", "void", "null"):
            return {"null"}
        site = world.named(at.site.path, node.name)
        if site is not None and isinstance(site.decl.node, n.TypeAlias) and hops < 6:
            return _kinds(world, TypeAt(site, site.decl.node.value), hops + 1)
    return None
