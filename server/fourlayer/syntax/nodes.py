"""The lowered syntax tree: what rules read instead of tree-sitter's nodes.

A node's `start` and `end` count bytes from the start of the declaration it belongs to, so that an edit
elsewhere in the file leaves the node as it is. `Decl.span(node)` gives the place in the file.
Parentheses are gone, `await` stands where it belongs, and every node kind is one small class.
"""

from __future__ import annotations

from typing import Literal


class Node:
    """Base of all lowered nodes."""

    __slots__ = ("end", "start")
    fields: tuple[str, ...] = ()
    """Attributes that hold child nodes, tuples of them, or None; in source order."""

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


# Expressions


class Expr(Node):
    """Base of expressions."""

    __slots__ = ()


class Name(Expr):
    """An identifier, `this` or `super`."""

    __slots__ = ("name",)

    def __init__(self, start: int, end: int, name: str) -> None:
        self.start = start
        self.end = end
        self.name = name


class Str(Expr):
    """A string literal, or a template without substitutions; `value` has its escapes resolved."""

    __slots__ = ("template", "value")

    def __init__(self, start: int, end: int, value: str, template: bool = False) -> None:
        self.start = start
        self.end = end
        self.value = value
        self.template = template


class Template(Expr):
    """A template with substitutions: `quasis` are the raw texts around `exprs` (one more than those)."""

    __slots__ = ("exprs", "quasis")
    fields = ("exprs",)

    def __init__(self, start: int, end: int, quasis: tuple[str, ...], exprs: tuple[Expr, ...]) -> None:
        self.start = start
        self.end = end
        self.quasis = quasis
        self.exprs = exprs


class Num(Expr):
    """A number literal as written."""

    __slots__ = ("text",)

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start = start
        self.end = end
        self.text = text


class Const(Expr):
    """`true`, `false`, `null` or `undefined`."""

    __slots__ = ("value",)

    def __init__(self, start: int, end: int, value: str) -> None:
        self.start = start
        self.end = end
        self.value = value


class Regex(Expr):
    """A regular expression literal."""

    __slots__ = ()


class Member(Expr):
    """`object.name` or `object?.name`; `name_start` is where the name begins. Private names keep `#`."""

    __slots__ = ("name", "name_start", "object", "optional")
    fields = ("object",)

    def __init__(self, start: int, end: int, obj: Expr, name: str, name_start: int, optional: bool) -> None:
        self.start = start
        self.end = end
        self.object = obj
        self.name = name
        self.name_start = name_start
        self.optional = optional


class Index(Expr):
    """`object[index]`."""

    __slots__ = ("index", "object", "optional")
    fields = ("object", "index")

    def __init__(self, start: int, end: int, obj: Expr, index: Expr, optional: bool) -> None:
        self.start = start
        self.end = end
        self.object = obj
        self.index = index
        self.optional = optional


class Call(Expr):
    """A call. `import("x")` has the callee `Name("import")`. `args_start` is the offset of `(`."""

    __slots__ = ("args", "args_start", "callee", "optional", "type_args")
    fields = ("callee", "type_args", "args")

    def __init__(
        self,
        start: int,
        end: int,
        callee: Expr,
        args: tuple[Expr, ...],
        type_args: tuple[Type, ...],
        optional: bool,
        args_start: int,
    ) -> None:
        self.start = start
        self.end = end
        self.callee = callee
        self.args = args
        self.type_args = type_args
        self.optional = optional
        self.args_start = args_start


class New(Expr):
    """`new callee(args)`."""

    __slots__ = ("args", "callee", "type_args")
    fields = ("callee", "type_args", "args")

    def __init__(
        self, start: int, end: int, callee: Expr, args: tuple[Expr, ...], type_args: tuple[Type, ...]
    ) -> None:
        self.start = start
        self.end = end
        self.callee = callee
        self.args = args
        self.type_args = type_args


