"""Makes a constant of a module when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.references import mentions, references
from fourlayer_rules.client._wrap import editor_of

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import FileFacts
    from fourlayer_rules.client.network_on_import._find import Load


def lazily(ctx: Context, path: str, facts: FileFacts, load: Load) -> Change | None:
    """A function in the place of a constant that is not exported; None for all else."""
    decl, node = load.decl, load.decl.node
    if not isinstance(node, n.VarDecl) or node.kind != "const" or len(node.declarators) != 1 or decl.exported:
        return None
    item = node.declarators[0]
    if not isinstance(item.target, n.Name) or item.init is None:
        return None
    if any(isinstance(one, n.Await) for one in walk(item.init)):
        return None
    name = item.target.name
    found = references(facts, name)
    uses = [one for one in found.found if one.form != "declaration"]
    if not found.complete or not uses or any(one.form not in {"plain", "shorthand"} for one in uses):
        return None
    getter, maker, kept = _names(name)
    if any(mentions(facts, one) for one in (getter, maker, kept)):
        return None
    if any(_runs_now(facts, one.span.start) for one in uses):
        return None
    editor = editor_of(ctx, path, facts)
    type_ = f": {decl.text_of(item.type)}" if item.type is not None else ""
    text = decl.text_of(item.init)
    held = decl.text_of(item.type) if item.type is not None else f"ReturnType<typeof {maker}>"
    end = ";" if editor.style.semicolons else ""
    newline = editor.local("\n")
    lines = (
        f"function {maker}(){type_} {{",
        f"{editor.style.indent}return {text}{end}",
        "}",
        "",
        f"let {kept}: {held} | undefined{end}",
        "",
        f"function {getter}(): {held} {{",
        f"{editor.style.indent}return ({kept} ??= {maker}()){end}",
        "}",
    )
    editor.replace(decl.start, decl.end, newline.join(lines))
    for use in uses:
        start, stop = use.span
        editor.replace(start, stop, f"{name}: {getter}()" if use.form == "shorthand" else f"{getter}()")
    return Change({path: editor.edits()})


def _names(name: str) -> tuple[str, str, str]:
    """The function that gives the value, the one that makes it, and the variable that keeps it."""
    if name.isupper():
        words = name.lower().split("_")
        name = words[0] + "".join(word.capitalize() for word in words[1:])
    upper = name[0].upper() + name[1:]
    return f"get{upper}", f"make{upper}", f"kept{upper}"


def _runs_now(facts: FileFacts, offset: int) -> bool:
    """Whether a place is run while the module loads too, where nothing would be won."""
    decl = facts.decl_at(offset)
    if decl is None or decl.kind in {"function", "member"}:
        node = decl.node if decl is not None else None
        return isinstance(node, n.ClassMember) and "static" in node.modifiers and node.kind != "method"
    at = offset - decl.start
    return not any(isinstance(one, n.Function) and one.start <= at < one.end for one in walk(decl.node))
