"""Gives a generic helper a schema parameter, and every call of it a schema for its type argument."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.zod import At, Bound, InexpressibleError
from fourlayer_rules.derive.zod_text import Expr, Raw
from fourlayer_rules.types._claims import is_named, unwrapped
from fourlayer_rules.types._schemas import Schemas, is_local_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer_rules.types.unvalidated_response._find import Claim

_SHORT = 48
_UNCHECKED = "z.unknown()"
_NOTHING = "z.unknown().transform(() => undefined)"
"""The schema of `void`: whatever comes is dropped."""


class _Helper(NamedTuple):
    """A function that gets a schema parameter: for which type parameter, and where in its list."""

    decl: Decl
    function: n.Function
    type_param: str
    type_index: int
    position: int


def add_parameter(ctx: Context, path: str, claim: Claim) -> Change | None:
    """The change for one generic helper and all its callers; None where one of them is out of reach."""
    schemas = Schemas(ctx, path)
    if not schemas.usable:
        return None
    work = _Parameters(schemas)
    helper = work.helper_of(claim.decl, claim.type)
    if helper is None or not work.spread(helper):
        return None
    from fourlayer_rules.types.unvalidated_response._fix import AddSchema

    at = At(path, schemas.facts, claim.type_decl, work.environment(helper))
    schema = work.expression(at, unwrapped(claim.type) or claim.type)
    if schema is None or not AddSchema(ctx, path, claim, schemas).rewrite(schema, exact=True):
        return None
    return schemas.change()


def _is_this(node: n.Expr) -> bool:
    return isinstance(node, n.Name) and node.name == "this"


class _Parameters:
    """Helpers that get a schema parameter, from the one that parses to its callers' callers."""

    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self.path = schemas.path
        self.facts: FileFacts = schemas.facts
        self._helpers: dict[Decl, _Helper] = {}
        self._long: dict[str, Expr] = {}
        """Expressions by their text on one line, for places where they get lines of their own."""

    def helper_of(self, decl: Decl, type_: n.Type) -> _Helper | None:
        """The declaration as a helper, where its own type parameter is the only one in a type."""
        function = function_of(decl)
        if function is None or not decl.trusted or not self._is_private(decl):
            return None
        own = [param.name for param in function.type_params]
        named = {node.name for node in walk(type_) if isinstance(node, n.TypeRef)}
        used = [name for name in own if name in named]
        if len(used) != 1 or named & self._class_parameters(decl):
            return None
        if any(binding.name == "schema" for binding in scopes_of(decl).bindings):
            return None
        position = next(
            (
                index
                for index, param in enumerate(function.params)
                if param.optional or param.default is not None or param.rest
            ),
            len(function.params),
        )
        return _Helper(decl, function, used[0], own.index(used[0]), position)

    def _class_parameters(self, decl: Decl) -> set[str]:
        head = decl.owner.node if decl.owner is not None else None
        return {param.name for param in head.type_params} if isinstance(head, n.ClassDecl) else set()

    def _is_private(self, decl: Decl) -> bool:
        """Whether every caller stands in this file."""
        name = decl.name
        if name is None:
            return False
        if decl.owner is not None:
            same = [member for member in decl.owner.members if member.name == name]
            node = decl.node
            private = isinstance(node, n.ClassMember) and (
                "private" in node.modifiers or name.startswith("#")
            )
            return private and len(same) == 1
        same = [other for other in self.facts.decls if name in other.names]
        exported = any(name in (export.local, export.name) for export in self.facts.exports)
        return not exported and not decl.exported and len(same) == 1

    def environment(self, helper: _Helper) -> dict[str, Bound]:
        """What the type parameter stands for inside the helper: its new parameter."""
        return {helper.type_param: Bound(None, None, "schema")}

    def spread(self, helper: _Helper) -> bool:
        """Add the parameter and pass schemas in all calls; False where one cannot be given."""
        if helper.decl in self._helpers:
            return self._helpers[helper.decl].type_param == helper.type_param
        self._helpers[helper.decl] = helper
        self._declare(helper)
        calls = list(self._calls(helper))
        return all(call is not None and self._pass(helper, *call) for call in calls)

    def _declare(self, helper: _Helper) -> None:
        api = self.schemas.api
        assert api is not None  # noqa: S101 - only asked for where `usable`
        type_ = api.type_of_schema.replace("<T", f"<{helper.type_param}", 1)
        params = helper.function.params
        self._insert(helper.decl, params, helper.function.params_start, helper.position, f"schema: {type_}")
        self.schemas.editor(self.path).want(api.specifier, "z")

    def _insert(self, decl: Decl, items: tuple[n.Node, ...], opening: int, position: int, text: str) -> None:
        """Put one more item into a parenthesised list, on a line of its own where the others have one."""
        data = self.facts.text.data
        editor = self.schemas.editor(self.path)
        if not items:
            at = decl.start + opening + 1
            editor.replace(at, at, text)
            return
        first = decl.start + items[0].start
        line = data.rfind(b"\n", 0, first) + 1
        lead = data[line:first]
        broken = not lead.strip() and line > decl.start + opening
        glue = "\n" + lead.decode() if broken else " "
        if broken and text in self._long:
            text = self._long[text].render(lead.decode())
        if position < len(items):
            at = decl.start + items[position].start
            editor.replace(at, at, f"{text},{glue}")
        else:
            at = decl.start + items[-1].end
            editor.replace(at, at, f",{glue}{text}")

    # Callers

    def _calls(self, helper: _Helper) -> Iterator[tuple[Decl, n.Call] | None]:
        """Every call; None for a use that is no call, so that nothing can be passed there."""
        name = helper.decl.name or ""
        word = name.lstrip("#").encode()
        if helper.decl.owner is not None:
            for decl in self.facts.all_decls():
                if decl.kind != "class" and word in decl.data:
                    yield from self._method_calls(decl, name, own=decl.owner is helper.decl.owner)
            return
        for decl in self.facts.all_decls():
            if word in decl.data and decl.kind not in {"import", "class"}:
                for use in scopes_of(decl).free.get(name, ()):
                    yield self._call_of(decl, use)

    def _method_calls(self, decl: Decl, name: str, *, own: bool) -> Iterator[tuple[Decl, n.Call] | None]:
        for node in walk(decl.node):
            if isinstance(node, n.Index) and isinstance(node.index, n.Str) and node.index.value == name:
                yield None
            elif own and isinstance(node, n.Member) and node.name == name and _is_this(node.object):
                yield self._call_of(decl, node)

    def _call_of(self, decl: Decl, callee: n.Expr) -> tuple[Decl, n.Call] | None:
        parent = decl.parent(callee)
        return (decl, parent) if isinstance(parent, n.Call) and parent.callee is callee else None

    def _pass(self, helper: _Helper, decl: Decl, call: n.Call) -> bool:
        if len(call.args) < helper.position or not decl.trusted:
            return False
        if any(isinstance(arg, n.Spread) for arg in call.args[: helper.position]):
            return False
        schema = self._schema_of_call(helper, decl, call)
        if schema is None:
            return False
        self._insert(decl, call.args, call.args_start, helper.position, schema)
        return True

    def _schema_of_call(self, helper: _Helper, decl: Decl, call: n.Call) -> str | None:
        """The schema that a call passes; None where its type argument is not at hand."""
        if len(call.type_args) > helper.type_index:
            return self._schema_of_type(decl, call.type_args[helper.type_index], call)
        if call.type_args:
            return None
        node: n.Node = call
        parent = decl.parent(node)
        while isinstance(parent, n.Await):
            node, parent = parent, decl.parent(parent)
        if isinstance(parent, n.ExprStmt):
            return self._zod(_UNCHECKED)
        if isinstance(parent, n.Declarator) and parent.type is not None:
            return self._schema_of_type(decl, parent.type, call)
        if isinstance(parent, n.Return):
            function = next((a for a in decl.ancestors(parent) if isinstance(a, n.Function)), None)
            declared = unwrapped(function.return_type) if function is not None else None
            return self._schema_of_type(decl, declared, call) if declared is not None else None
        return None

    def _schema_of_type(self, decl: Decl, type_: n.Type, call: n.Call) -> str | None:
        if is_local_type(decl, type_):
            return None
        if is_named(type_, {"void"}):
            return self._zod(_NOTHING)
        named = {node.name for node in walk(type_) if isinstance(node, n.TypeRef)}
        env: dict[str, Bound] = {}
        if named & self._parameters_around(decl, call):
            caller = self.helper_of(decl, type_)
            if caller is None or not self.spread(caller):
                return None
            env = self.environment(caller)
            if named & (self._parameters_around(decl, call) - env.keys()):
                return None
        return self.expression(At(self.path, self.facts, decl, env), type_)

    def _parameters_around(self, decl: Decl, node: n.Node) -> set[str]:
        names = self._class_parameters(decl)
        for above in (*decl.ancestors(node), decl.node):
            if isinstance(above, n.Function):
                names.update(param.name for param in above.type_params)
        return names

    def expression(self, at: At, type_: n.Type) -> str | None:
        """A schema as an argument: the name of a constant, or an expression where that is short."""
        written = self.schemas.writer.write(at, type_)
        expr = written.expr
        if isinstance(expr, Raw) and expr.name and not expr.tail:
            if not self.schemas.import_schema(expr.name, expr.path):
                return None
            return expr.name if written.exact else self._asserted(expr.name, at, type_)
        flat = expr.flat()
        if flat == "schema":
            return flat
        if written.undefined and flat != _UNCHECKED:
            raise InexpressibleError("the type admits undefined")
        if at.env or len(flat) <= _SHORT:
            for name, path in sorted(self.schemas.writer.used):
                if name in flat and not self.schemas.import_schema(name, path):
                    return None
            text = self._zod(flat)
            self._long[text] = expr
            return text if written.exact else self._asserted(text, at, type_)
        found = self.schemas.schema_for(
            at.decl, type_, f"{(at.decl.name or 'api').lstrip('#_')}Response", at.decl
        )
        if found is None:
            return None
        name, exact = found
        return name if exact else self._asserted(name, at, type_)

    def _asserted(self, text: str, at: At, type_: n.Type) -> str:
        """A schema whose optional properties may be `undefined` too, which JSON never says."""
        return f"{text} as {self._zod('z.ZodType')}<{at.decl.text_of(type_)}>"

    def _zod(self, text: str) -> str:
        api = self.schemas.api
        assert api is not None  # noqa: S101 - only asked for where `usable`
        self.schemas.editor(self.path).want(api.specifier, "z")
        return text