class Tagged(Expr):
    """A tagged template; `template` is a Str or a Template."""

    __slots__ = ("tag", "template", "type_args")
    fields = ("tag", "type_args", "template")

    def __init__(
        self, start: int, end: int, tag: Expr, template: Str | Template, type_args: tuple[Type, ...]
    ) -> None:
        self.start = start
        self.end = end
        self.tag = tag
        self.template = template
        self.type_args = type_args


class Await(Expr):
    """`await value`."""

    __slots__ = ("value",)
    fields = ("value",)

    def __init__(self, start: int, end: int, value: Expr) -> None:
        self.start = start
        self.end = end
        self.value = value


class Yield(Expr):
    """`yield value` or `yield* value`."""

    __slots__ = ("value",)
    fields = ("value",)

    def __init__(self, start: int, end: int, value: Expr | None) -> None:
        self.start = start
        self.end = end
        self.value = value


class Unary(Expr):
    """`!x`, `-x`, `typeof x`, `void x`, `delete x`, `++x`, `x--` (operator as written)."""

    __slots__ = ("op", "value")
    fields = ("value",)

    def __init__(self, start: int, end: int, op: str, value: Expr) -> None:
        self.start = start
        self.end = end
        self.op = op
        self.value = value


class Binary(Expr):
    """A binary or logical operation (`&&`, `||`, `??`, `in`, `instanceof`, comparisons, arithmetic)."""

    __slots__ = ("left", "op", "right")
    fields = ("left", "right")

    def __init__(self, start: int, end: int, op: str, left: Expr, right: Expr) -> None:
        self.start = start
        self.end = end
        self.op = op
        self.left = left
        self.right = right


class Assign(Expr):
    """`target op value` with op `=`, `+=`, `??=`, ..."""

    __slots__ = ("op", "target", "value")
    fields = ("target", "value")

    def __init__(self, start: int, end: int, op: str, target: Pattern | Expr, value: Expr) -> None:
        self.start = start
        self.end = end
        self.op = op
        self.target = target
        self.value = value


class Cond(Expr):
    """`test ? then : other`."""

    __slots__ = ("other", "test", "then")
    fields = ("test", "then", "other")

    def __init__(self, start: int, end: int, test: Expr, then: Expr, other: Expr) -> None:
        self.start = start
        self.end = end
        self.test = test
        self.then = then
        self.other = other


class Spread(Expr):
    """`...value` in an array, object, or argument list."""

    __slots__ = ("value",)
    fields = ("value",)

    def __init__(self, start: int, end: int, value: Expr) -> None:
        self.start = start
        self.end = end
        self.value = value


CastOp = Literal["as", "satisfies", "<>", "!", "as const"]


class Cast(Expr):
    """`value as type`, `value satisfies type`, `<type>value`, `value!`, `value as const`."""

    __slots__ = ("op", "type", "value")
    fields = ("value", "type")

    def __init__(self, start: int, end: int, op: CastOp, value: Expr, type_: Type | None) -> None:
        self.start = start
        self.end = end
        self.op = op
        self.value = value
        self.type = type_


class Prop(Node):
    """A property of an object literal; `key` is None where computed (then `computed` holds the key).

    Methods and accessors are properties whose value is a Function.
    """

    __slots__ = ("computed", "key", "key_end", "shorthand", "value")
    fields = ("computed", "value")

    def __init__(
        self,
        start: int,
        end: int,
        key: str | None,
        key_end: int,
        value: Expr,
        shorthand: bool,
        computed: Expr | None,
    ) -> None:
        self.start = start
        self.end = end
        self.key = key
        self.key_end = key_end
        self.value = value
        self.shorthand = shorthand
        self.computed = computed


class Object(Expr):
    """An object literal."""

    __slots__ = ("props",)
    fields = ("props",)

    def __init__(self, start: int, end: int, props: tuple[Prop | Spread, ...]) -> None:
        self.start = start
        self.end = end
        self.props = props


