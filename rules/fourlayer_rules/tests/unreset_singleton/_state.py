"""Whether a class's methods change its instances, and whether it can put them back itself."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fourlayer_rules.derive.classes import chain_of
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


def keeps_state(view: View, path: str, facts: FileFacts, name: str, exported: bool) -> bool:
    """Whether a class of the workspace changes its instances after they are made.

    Not where whoever has the instance (it is `exported`) can call a method that puts it back.
    """
    found = qualified(view, path, facts, name)
    if not isinstance(found, tuple) or found.decl.kind != "class":
        return False
    members = [member for link in chain_of(view, found).links for member in _whole(view, link).members]
    if exported and any((member.name or "").startswith(_RESETS) for member in members):
        return False
    return any(
        member.name != "constructor" and member.body_start is not None and _changes().search(member.data)
        for member in members
    )


def _whole(view: View, link: Declared) -> Decl:
    """The class as it is now, bodies included."""
    facts = view.facts(link.path)
    found = facts.decl(link.decl.name or "") if facts is not None else None
    return found or link.decl
