"""Writes the function that sets a singleton back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Change
from fourlayer.syntax import nodes as n
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.tests.unreset_singleton._find import singletons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.tests.unreset_singleton._find import Singleton

_MAKING = ("get", "create", "make", "init", "ensure", "load", "open", "connect", "use", "acquire", "build")
_EMPTY = ("undefined", "null")


class Reset(NamedTuple):
    """A singleton and the statements that set it back, in the default style."""

    singleton: Singleton
    statements: tuple[str, ...]


def reset_of(ctx: Context, finding: Finding) -> Reset | None:
    """How a finding's singleton is set back; None where that cannot be written down."""
    facts = ctx.view.facts(finding.path)
    if facts is None:
        return None
    one = next((s for s in singletons(ctx.view, finding.path, facts) if s.span == finding.span), None)
    if one is None:
        return None
    statements = _statements(facts, one)
    return None if statements is None else Reset(one, statements)


def change(ctx: Context, finding: Finding) -> Change | None:
    """The edit that adds the function beside what makes the instance."""
    from fourlayer_rules.derive.editing import FileEditor
    from fourlayer_rules.derive.style import style_of

    reset = reset_of(ctx, finding)
    facts = ctx.view.facts(finding.path)
    if reset is None or facts is None:
        return None
    style = style_of(ctx.view, (finding.path,))
    editor = FileEditor(facts, style)
    one = reset.singleton
    maker = one.makers[0]
    if one.kind == "static":
        name = _unused(
            _wanted(one), {member for m in (one.decl.owner or one.decl).members for member in m.names}
        )
        body = "".join(f"    {line}\n" for line in reset.statements)
        editor.insert(_line_end(facts, maker.end), f"\n\n  static {name}(): void {{\n{body}  }}")
    else:
        name = _unused(_wanted(one), _taken(ctx, finding.path, facts))
        body = "".join(f"  {line}\n" for line in reset.statements)
        at = _line_end(facts, (maker.owner or maker).end)
        editor.insert(at, f"\n\nexport function {name}(): void {{\n{body}}}")
    return Change({finding.path: editor.edits()})


# What sets it back


def _statements(facts: FileFacts, one: Singleton) -> tuple[str, ...] | None:
    if one.kind == "map":
        return (f"{one.name}.clear();",)
    if one.kind == "record":
        if not _is_record(one.declarator.type):
            return None
        return (f"for (const key of Object.keys({one.name})) delete {one.name}[key];",)
    if one.kind == "static":
        return _static(facts, one)
    if one.kind != "variable" or not isinstance(one.declarator, n.Declarator):
        return None
    own = _initial(one.decl, one.declarator)
    if own is None or own not in _EMPTY:
        return None
    others: list[str] = []
    for name, value in _companions(facts, one):
        if value is None:
            return None
        others.append(f"{name} = {value};")
    return (f"{one.name} = {own};", *others)


def _static(facts: FileFacts, one: Singleton) -> tuple[str, ...] | None:
    owner = one.decl.owner
    node = one.declarator
    if owner is None or owner.name is None or not isinstance(node, n.ClassMember):
        return None
    if not all(maker.owner is owner for maker in one.makers) or "readonly" in node.modifiers:
        return None
    exported = owner.exported or any(item.local == owner.name for item in facts.exports)
    value = _empty(node.type, node.init, node.optional)
    return None if value is None or not exported else (f"{owner.name}.{one.name} = {value};",)


def _companions(facts: FileFacts, one: Singleton) -> Iterator[tuple[str, str | None]]:
    """Other variables that change where the instance is made, each with its initial value."""
    for decl in facts.decls:
        node = decl.node if decl.kind == "variable" else None
        if not isinstance(node, n.VarDecl) or node.kind == "const":
            continue
        for declarator in node.declarators:
            target = declarator.target
            if isinstance(target, n.Name) and target.name != one.name and _is_written(one, target.name):
                yield target.name, _initial(decl, declarator)