class Array(Expr):
    """An array literal; holes are left out."""

    __slots__ = ("items",)
    fields = ("items",)

    def __init__(self, start: int, end: int, items: tuple[Expr, ...]) -> None:
        self.start = start
        self.end = end
        self.items = items


class Sequence(Expr):
    """`a, b`."""

    __slots__ = ("items",)
    fields = ("items",)

    def __init__(self, start: int, end: int, items: tuple[Expr, ...]) -> None:
        self.start = start
        self.end = end
        self.items = items


class Other(Expr):
    """Anything else that may hold expressions: JSX, decorators, what the grammar rejected."""

    __slots__ = ("kind", "parts")
    fields = ("parts",)

    def __init__(self, start: int, end: int, kind: str, parts: tuple[Node, ...]) -> None:
        self.start = start
        self.end = end
        self.kind = kind
        self.parts = parts


# Functions and patterns


class ObjectPattern(Node):
    """`{ a, b: c = 1, ...rest }`."""

    __slots__ = ("props", "rest")
    fields = ("props", "rest")

    def __init__(self, start: int, end: int, props: tuple[PatternProp, ...], rest: Pattern | None) -> None:
        self.start = start
        self.end = end
        self.props = props
        self.rest = rest


class PatternProp(Node):
    """One property of an object pattern; `key` is None where computed."""

    __slots__ = ("default", "key", "target")
    fields = ("target", "default")

    def __init__(self, start: int, end: int, key: str | None, target: Pattern, default: Expr | None) -> None:
        self.start = start
        self.end = end
        self.key = key
        self.target = target
        self.default = default


class ArrayPattern(Node):
    """`[a, , b = 1, ...rest]`; holes are left out of `items`, so positions hold only without them."""

    __slots__ = ("items", "rest")
    fields = ("items", "rest")

    def __init__(self, start: int, end: int, items: tuple[Pattern, ...], rest: Pattern | None) -> None:
        self.start = start
        self.end = end
        self.items = items
        self.rest = rest


class DefaultPattern(Node):
    """`target = default` inside an array pattern."""

    __slots__ = ("default", "target")
    fields = ("target", "default")

    def __init__(self, start: int, end: int, target: Pattern, default: Expr) -> None:
        self.start = start
        self.end = end
        self.target = target
        self.default = default


Pattern = Name | ObjectPattern | ArrayPattern | DefaultPattern | Member | Index | Other


class Param(Node):
    """A parameter. `modifiers` make it a property of the class: `public`, `private`, `readonly`, ..."""

    __slots__ = ("default", "modifiers", "optional", "rest", "target", "type")
    fields = ("target", "type", "default")

    def __init__(
        self,
        start: int,
        end: int,
        target: Pattern,
        type_: Type | None,
        default: Expr | None,
        optional: bool,
        rest: bool,
        modifiers: tuple[str, ...],
    ) -> None:
        self.start = start
        self.end = end
        self.target = target
        self.type = type_
        self.default = default
        self.optional = optional
        self.rest = rest
        self.modifiers = modifiers


class Function(Expr):
    """Any function: declaration, expression, arrow, method, accessor, constructor, overload signature.

    `body` is a Block, an Expr (arrow without braces) or None (signature). `params_start`..`params_end`
    enclose the parenthesised parameter list (or the single bare parameter of an arrow).
    """

    __slots__ = (
        "arrow",
        "body",
        "is_async",
        "is_generator",
        "name",
        "params",
        "params_end",
        "params_start",
        "return_type",
        "type_params",
    )
    fields = ("type_params", "params", "return_type", "body")

    def __init__(
        self,
        start: int,
        end: int,
        name: str | None,
        params: tuple[Param, ...],
        return_type: Type | None,
        body: Block | Expr | None,
        is_async: bool,
        is_generator: bool,
        arrow: bool,
        type_params: tuple[TypeParam, ...],
        params_start: int,
        params_end: int,
    ) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.params = params
        self.return_type = return_type
        self.body = body
        self.is_async = is_async
        self.is_generator = is_generator
        self.arrow = arrow
        self.type_params = type_params
        self.params_start = params_start
        self.params_end = params_end


