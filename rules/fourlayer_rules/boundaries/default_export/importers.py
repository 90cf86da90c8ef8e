"""Rewriting the importers of a default export to its new name."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts, Import, ImportedName


class Rewritten(NamedTuple):
    """The edits of every importer by path; `complete` tells that none was left over."""

    edits: Mapping[str, tuple[TextEdit, ...]]
    complete: bool


def rewrite_importers(view: View, path: str, name: str) -> Rewritten:
    """Make every importer of `path`'s default export take `name` instead."""
    edits: dict[str, list[TextEdit]] = {}
    complete = not _is_published(view, path)
    for edge in view.importers(path):
        facts = view.facts(edge.importer)
        if facts is None:
            complete = False
            continue
        found = _edits(facts, edge.import_, name)
        if found is None:
            complete = False
        elif found:
            edits.setdefault(edge.importer, []).extend(found)
    return Rewritten({importer: tuple(items) for importer, items in edits.items()}, complete)


def _edits(facts: FileFacts, item: Import, name: str) -> list[TextEdit] | None:
    """The edits for one import; None when it may use the default in a way that cannot be rewritten."""
    if not item.trusted:
        return None
    if item.kind in ("import", "export"):
        return _static(facts, item, name)
    if item.kind == "mock":
        return _mocked(facts, item, name)
    if item.kind == "type":
        return _typed(facts, item, name)
    return _dynamic(facts, item, name)


def _static(facts: FileFacts, item: Import, name: str) -> list[TextEdit] | None:
    edits: list[TextEdit] = []
    clause = next((found for found in item.names if _is_default_clause(facts, found)), None)
    for found in item.names:
        if found.imported == "*" and found.local is not None:
            members = _namespace_uses(facts, found.local, name)
            if members is None:
                return None
            edits.extend(members)
        elif found.imported == "default" and found is not clause:
            at = found.span.start + facts.text.data[found.span.start : found.span.end].find(b"default")
            edits.append(_renamed(facts, found, at, name))
        elif found.imported == "=":
            return None
    if clause is not None:
        edits.extend(_clause(facts, item, clause, name))
    return edits


def _is_default_clause(facts: FileFacts, found: ImportedName) -> bool:
    """`import X from`, as against `import { default as X } from`."""
    return found.imported == "default" and not facts.text.data[found.span.start :].startswith(b"default")


def _renamed(facts: FileFacts, found: ImportedName, at: int, name: str) -> TextEdit:
    """`default as X` inside braces: take `name`, and drop `as X` where X is the name."""
    end = at + len(b"default")
    rest = facts.text.data[end : found.span.end]
    alias = re.match(rb"\s+as\s+([\w$]+)$", rest)
    if alias is not None and alias.group(1) == name.encode():
        return TextEdit(at, found.span.end, name)
    if alias is None:
        # `export { default } from`: the default stays this module's default.
        return TextEdit(at, end, f"{name} as default")
    return TextEdit(at, end, name)


def _clause(facts: FileFacts, item: Import, clause: ImportedName, name: str) -> Iterator[TextEdit]:
    data = facts.text.data
    taken = name if clause.local == name else f"{name} as {clause.local}"
    others = [found for found in item.names if found is not clause]
    if not others:
        yield TextEdit(*clause.span, f"{{ {taken} }}")
        return
    if any(found.imported == "*" for found in others):
        yield TextEdit(clause.span.start, data.index(b"*", clause.span.end), "")
        yield TextEdit(
            item.stmt.end,
            item.stmt.end,
            f"\nimport {{ {taken} }} from {facts.text.slice(*item.span)};",
        )
        return
    brace = data.index(b"{", clause.span.end)
    yield TextEdit(clause.span.start, brace, "")
    between = facts.text.slice(brace + 1, others[0].span.start)
    yield TextEdit(brace + 1, brace + 1, f"{between if chr(10) in between else ' '}{taken},")


def _namespace_uses(facts: FileFacts, local: str, name: str) -> list[TextEdit] | None:
    """`ns.default` becomes `ns.name`; None where the namespace is used as a whole."""
    edits: list[TextEdit] = []
    for decl, use in _free_uses(facts, local):
        parent = decl.parent(use)
        if not isinstance(parent, n.Member) or parent.object is not use:
            return None
        if parent.name == "default":
            edits.append(_member(decl, parent, name))
    return edits


def _free_uses(facts: FileFacts, local: str) -> Iterator[tuple[Decl, n.Name]]:
    needle = local.encode()
    for decl in facts.all_decls():
        if decl.kind != "import" and needle in decl.data:
            for use in scopes_of(decl).free.get(local, ()):
                yield decl, use


def _member(decl: Decl, member: n.Member, name: str) -> TextEdit:
    start = decl.start + member.name_start
    return TextEdit(start, start + len(member.name.encode()), name)


