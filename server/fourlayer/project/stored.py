"""What variables and fields hold that are filled once, later than they are declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts


class Stored(NamedTuple):
    """A call or `new` that is assigned, and the declaration or member in which that happens."""

    value: n.Expr
    decl: Decl


def stored_in(facts: FileFacts, name: str) -> Stored | None:
    """The one thing that is made for a variable of a module: `client ??= new Client()`."""
    found: list[Stored] = []
    for decl in facts.all_decls():
        if name.encode() not in decl.data:
            continue
        for node in walk(decl.node):
            if not isinstance(node, n.Assign) or not isinstance(node.target, n.Name):
                continue
            if node.target.name == name and scopes_of(decl).binding(node.target) is None:
                found.append(Stored(node.value, decl))
    return _only(found)


def stored_on(owner: Decl, name: str) -> Stored | None:
    """The one thing that is made for a field of a class: `this.client = new Client()`."""
    found: list[Stored] = []
    needle = f"this.{name}".encode()
    for member in owner.members:
        for node in walk(member.node) if needle in member.data else ():
            target = node.target if isinstance(node, n.Assign) else None
            if isinstance(target, n.Member) and dotted(target) == f"this.{name}":
                found += [Stored(node.value, member)] if isinstance(node, n.Assign) else []
    return _only(found)


def loaded(view: View, path: str, expr: n.Expr) -> str | None:
    """The file of the workspace that `import("./file.js")` loads."""
    call = bare(expr)
    if not isinstance(call, n.Call) or dotted(call.callee) != "import" or not call.args:
        return None
    specifier = bare(call.args[0])
    return view.resolve(specifier.value, path).path if isinstance(specifier, n.Str) else None


def _only(found: list[Stored]) -> Stored | None:
    made = [one for one in found if isinstance(bare(one.value), n.New | n.Call)]
    return made[0] if len(found) == len(made) == 1 else None