# Statements


class Stmt(Node):
    """Base of statements. `broken` tells that the grammar rejected something inside."""

    __slots__ = ("broken",)
    broken: bool


class Block(Stmt):
    """`{ ... }`, or the statements of a whole declaration."""

    __slots__ = ("stmts",)
    fields = ("stmts",)

    def __init__(self, start: int, end: int, stmts: tuple[Stmt, ...]) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.stmts = stmts


class Declarator(Node):
    """One `target: type = init` of a variable declaration."""

    __slots__ = ("init", "target", "type")
    fields = ("target", "type", "init")

    def __init__(self, start: int, end: int, target: Pattern, type_: Type | None, init: Expr | None) -> None:
        self.start = start
        self.end = end
        self.target = target
        self.type = type_
        self.init = init


class VarDecl(Stmt):
    """`const`, `let`, `var` (and `using`) declarations."""

    __slots__ = ("declarators", "kind")
    fields = ("declarators",)

    def __init__(self, start: int, end: int, kind: str, declarators: tuple[Declarator, ...]) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.kind = kind
        self.declarators = declarators


class ExprStmt(Stmt):
    """An expression as a statement."""

    __slots__ = ("expr",)
    fields = ("expr",)

    def __init__(self, start: int, end: int, expr: Expr) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.expr = expr


class Return(Stmt):
    """`return value`."""

    __slots__ = ("value",)
    fields = ("value",)

    def __init__(self, start: int, end: int, value: Expr | None) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.value = value


class Throw(Stmt):
    """`throw value`."""

    __slots__ = ("value",)
    fields = ("value",)

    def __init__(self, start: int, end: int, value: Expr) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.value = value


class If(Stmt):
    """`if (test) then else other`."""

    __slots__ = ("other", "test", "then")
    fields = ("test", "then", "other")

    def __init__(self, start: int, end: int, test: Expr, then: Stmt, other: Stmt | None) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.test = test
        self.then = then
        self.other = other


LoopKind = Literal["for", "in", "of", "await of", "while", "do"]


class Loop(Stmt):
    """Any loop. `target`/`iterable` for `in` and `of`; `init`/`test`/`update` for `for`; `test` for while."""

    __slots__ = ("body", "init", "iterable", "kind", "target", "test", "update")
    fields = ("init", "target", "iterable", "test", "update", "body")

    def __init__(
        self,
        start: int,
        end: int,
        kind: LoopKind,
        body: Stmt,
        init: Node | None = None,
        test: Expr | None = None,
        update: Expr | None = None,
        target: Pattern | None = None,
        iterable: Expr | None = None,
    ) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.kind = kind
        self.body = body
        self.init = init
        self.test = test
        self.update = update
        self.target = target
        self.iterable = iterable


class Case(Node):
    """One `case test:` (or `default:`, then `test` is None) with its statements."""

    __slots__ = ("stmts", "test")
    fields = ("test", "stmts")

    def __init__(self, start: int, end: int, test: Expr | None, stmts: tuple[Stmt, ...]) -> None:
        self.start = start
        self.end = end
        self.test = test
        self.stmts = stmts


class Switch(Stmt):
    """`switch (value) { cases }`."""

    __slots__ = ("cases", "value")
    fields = ("value", "cases")

    def __init__(self, start: int, end: int, value: Expr, cases: tuple[Case, ...]) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.value = value
        self.cases = cases


class Try(Stmt):
    """`try block catch (param) handler finally finalizer`."""

    __slots__ = ("block", "finalizer", "handler", "param", "param_type")
    fields = ("block", "param", "param_type", "handler", "finalizer")

    def __init__(
        self,
        start: int,
        end: int,
        block: Block,
        param: Pattern | None,
        param_type: Type | None,
        handler: Block | None,
        finalizer: Block | None,
    ) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.block = block
        self.param = param
        self.param_type = param_type
        self.handler = handler
        self.finalizer = finalizer


