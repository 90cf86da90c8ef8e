"""Which columns a written row has: literals, spreads, maps, functions that build rows, schemas, types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, dotted
from fourlayer.syntax.facts import walk
from fourlayer.syntax.flow import function_around, holds_on_every_path
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from fourlayer.project.queries.follow import At, Follower
    from fourlayer.project.queries.model import Truth
    from fourlayer.syntax.scope import Binding

_DEEPEST = 14
_SAME_ROWS = frozenset(
    {"filter", "slice", "sort", "reverse", "toSorted", "toReversed", "concat", "flat", "values", "splice"}
)
_COPIES = frozenset({"structuredClone", "cloneDeep", "clone", "stripUndefined", "omitUndefined"})
_ROW_TYPES = frozenset(
    {"Array", "ReadonlyArray", "Promise", "Readonly", "Awaited", "Required", "NonNullable"}
)

Env = Mapping[n.Node, "At"]
"""What is passed for the parameters of the functions that are being followed."""


class Row(NamedTuple):
    """The columns of a row, or of every row of several.

    `always` are present on every path, `maybe` on some. `open` tells that there may be others. `typed`
    tells that (some of) this is known from a type alone. `places` are the properties that give a column.
    """

    always: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()
    open: bool = False
    typed: bool = False
    places: tuple[tuple[str, At], ...] = ()

    def has(self, columns: Collection[str]) -> Truth:
        """Whether the row has one of these columns."""
        if any(column in self.always for column in columns):
            return "always"
        if any(column in self.maybe for column in columns):
            return "sometimes"
        return "unknown" if self.open else "never"


UNKNOWN = Row(open=True)


def row_of(at: At, follower: Follower) -> Row:
    """The columns of what an expression says is written."""
    return _Reader(follower).row(at, {}, 0)


class _Reader:
    def __init__(self, follower: Follower) -> None:
        self._follower = follower

    def row(self, at: At, env: Env, depth: int) -> Row:
        expr = bare(at.expr) if isinstance(at.expr, n.Expr) else at.expr
        if depth > _DEEPEST:
            return UNKNOWN
        match expr:
            case n.Object():
                return self._object(at.to(expr), env, depth)
            case n.Array():
                return self._array(at, expr.items, env, depth)
            case n.Cond():
                return _either(self.row(at.to(part), env, depth + 1) for part in (expr.then, expr.other))
            case n.Binary(op="??" | "||"):
                return _either(self.row(at.to(part), env, depth + 1) for part in (expr.left, expr.right))
            case n.Binary(op="&&"):
                return _optional(self.row(at.to(expr.right), env, depth + 1))
            case n.Const() | n.Str() | n.Num():
                return Row()
            case n.Name():
                found = self._name(at.to(expr), expr, env, depth)
            case n.Call():
                found = self._call(at.to(expr), expr, env, depth)
            case n.Member():
                found = self._member(at.to(expr), expr, env, depth)
            case _:
                found = UNKNOWN
        return self._cast(at, found)

    def _cast(self, at: At, found: Row) -> Row:
        """What a cast around an unknown value says."""
        expr = at.expr
        if found.open and not found.always and isinstance(expr, n.Cast) and expr.type is not None:
            typed = self._type(at, expr.type, 0)
            if not typed.open or typed.always:
                return typed
        return found

    # Literals

    def _object(self, at: At, env: Env, depth: int) -> Row:
        row = Row()
        assert isinstance(at.expr, n.Object)  # noqa: S101 - narrows for the type checkers
        for prop in at.expr.props:
            if isinstance(prop, n.Spread):
                row = _merged(row, self.row(at.to(prop.value), env, depth + 1))
                continue
            keys: tuple[str, ...] = (prop.key,) if prop.key is not None else ()
            if prop.computed is not None:
                keys = self._follower.strings(at.to(prop.computed))
            value = bare(prop.value)
            if isinstance(value, n.Const) and value.value == "undefined":
                row = row._replace(always=row.always - set(keys), maybe=row.maybe - set(keys))
            elif len(keys) == 1:
                row = _merged(row, Row(frozenset((keys[0],)), places=((keys[0], at.to(prop)),)))
            else:
                row = row._replace(open=True, maybe=row.maybe | set(keys))
        return row

    def _array(self, at: At, items: Iterable[n.Expr], env: Env, depth: int) -> Row:
        rows: list[Row] = []
        for item in items:
            inner = item.value if isinstance(item, n.Spread) else item
            row = self.row(at.to(inner), env, depth + 1)
            if row != Row() or not isinstance(item, n.Spread):
                rows.append(row)
        return _either(rows)

    # Names

    def _name(self, at: At, name: n.Name, env: Env, depth: int) -> Row:
        binding = scopes_of(at.decl).binding(name)
        if binding is not None and binding.owner in env and binding.path == ():
            outer = env[binding.owner]
            return self.row(outer, {}, depth + 1)
        if binding is not None and isinstance(binding.owner, n.Param):
            return self._with_changes(at, binding, self._parameter(at, binding, env, depth), env, depth)
        values = self._follower.values(at)
        if values is None:
            row = self._unfollowed(at, binding, env, depth)
        else:
            row = self._values(at, values, env, depth)
            if row.open and binding is not None and binding.type is not None and binding.path == ():
                row = _known_by_type(row, self._type(at, binding.type, 0))
        return self._with_changes(at, binding, row, env, depth) if binding is not None else row

    def _values(self, at: At, values: tuple[At, ...], env: Env, depth: int) -> Row:
        inner = [self.row(value, env if value.decl is at.decl else {}, depth + 1) for value in values]
        return _either(inner)

    def _unfollowed(self, at: At, binding: Binding | None, env: Env, depth: int) -> Row:
        """A name of which no expression is known: taken out of something, or of a declared type."""
        if binding is None:
            return UNKNOWN
        if isinstance(binding.owner, n.Loop) and binding.path == () and binding.owner.iterable is not None:
            return self.row(at.to(binding.owner.iterable), env, depth + 1)
        if binding.path == () and binding.type is not None:
            return self._type(at, binding.type, 0)
        if binding.init is not None and binding.path == ("data",):
            return self._parsed(at.to(binding.init), depth)
        if binding.path is None and isinstance(binding.owner, n.Declarator) and binding.init is not None:
            return self._rest(at, binding, env, depth)
        return UNKNOWN

    def _rest(self, at: At, binding: Binding, env: Env, depth: int) -> Row:
        """`const { a, ...rest } = value`: the value's columns without those taken."""
        owner = binding.owner
        if not isinstance(owner, n.Declarator) or not isinstance(owner.target, n.ObjectPattern):
            return UNKNOWN
        assert owner.init is not None  # noqa: S101 - the caller asked
        taken = {prop.key for prop in owner.target.props if prop.key is not None}
        row = self.row(at.to(owner.init), env, depth + 1)
        return row._replace(always=row.always - taken, maybe=row.maybe - taken, places=())

    def _parameter(self, at: At, binding: Binding, env: Env, depth: int) -> Row:
        kind = binding.type
        typed = UNKNOWN
        if kind is not None and binding.path is not None:
            typed = self._typed_path(at, kind, binding.path)
        if typed.always and not typed.open:
            return typed
        passed = self._follower.arguments(at)
        if passed:
            row = _either(self.row(argument, {}, depth + 2) for argument in passed)
            if not row.open:
                return row
            if row.always:
                return _merged(typed._replace(open=True), row)
        mapped = self._element(at, binding, env, depth)
        if mapped is not None and (typed.open or not typed.always):
            return mapped if not mapped.open or mapped.always else _known_by_type(mapped, typed)
        return typed

    def _element(self, at: At, binding: Binding, env: Env, depth: int) -> Row | None:
        """The parameter of a callback that runs over an array."""
        function = function_around(at.decl, binding.owner)
        call = at.decl.parent(function) if function is not None else None
        if function is None or not isinstance(call, n.Call) or binding.path != ():
            return None
        callee = bare(call.callee)
        first = function.params.index(binding.owner) == 0 if binding.owner in function.params else False
        if first and isinstance(callee, n.Member) and callee.name in ("map", "forEach", "flatMap", "filter"):
            return self.row(at.to(callee.object), env, depth + 1)
        return None

    def _with_changes(self, at: At, binding: Binding, row: Row, env: Env, depth: int) -> Row:
        """Columns that are assigned later, and rows that are pushed."""
        pushed: list[Row] = []
        assigned: dict[str, list[n.Assign]] = {}
        for use in binding.uses:
            parent = at.decl.parent(use)
            if isinstance(parent, n.Member) and parent.object is use:
                outer = at.decl.parent(parent)
                if isinstance(outer, n.Assign) and outer.target is parent:
                    assigned.setdefault(parent.name, []).append(outer)
                elif isinstance(outer, n.Call) and parent.name in ("push", "unshift") and outer.args:
                    rows = [a.value if isinstance(a, n.Spread) else a for a in outer.args]
                    pushed.extend(self.row(at.to(one), env, depth + 1) for one in rows)
            elif isinstance(parent, n.Index) and parent.object is use:
                outer = at.decl.parent(parent)
                keys = self._follower.strings(at.to(parent.index))
                if isinstance(outer, n.Assign) and outer.target is parent and len(keys) == 1:
                    assigned.setdefault(keys[0], []).append(outer)
            elif _extends(parent, use):
                for arg in parent.args[1:]:
                    row = _merged(row, self.row(at.to(arg), env, depth + 1))
        for key, assigns in assigned.items():
            row = _given(at, key, assigns, row)
        if pushed:
            return _either(pushed if row == Row() else [row, *pushed])
        # An array that nobody is seen to fill may be filled by whoever it is handed to.
        return UNKNOWN if row == Row() else row

    # Calls

    def _call(self, at: At, call: n.Call, env: Env, depth: int) -> Row:
        callee = bare(call.callee)
        if isinstance(callee, n.Member):
            if callee.name in ("map", "flatMap") and call.args:
                return self._mapped(at, callee.object, call.args[0], env, depth)
            if callee.name in _SAME_ROWS:
                row = self.row(at.to(callee.object), env, depth + 1)
                extra = [self.row(at.to(arg), env, depth + 1) for arg in call.args if callee.name == "concat"]
                return _either([row, *extra]) if row != Row() or not extra else _either(extra)
            if callee.name in ("parse", "parseAsync", "validateSync", "cast"):
                schema = self._schema(at.to(callee.object), depth)
                if schema is not None:
                    return schema
            if callee.name == "all" and dotted(callee) == "Promise.all" and call.args:
                return self.row(at.to(call.args[0]), env, depth + 1)
            if dotted(callee) == "Object.assign":
                row = Row()
                for arg in call.args:
                    row = _merged(row, self.row(at.to(arg), env, depth + 1))
                return row
            if dotted(callee) == "Array.from" and len(call.args) == 2:
                return self._mapped(at, call.args[0], call.args[1], env, depth)
        name = dotted(call.callee) or ""
        if name.rpartition(".")[2] in _COPIES and call.args:
            return self.row(at.to(call.args[0]), env, depth + 1)
        if name == "JSON.parse" and call.args and isinstance(bare(call.args[0]), n.Call):
            inner = bare(call.args[0])
            if isinstance(inner, n.Call) and dotted(inner.callee) == "JSON.stringify" and inner.args:
                return self.row(at.to(inner.args[0]), env, depth + 1)
        return self._returned(at, call, env, depth)

    def _mapped(self, at: At, over: n.Expr, callback: n.Expr, env: Env, depth: int) -> Row:
        function = self._follower.function(at.to(callback))
        if function is None or not isinstance(function.expr, n.Function):
            return UNKNOWN
        inner = dict(env) if function.decl is at.decl else {}
        if function.expr.params and function.decl is not at.decl:
            inner[function.expr.params[0]] = at.to(over)
        return self._result(function, inner, depth)

    def _returned(self, at: At, call: n.Call, env: Env, depth: int) -> Row:
        function = self._follower.function(at.to(call.callee))
        if function is None or not isinstance(function.expr, n.Function):
            return UNKNOWN
        inner: dict[n.Node, At] = dict(env) if function.decl is at.decl else {}
        for param, arg in zip(function.expr.params, call.args, strict=False):
            if not isinstance(arg, n.Spread) and not param.rest:
                inner[param] = at.to(arg)
        return self._result(function, inner, depth)

    def _result(self, function: At, env: Env, depth: int) -> Row:
        returns = self._follower.returns(function)
        rows = [self.row(value, env, depth + 1) for value in returns if not _is_nothing(value.expr)]
        row = _either(rows) if rows else UNKNOWN
        node = function.expr
        if row.open and isinstance(node, n.Function) and node.return_type is not None:
            row = _known_by_type(row, self._type(function, node.return_type, 0))
        return row

    # Validated data

    def _member(self, at: At, expr: n.Member, env: Env, depth: int) -> Row:
        if expr.name == "data":
            row = self._parsed(at.to(expr.object), depth)
            if row != UNKNOWN:
                return row
        if isinstance(bare(expr.object), n.Name) and dotted(expr.object) == "this":
            return self._of_field(at, expr.name, depth)
        values = self._follower.values(at)
        if values is None or (len(values) == 1 and values[0].expr is expr):
            return self._typed_member(at, expr)
        return self._values(at, values, env, depth)

    def _of_field(self, at: At, name: str, depth: int) -> Row:
        """A field may be filled anywhere: only its type tells, or a value that it always has."""
        member = self._follower.member(at, name)
        node = member.expr if member is not None else None
        if member is None or not isinstance(node, n.ClassMember):
            return UNKNOWN
        if node.type is not None:
            return self._type(member, node.type, 0)
        if "readonly" in node.modifiers and isinstance(node.init, n.Object):
            return self.row(member.to(node.init), {}, depth + 1)
        return UNKNOWN

    def _typed_member(self, at: At, expr: n.Member) -> Row:
        path: list[str] = []
        node: n.Expr = expr
        while isinstance(node, n.Member):
            path.insert(0, node.name)
            node = bare(node.object)
        binding = scopes_of(at.decl).binding(node)
        if binding is None or binding.type is None or binding.path is None:
            return UNKNOWN
        return self._typed_path(at, binding.type, (*binding.path, *path))

    def _parsed(self, at: At, depth: int) -> Row:
        """`.data` of a safeParse."""
        for value in self._follower.values(at) or ():
            call = bare(value.expr) if isinstance(value.expr, n.Expr) else value.expr
            callee = call.callee if isinstance(call, n.Call) else None
            if isinstance(callee, n.Member) and callee.name in ("safeParse", "safeParseAsync"):
                schema = self._schema(value.to(callee.object), depth)
                if schema is not None:
                    return schema
        return UNKNOWN

    def _schema(self, at: At, depth: int) -> Row | None:
        """The keys of a Zod object schema."""
        values = self._follower.values(at)
        if values is None or len(values) != 1 or depth > _DEEPEST or not isinstance(values[0].expr, n.Expr):
            return None
        at = values[0]
        assert isinstance(at.expr, n.Expr)  # noqa: S101 - asked above
        chain = chain_of(at.expr)
        # `Schema.partial()` starts from another schema, `z.object(...)` from the library.
        row = (
            self._schema(at.to(chain.head), depth + 1) if chain.calls and chain.head is not at.expr else None
        )
        for link in chain.calls:
            arg = link.args[0] if link.args else None
            if link.name in ("object", "strictObject", "looseObject") and arg is not None:
                row = _shape(arg)
            elif link.name in ("extend", "merge", "and", "safeExtend") and arg is not None:
                added = (
                    _shape(arg) if isinstance(bare(arg), n.Object) else self._schema(at.to(arg), depth + 1)
                )
                row = _merged(row or UNKNOWN, added or UNKNOWN)
            elif link.name == "array" and arg is not None:
                row = self._schema(at.to(arg), depth + 1)
            elif link.name == "partial" and row is not None:
                row = _optional(row)
            elif link.name in ("omit", "pick") and row is not None and isinstance(arg, n.Object):
                keys = {prop.key for prop in arg.props if isinstance(prop, n.Prop) and prop.key is not None}
                row = _without(row, keys) if link.name == "omit" else _only(row, keys)
            elif link.name == "transform":
                return UNKNOWN
        return row

    # Types

    def _typed_path(self, at: At, kind: n.Type, path: tuple[object, ...]) -> Row:
        for step in path:
            inner = self._property_type(at, kind, step, 0)
            if inner is None:
                return UNKNOWN
            at, kind = inner
        return self._type(at, kind, 0)

    def _property_type(self, at: At, kind: n.Type, step: object, depth: int) -> tuple[At, n.Type] | None:
        if isinstance(kind, n.TypeRef) and depth < 6:
            target = self._follower.top_level(at, kind.name)
            node = target.decl.node if target is not None else None
            if target is None:
                return None
            if isinstance(node, n.InterfaceDecl):
                return self._property_type(target, node.body, step, depth + 1)
            if isinstance(node, n.TypeAlias):
                return self._property_type(target, node.value, step, depth + 1)
        if isinstance(kind, n.TypeObject):
            for member in kind.members:
                if member.name == step and member.kind == "property" and member.type is not None:
                    return at, member.type
        return None

    def _type(self, at: At, kind: n.Type, depth: int) -> Row:
        """The columns that a type demands, or allows."""
        if depth > 8:
            return UNKNOWN
        match kind:
            case n.TypeObject():
                return _members(kind)
            case n.TypeArray():
                return self._type(at, kind.item, depth + 1)
            case n.TypeUnion(op="&"):
                row = Row(typed=True)
                for item in kind.items:
                    row = _merged(row, self._type(at, item, depth + 1))
                return row
            case n.TypeUnion():
                items = [item for item in kind.items if not _is_empty_type(item)]
                return _either([self._type(at, item, depth + 1) for item in items])
            case n.TypeRef():
                return self._reference(at, kind, depth)
            case _:
                return UNKNOWN

    def _reference(self, at: At, kind: n.TypeRef, depth: int) -> Row:
        if kind.name in _ROW_TYPES and kind.args:
            return self._type(at, kind.args[0], depth + 1)
        if kind.name == "Partial" and kind.args:
            return _optional(self._type(at, kind.args[0], depth + 1))
        if kind.name in ("Omit", "Pick") and len(kind.args) == 2:
            keys = _literal_keys(kind.args[1])
            row = self._type(at, kind.args[0], depth + 1)
            if keys is None:
                return UNKNOWN
            return _without(row, keys) if kind.name == "Omit" else _only(row, keys)
        if kind.name in ("z.infer", "z.input", "z.output", "z.TypeOf", "Infer") and kind.args:
            return self._inferred(at, kind.args[0], depth)
        target = self._follower.top_level(at, kind.name)
        node = target.decl.node if target is not None else None
        if target is not None and isinstance(node, n.InterfaceDecl):
            row = _members(node.body)
            for base in node.extends:
                row = _merged(self._type(target, base, depth + 1), row)
            return row
        if target is not None and isinstance(node, n.TypeAlias):
            return self._type(target, node.value, depth + 1)
        return UNKNOWN

    def _inferred(self, at: At, kind: n.Type, depth: int) -> Row:
        for node in walk(kind):
            name = node.name if isinstance(node, n.Name | n.TypeRef) else None
            if name is not None:
                target = self._follower.top_level(at, name)
                if target is not None and isinstance(target.decl.node, n.VarDecl):
                    init = target.decl.node.declarators[0].init
                    row = self._schema(target.to(init), depth + 1) if init is not None else None
                    return row._replace(typed=True) if row is not None else UNKNOWN
        return UNKNOWN


