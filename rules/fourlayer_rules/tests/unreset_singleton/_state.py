"""Whether a class's methods change its instances, and whether it can put them back itself."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fourlayer.project.classes import chain_of
from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.symbols import Declared, qualified

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

_RESETS = ("reset", "clear", "dispose", "destroy", "close", "shutdown", "disconnect")


@cache
def _changes() -> re.Pattern[bytes]:
    """A method that writes a field of its own, or changes a collection that is one."""
    return re.compile(
        rb"this\.#?[\w$]+(?:!?\.#?[\w$]+)*\s*(?:=(?![=>])|\+\+|--|[-+*/|&?]{1,2}=(?!=)"
        rb"|\[[^\]]*\]\s*=(?![=>])|\.(?:set|add|push|unshift|delete|clear|splice|shift|pop)\()"
        rb"|(?:\+\+|--)this\.|\bdelete this\."
    )


def keeps_state(view: View, path: str, facts: FileFacts, name: str, *, exported: bool) -> bool:
    """Whether a class of the workspace changes its instances after they are made.

    Not where whoever has the instance (it is `exported`) can call a method that puts it back.
    """
    members = _members(view, path, facts, name)
    if exported and any(_puts_back(member, _RESETS) for member in members):
        return False
    return any(
        member.body_start is not None
        and _changes().search(member.data) is not None
        and not _belongs_to_construction(member, members)
        for member in members
    )


def resets_itself(view: View, path: str, facts: FileFacts, name: str) -> bool:
    """Whether a class of the workspace has a method `reset...` that needs no arguments."""
    return any(_puts_back(member, ("reset",)) for member in _members(view, path, facts, name))


def _members(view: View, path: str, facts: FileFacts, name: str) -> list[Decl]:
    """The members of a class and its bases; none where it is no class of the workspace."""
    found = qualified(view, path, facts, name)
    if not isinstance(found, tuple) or found.decl.kind != "class":
        return []
    return [member for link in chain_of(view, found).links for member in _whole(view, link).members]


def _belongs_to_construction(member: Decl, members: list[Decl]) -> bool:
    """Whether a member runs while the instance is made, and only then."""
    if member.name == "constructor":
        return True
    if not member.data.lstrip().startswith((b"private", b"protected", b"#")):
        return False
    call = f"this.{member.name}".encode()
    users = [other for other in members if other is not member and call in other.data]
    return bool(users) and all(user.name == "constructor" for user in users)


def _puts_back(member: Decl, words: tuple[str, ...]) -> bool:
    """Whether a member is a public method of such a name that can be called without arguments."""
    if not (member.name or "").lstrip("_").startswith(words):
        return False
    node = member.node
    if not isinstance(node, n.ClassMember) or node.function is None or "private" in node.modifiers:
        return False
    return all(param.optional or param.default is not None or param.rest for param in node.function.params)


def _whole(view: View, link: Declared) -> Decl:
    """The class as it is now, bodies included."""
    facts = view.facts(link.path)
    found = facts.decl(link.decl.name or "") if facts is not None else None
    return found or link.decl