def _is_written(one: Singleton, name: str) -> bool:
    for maker in one.makers:
        for use in scopes_of(maker).free.get(name, ()):
            parent = maker.parent(use)
            if isinstance(parent, n.Unary) and parent.op in ("++", "--"):
                return True
            if isinstance(parent, n.Assign) and parent.target is use:
                return True
    return False


def _initial(decl: Decl, declarator: n.Declarator) -> str | None:
    """The source of a variable's initial value, where assigning that compiles and is the same each time."""
    init = declarator.init
    if init is None or (isinstance(init, n.Const) and init.value in _EMPTY):
        return _empty(declarator.type, init, False)
    if isinstance(init, n.Const | n.Num | n.Str):
        return decl.text_of(init)
    return None


def _empty(type_: n.Type | None, init: n.Expr | None, optional: bool) -> str | None:
    """`undefined` or `null`, as declared; None where the type admits neither."""
    declared = init.value if isinstance(init, n.Const) and init.value in _EMPTY else None
    if init is not None and declared is None:
        return None
    if type_ is None:
        return declared or "undefined"
    items = type_.items if isinstance(type_, n.TypeUnion) and type_.op == "|" else (type_,)
    names = {_name(item) for item in items}
    if declared is not None:
        return declared
    if "undefined" in names or optional or names & {"unknown", "any"}:
        return "undefined"
    return "null" if "null" in names else None


def _name(type_: n.Type) -> str:
    if isinstance(type_, n.TypeRef):
        return type_.name
    return type_.text if isinstance(type_, n.TypeLiteral) else ""


def _is_record(type_: n.Type | None) -> bool:
    if isinstance(type_, n.TypeRef):
        return type_.name == "Record" and bool(type_.args) and _name(type_.args[0]) == "string"
    return isinstance(type_, n.TypeObject) and all(member.kind == "index" for member in type_.members)


# Its name and place


def _wanted(one: Singleton) -> str:
    """`getStripeClient` -> `resetStripeClient`; else after the variable."""
    for maker in one.makers:
        made = (maker.name or "") if maker.owner is None or one.kind == "static" else ""
        for prefix in _MAKING if one.kind in ("variable", "static") else ():
            rest = made.removeprefix(prefix)
            if made.startswith(prefix) and rest[:1].isupper():
                return f"reset{rest}"
    plain = one.name.lstrip("_#$") or "Instance"
    return f"reset{plain[:1].upper()}{plain[1:]}"


def _unused(name: str, taken: set[str]) -> str:
    for candidate in (name, f"{name}ForTests", *(f"{name}{number}" for number in range(2, 100))):
        if candidate not in taken:
            return candidate
    return f"{name}Again"


def _taken(ctx: Context, path: str, facts: FileFacts) -> set[str]:
    """Names that the file has, and those of the modules that pass all its names on."""
    from fourlayer_rules.derive.symbols import exported_names

    names = {name for decl in facts.decls for name in decl.names}
    names.update(bound.local for item in facts.imports for bound in item.names if bound.local is not None)
    for decl in facts.all_decls():
        if not decl.members and decl.kind not in ("import", "export"):
            names.update(scopes_of(decl).free)
    pending, seen = [path], {path}
    while pending:
        for edge in ctx.view.importers(pending.pop()):
            item = edge.import_
            passes_all = item.kind == "export" and any(name.imported == "*" for name in item.names)
            if passes_all and edge.importer not in seen:
                seen.add(edge.importer)
                pending.append(edge.importer)
                names |= exported_names(ctx.view, edge.importer)[0]
    return names


def _line_end(facts: FileFacts, offset: int) -> int:
    """The end of a declaration, after a comment that ends its line."""
    data = facts.text.data
    end = data.find(b"\n", offset)
    end = len(data) if end < 0 else end
    rest = data[offset:end].strip()
    if rest.startswith((b"//", b";")) or (rest.startswith(b"/*") and rest.endswith(b"*/")):
        return end - 1 if data[end - 1 : end] == b"\r" else end
    return offset