class Jump(Stmt):
    """`break` or `continue`, with its label."""

    __slots__ = ("kind", "label")

    def __init__(self, start: int, end: int, kind: str, label: str | None) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.kind = kind
        self.label = label


class Labeled(Stmt):
    """`label: body`."""

    __slots__ = ("body", "label")
    fields = ("body",)

    def __init__(self, start: int, end: int, label: str, body: Stmt) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.label = label
        self.body = body


class FunctionDecl(Stmt):
    """A function declaration."""

    __slots__ = ("function",)
    fields = ("function",)

    def __init__(self, start: int, end: int, function: Function) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.function = function


class ClassDecl(Stmt):
    """A class declaration (also the value of a class expression, inside a ClassExpr)."""

    __slots__ = ("abstract", "extends", "implements", "members", "name", "type_params")
    fields = ("type_params", "extends", "implements", "members")

    def __init__(
        self,
        start: int,
        end: int,
        name: str | None,
        type_params: tuple[TypeParam, ...],
        extends: Expr | None,
        implements: tuple[Type, ...],
        members: tuple[ClassMember, ...],
        abstract: bool,
    ) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.name = name
        self.type_params = type_params
        self.extends = extends
        self.implements = implements
        self.members = members
        self.abstract = abstract


class ClassExpr(Expr):
    """A class used as an expression."""

    __slots__ = ("decl",)
    fields = ("decl",)

    def __init__(self, start: int, end: int, decl: ClassDecl) -> None:
        self.start = start
        self.end = end
        self.decl = decl


class ClassMember(Node):
    """A member of a class.

    `kind` is `method`, `get`, `set`, `constructor`, `field`, `static block` or `index`; `function` is
    set for the first four (and holds a static block's body), `type` and `init` for fields.
    `modifiers` are the keywords before the name: `static`, `private`, `abstract`, `readonly`,
    `override`, `async`, `declare`, ...; `name` is None where computed.
    """

    __slots__ = ("function", "init", "kind", "modifiers", "name", "name_start", "optional", "type")
    fields = ("type", "init", "function")

    def __init__(
        self,
        start: int,
        end: int,
        kind: str,
        name: str | None,
        name_start: int,
        modifiers: tuple[str, ...],
        optional: bool,
        function: Function | None,
        type_: Type | None,
        init: Expr | None,
    ) -> None:
        self.start = start
        self.end = end
        self.kind = kind
        self.name = name
        self.name_start = name_start
        self.modifiers = modifiers
        self.optional = optional
        self.function = function
        self.type = type_
        self.init = init


class InterfaceDecl(Stmt):
    """An interface; `body` holds its members."""

    __slots__ = ("body", "extends", "name", "type_params")
    fields = ("type_params", "extends", "body")

    def __init__(
        self,
        start: int,
        end: int,
        name: str,
        type_params: tuple[TypeParam, ...],
        extends: tuple[Type, ...],
        body: TypeObject,
    ) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.name = name
        self.type_params = type_params
        self.extends = extends
        self.body = body


class TypeAlias(Stmt):
    """`type name<params> = value`."""

    __slots__ = ("name", "type_params", "value")
    fields = ("type_params", "value")

    def __init__(
        self, start: int, end: int, name: str, type_params: tuple[TypeParam, ...], value: Type
    ) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.name = name
        self.type_params = type_params
        self.value = value


class EnumDecl(Stmt):
    """An enum; each member is its name and initialiser."""

    __slots__ = ("inits", "members", "name")
    fields = ("inits",)

    def __init__(
        self, start: int, end: int, name: str, members: tuple[str, ...], inits: tuple[Expr, ...]
    ) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.name = name
        self.members = members
        self.inits = inits