def _dynamic(facts: FileFacts, item: Import, name: str) -> list[TextEdit] | None:
    """Uses of a module object: `.default`, `{ default: x }`, `.then((m) => m.default)`."""
    decl = facts.decl_at(item.span.start)
    call = _call_at(decl, item) if decl is not None else None
    if decl is None or call is None:
        return None
    holder: n.Node = call
    parent = decl.parent(call)
    if isinstance(parent, n.Await | n.Cast):
        holder = parent
        parent = decl.parent(parent)
    if isinstance(parent, n.Member) and parent.object is holder:
        if parent.name == "default":
            return [_member(decl, parent, name)]
        return _then(decl, parent, name) if parent.name == "then" and holder is call else []
    if isinstance(parent, n.Declarator):
        return _destructured(decl, parent, name)
    if isinstance(parent, n.ExprStmt):
        return []
    return None


def _then(decl: Decl, then: n.Member, name: str) -> list[TextEdit] | None:
    call = decl.parent(then)
    callback = call.args[0] if isinstance(call, n.Call) and call.args else None
    if not isinstance(callback, n.Function) or len(callback.params) != 1:
        return None
    return _bound_uses(decl, callback.params[0], callback.params[0].target, name)


def _destructured(decl: Decl, declarator: n.Declarator, name: str) -> list[TextEdit] | None:
    return _bound_uses(decl, declarator, declarator.target, name)


def _bound_uses(decl: Decl, owner: n.Node, target: n.Pattern, name: str) -> list[TextEdit] | None:
    """Rewrite what is taken out of a module object that a pattern binds."""
    if isinstance(target, n.ObjectPattern):
        if target.rest is not None:
            return None
        return [
            TextEdit(decl.start + prop.start, decl.start + prop.start + len(b"default"), name)
            for prop in target.props
            if prop.key == "default"
        ]
    if not isinstance(target, n.Name):
        return None
    edits: list[TextEdit] = []
    for binding in scopes_of(decl).declared_by(owner):
        for use in binding.uses:
            parent = decl.parent(use)
            if not isinstance(parent, n.Member) or parent.object is not use:
                return None
            if parent.name == "default":
                edits.append(_member(decl, parent, name))
    return edits


def _call_at(decl: Decl, item: Import) -> n.Call | None:
    for node in walk(decl.node):
        if isinstance(node, n.Call) and any(decl.span(arg) == item.span for arg in node.args):
            return node
    return None


def _mocked(facts: FileFacts, item: Import, name: str) -> list[TextEdit] | None:
    """`vi.mock("x", () => ({ default: ... }))`: rename the key. Without a factory nothing is named."""
    decl = facts.decl_at(item.span.start)
    call = _call_at(decl, item) if decl is not None else None
    if decl is None or call is None:
        # `vi.mock(import("x"))` names the module inside another call; a factory could stand after it.
        return None
    factory = call.args[1] if len(call.args) > 1 else None
    if factory is None:
        callee = call.callee
        bare = isinstance(callee, n.Member) and callee.name in ("mock", "doMock", "unmock", "doUnmock")
        return [] if bare else None
    body = _returned(factory)
    if not isinstance(body, n.Object):
        return None
    if any(isinstance(prop, n.Spread) for prop in body.props):
        return None
    return [
        TextEdit(decl.start + prop.start, decl.start + prop.key_end, name)
        for prop in body.props
        if isinstance(prop, n.Prop) and prop.key == "default"
    ]


def _returned(factory: n.Expr) -> n.Expr | None:
    if not isinstance(factory, n.Function):
        return None
    if isinstance(factory.body, n.Block):
        last = factory.body.stmts[-1] if factory.body.stmts else None
        return last.value if isinstance(last, n.Return) else None
    return factory.body


_TYPE_MEMBER = re.compile(rb"\s*\)\s*\.\s*(default)\b")


def _typed(facts: FileFacts, item: Import, name: str) -> list[TextEdit] | None:
    """`import("x").default` as a type; `typeof import("x")` as a whole may be used in any way."""
    member = _TYPE_MEMBER.match(facts.text.data, item.span.end)
    if member is not None:
        return [TextEdit(*member.span(1), name)]
    return [] if re.match(rb"\s*\)\s*\.", facts.text.data[item.span.end :]) else None


def _is_published(view: View, path: str) -> bool:
    """Whether people outside the workspace may import the file: its package is not private."""
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        manifest = f"{folder}/package.json" if folder else "package.json"
        data = view.read(manifest)
        if data is None:
            continue
        try:
            return b'"private"' not in data or json.loads(data).get("private") is not True
        except (ValueError, AttributeError, RecursionError):
            return True
    return False