def _given(at: At, key: str, assigns: list[n.Assign], row: Row) -> Row:
    """The row with a column that is assigned before the place, on every path or on some."""
    root = function_around(at.decl, at.expr)
    if root is None or any(function_around(at.decl, one) is not root for one in assigns):
        return row._replace(maybe=row.maybe | {key})
    always, sometimes = holds_on_every_path(root, at.expr, lambda node: node in assigns)
    if always:
        return row._replace(always=row.always | {key})
    return row._replace(maybe=row.maybe | {key}) if sometimes else row


def _extends(parent: n.Node | None, target: n.Node) -> TypeGuard[n.Call]:
    """Whether the parent is `Object.assign(target, ...)`."""
    if not isinstance(parent, n.Call) or parent.args[:1] != (target,):
        return False
    return dotted(parent.callee) == "Object.assign"


def _shape(expr: n.Expr) -> Row:
    """The keys of the object that `z.object` is given."""
    shape = bare(expr)
    if not isinstance(shape, n.Object):
        return UNKNOWN
    row = Row()
    for prop in shape.props:
        if isinstance(prop, n.Spread) or prop.key is None:
            row = row._replace(open=True)
        elif set(chain_of(prop.value).names) & {"optional", "nullish"}:
            row = row._replace(maybe=row.maybe | {prop.key})
        else:
            row = row._replace(always=row.always | {prop.key})
    return row


