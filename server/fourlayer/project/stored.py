"""What variables and fields hold that are filled once, later than they are declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        if needle in member.data:
            found += [Stored(value, member) for value in _assigned(member).get(name, ())]
    return _only(found)


def _assigned(member: Decl) -> Mapping[str, list[n.Expr]]:
    """What a member assigns to fields of `this`, by their names."""
    memo = member.chunk.memo
    known = memo.get("fields assigned")
    if known is None:
        found: dict[str, list[n.Expr]] = {}
        for node in walk(member.node):
            if not isinstance(node, n.Assign) or not isinstance(node.target, n.Member):
                continue
            if dotted(node.target) == f"this.{node.target.name}":
                found.setdefault(node.target.name, []).append(node.value)
        known = memo["fields assigned"] = found
    return cast("Mapping[str, list[n.Expr]]", known)


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