class OtherStmt(Stmt):
    """A statement without a class of its own: imports, re-exports, namespaces, what was rejected."""

    __slots__ = ("kind", "parts")
    fields = ("parts",)

    def __init__(self, start: int, end: int, kind: str, parts: tuple[Node, ...]) -> None:
        self.start = start
        self.end = end
        self.broken = False
        self.kind = kind
        self.parts = parts


# Types


class Type(Node):
    """Base of types."""

    __slots__ = ()


class TypeRef(Type):
    """A named type, keyword types (`string`, `any`, `void`, ...) included; `name` may be dotted."""

    __slots__ = ("args", "name")
    fields = ("args",)

    def __init__(self, start: int, end: int, name: str, args: tuple[Type, ...]) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.args = args


class TypeLiteral(Type):
    """A literal type: string, number, `true`, `null`, ... as written."""

    __slots__ = ("text",)

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start = start
        self.end = end
        self.text = text


class TypeUnion(Type):
    """A union (`|`) or intersection (`&`) of two or more types."""

    __slots__ = ("items", "op")
    fields = ("items",)

    def __init__(self, start: int, end: int, op: str, items: tuple[Type, ...]) -> None:
        self.start = start
        self.end = end
        self.op = op
        self.items = items


class TypeArray(Type):
    """`item[]`."""

    __slots__ = ("item",)
    fields = ("item",)

    def __init__(self, start: int, end: int, item: Type) -> None:
        self.start = start
        self.end = end
        self.item = item


class TypeTuple(Type):
    """`[a, b?, ...c]`."""

    __slots__ = ("items",)
    fields = ("items",)

    def __init__(self, start: int, end: int, items: tuple[Type, ...]) -> None:
        self.start = start
        self.end = end
        self.items = items


class TypeProp(Node):
    """A member of an object type.

    `kind` is `property`, `method`, `index`, `call` or `construct`; for the callable kinds `type` is a
    TypeFunction, for `index` it is the value's type.
    """

    __slots__ = ("kind", "name", "optional", "readonly", "type")
    fields = ("type",)

    def __init__(
        self,
        start: int,
        end: int,
        kind: str,
        name: str | None,
        type_: Type | None,
        optional: bool,
        readonly: bool,
    ) -> None:
        self.start = start
        self.end = end
        self.kind = kind
        self.name = name
        self.type = type_
        self.optional = optional
        self.readonly = readonly


class TypeObject(Type):
    """`{ a: string; b?: number }` or an interface's body."""

    __slots__ = ("members",)
    fields = ("members",)

    def __init__(self, start: int, end: int, members: tuple[TypeProp, ...]) -> None:
        self.start = start
        self.end = end
        self.members = members


class TypeFunction(Type):
    """`(params) => result`, or a method signature's type."""

    __slots__ = ("params", "result", "type_params")
    fields = ("type_params", "params", "result")

    def __init__(
        self,
        start: int,
        end: int,
        params: tuple[Param, ...],
        result: Type | None,
        type_params: tuple[TypeParam, ...],
    ) -> None:
        self.start = start
        self.end = end
        self.params = params
        self.result = result
        self.type_params = type_params


class TypeOther(Type):
    """Any other type (`keyof`, `typeof`, conditional, mapped, indexed, ...) with the types inside."""

    __slots__ = ("kind", "parts")
    fields = ("parts",)

    def __init__(self, start: int, end: int, kind: str, parts: tuple[Node, ...]) -> None:
        self.start = start
        self.end = end
        self.kind = kind
        self.parts = parts


class TypeParam(Node):
    """`name extends constraint = default`."""

    __slots__ = ("constraint", "default", "name")
    fields = ("constraint", "default")

    def __init__(
        self, start: int, end: int, name: str, constraint: Type | None, default: Type | None
    ) -> None:
        self.start = start
        self.end = end
        self.name = name
        self.constraint = constraint
        self.default = default