def _members(kind: n.TypeObject) -> Row:
    always: set[str] = set()
    maybe: set[str] = set()
    is_open = False
    for member in kind.members:
        if member.kind == "index":
            is_open = True
        elif member.name is not None:
            (maybe if member.optional or _is_optional(member.type) else always).add(member.name)
    return Row(frozenset(always), frozenset(maybe), is_open, typed=True)


def _is_optional(kind: n.Type | None) -> bool:
    return isinstance(kind, n.TypeUnion) and any(
        isinstance(item, n.TypeRef | n.TypeLiteral) and _type_word(item) == "undefined" for item in kind.items
    )


def _is_empty_type(kind: n.Type) -> bool:
    return _type_word(kind) in ("null", "undefined", "void", "never")


def _type_word(kind: n.Type) -> str:
    if isinstance(kind, n.TypeRef):
        return kind.name
    return kind.text if isinstance(kind, n.TypeLiteral) else ""


def _literal_keys(kind: n.Type) -> set[str] | None:
    items = kind.items if isinstance(kind, n.TypeUnion) else (kind,)
    if not all(isinstance(item, n.TypeLiteral) for item in items):
        return None
    return {item.text.strip("\"'`") for item in items if isinstance(item, n.TypeLiteral)}


def _is_nothing(expr: n.Node) -> bool:
    return isinstance(expr, n.Const) or (isinstance(expr, n.Array) and not expr.items)


