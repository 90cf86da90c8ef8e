"""How a file uses the names that it imports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.syntax.facts import FileFacts


def only_types(facts: FileFacts, local: str | None) -> bool:
    """Whether an imported name stands in types only, so that the compiler drops its import."""
    if local is None or not facts.trusted:
        return False
    if any(item.local == local and item.specifier is None and not item.type_only for item in facts.exports):
        return False
    needle = local.encode()
    if facts.language == "tsx" and b"<" + needle in facts.text.data:
        return False
    found = False
    for decl in facts.all_decls():
        if decl.kind != "import" and needle in decl.data:
            found = True
            if local in scopes_of(decl).free:
                return False
    return found


def members_of(facts: FileFacts, namespace: str) -> list[str]:
    """The names that a file takes of a namespace import; empty where it uses the namespace as a whole."""
    word = re.escape(namespace.encode())
    uses = re.findall(rb"(?<![\w$.])%b(?![\w$])(\s*\??\.\s*([A-Za-z_$][\w$]*))?" % word, facts.text.data)
    names = [name.decode() for _, name in uses if name]
    # The import itself is the one use without a member.
    return list(dict.fromkeys(names)) if len(uses) == len(names) + 1 else []
