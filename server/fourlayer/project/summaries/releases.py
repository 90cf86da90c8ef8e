"""Whether a failed dispatch gives back what was claimed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.summaries import evidence, signs
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk

if TYPE_CHECKING:
    from fourlayer.syntax.facts import Decl


def releases(decl: Decl, node: n.Node) -> bool:
    """Whether a failure here gives the claim back."""
    child: n.Node = node
    if isinstance(node, n.Call) and any(map(signs.releases, evidence.callee_name(node).split("."))):
        return True
    for around in decl.ancestors(node):
        if isinstance(around, n.Try) and around.block is child:
            if any(part is not None and _gives_back(part) for part in (around.handler, around.finalizer)):
                return True
        elif isinstance(around, n.Call) and isinstance(around.callee, n.Member):
            if around.callee.name == "catch" and any(_gives_back(arg) for arg in around.args):
                return True
        elif isinstance(around, n.Member) and around.name == "catch":
            outer = decl.parent(around)
            if isinstance(outer, n.Call) and any(_gives_back(arg) for arg in outer.args):
                return True
        child = around
    return False


def _gives_back(part: n.Node) -> bool:
    for inner in walk(part):
        if (
            isinstance(inner, n.Call)
            and signs.releases(evidence.callee_name(inner).rpartition(".")[2])
            and not signs.logs(evidence.callee_name(inner))
        ):
            return True
    return False