def _merged(row: Row, more: Row) -> Row:
    """One object after the other, as spreads are."""
    return Row(
        row.always | more.always,
        (row.maybe | more.maybe) - row.always - more.always,
        row.open or more.open,
        row.typed or more.typed,
        (*row.places, *more.places),
    )


def _either(rows: Iterable[Row]) -> Row:
    """One of several; columns that only some have are `maybe`."""
    found = list(rows)
    if not found:
        return Row()
    first, *others = found
    for row in others:
        always = first.always & row.always
        first = Row(
            always,
            (first.always | row.always | first.maybe | row.maybe) - always,
            first.open or row.open,
            first.typed or row.typed,
            (*first.places, *row.places),
        )
    return first


def _optional(row: Row) -> Row:
    return row._replace(always=frozenset(), maybe=row.always | row.maybe)


def _without(row: Row, keys: set[str]) -> Row:
    return row._replace(always=row.always - keys, maybe=row.maybe - keys)


def _only(row: Row, keys: set[str]) -> Row:
    return row._replace(always=row.always & keys, maybe=row.maybe & keys)


def _known_by_type(row: Row, typed: Row) -> Row:
    """An open row, made more precise by a declared type."""
    if typed == UNKNOWN:
        return row
    return Row(
        row.always | typed.always,
        (row.maybe | typed.maybe) - row.always - typed.always,
        typed.open,
        True,
        row.places,
    )
