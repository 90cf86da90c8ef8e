"""Turn tree-sitter nodes into the lowered tree of `nodes`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from fourlayer.syntax import nodes as n
from fourlayer.syntax.grammar import LanguageId, language
from fourlayer.syntax.text import decode

if TYPE_CHECKING:
    from tree_sitter import Node

MODIFIERS = frozenset(
    {
        "static",
        "abstract",
        "async",
        "readonly",
        "override",
        "declare",
        "accessor",
        "public",
        "private",
        "protected",
    }
)
_FUNCTION_KINDS = frozenset(
    {
        "function_declaration",
        "generator_function_declaration",
        "function_expression",
        "function",
        "generator_function",
        "arrow_function",
        "method_definition",
        "function_signature",
        "method_signature",
        "abstract_method_signature",
    }
)
_CLASS_KINDS = frozenset({"class_declaration", "abstract_class_declaration", "class"})


class Lowerer:
    """Lowers the nodes of one declaration. Offsets in the result count from `base`.

    `data` is the unmasked text, so that names and literals read as written.
    """

    def __init__(self, data: bytes, base: int, language_id: LanguageId, broken: bool) -> None:
        self.data = data
        self.base = base
        self.broken = broken
        self.tables = _tables(language_id)

    def text(self, node: Node) -> str:
        """The node's text as written."""
        return decode(self.data[node.start_byte : node.end_byte])

    # Statements

    def stmt(self, node: Node) -> n.Stmt:
        """Lower a statement; what has no class of its own becomes an OtherStmt."""
        lower = self.tables.stmts.get(node.kind_id)
        if lower is not None:
            result = lower(self, node)
        else:
            result = n.OtherStmt(
                node.start_byte - self.base, node.end_byte - self.base, node.type, self.parts(node)
            )
        if self.broken and node.has_error:
            result.broken = True
        return result

    def stmts(self, nodes: list[Node]) -> tuple[n.Stmt, ...]:
        """Lower statements, comments left out."""
        comment = self.tables.comment
        return tuple([self.stmt(child) for child in nodes if child.kind_id != comment])

    def block(self, node: Node) -> n.Block:
        """Lower a `{ ... }` of statements."""
        result = n.Block(
            node.start_byte - self.base, node.end_byte - self.base, self.stmts(node.named_children)
        )
        if self.broken and node.has_error:
            result.broken = True
        return result

    def parts(self, node: Node) -> tuple[n.Node, ...]:
        """Lower whatever stands inside a node without a class of its own."""
        comment = self.tables.comment
        return tuple(
            [
                self.stmt(child) if child.kind_id in self.tables.stmts else self.expr(child)
                for child in node.named_children
                if child.kind_id != comment
            ]
        )

    # Expressions

    def expr(self, node: Node) -> n.Expr:
        """Lower an expression; parentheses vanish, unknown kinds become Other."""
        lower = self.tables.exprs.get(node.kind_id)
        if lower is not None:
            return lower(self, node)
        return n.Other(node.start_byte - self.base, node.end_byte - self.base, node.type, self.parts(node))

    def exprs(self, node: Node) -> tuple[n.Expr, ...]:
        """Lower the expressions of an argument list or array."""
        comment = self.tables.comment
        return tuple([self.expr(child) for child in node.named_children if child.kind_id != comment])

    def field(self, node: Node, name: str) -> Node | None:
        """The child in a field."""
        return node.child_by_field_id(self.tables.fields[name])

    def expr_field(self, node: Node, name: str) -> n.Expr:
        """Lower the expression in a field that the grammar requires; a missing one becomes Other."""
        child = self.field(node, name)
        if child is None:
            return n.Other(node.end_byte - self.base, node.end_byte - self.base, "missing", ())
        return self.expr(child)

    # Patterns

    def pattern(self, node: Node) -> n.Pattern:
        """Lower a binding pattern or an assignment target."""
        start, end = node.start_byte - self.base, node.end_byte - self.base
        kind = node.type
        if kind in ("identifier", "this", "shorthand_property_identifier_pattern"):
            return n.Name(start, end, self.text(node))
        if kind == "object_pattern":
            return self._object_pattern(node)
        if kind == "array_pattern":
            items: list[n.Pattern] = []
            rest: n.Pattern | None = None
            for child in node.named_children:
                if child.type == "rest_pattern":
                    rest = self._rest(child)
                elif child.type != "comment":
                    items.append(self.pattern(child))
            return n.ArrayPattern(start, end, tuple(items), rest)
        if kind in ("assignment_pattern", "object_assignment_pattern"):
            left, right = self.field(node, "left"), self.field(node, "right")
            if left is not None and right is not None:
                return n.DefaultPattern(start, end, self.pattern(left), self.expr(right))
        lowered = self.expr(node)
        if isinstance(lowered, n.Name | n.Member | n.Index | n.Other):
            return lowered
        return n.Other(start, end, kind, (lowered,))

    def _object_pattern(self, node: Node) -> n.ObjectPattern:
        props: list[n.PatternProp] = []
        rest: n.Pattern | None = None
        for child in node.named_children:
            start, end = child.start_byte - self.base, child.end_byte - self.base
            kind = child.type
            if kind == "rest_pattern":
                rest = self._rest(child)
            elif kind == "shorthand_property_identifier_pattern":
                name = self.text(child)
                props.append(n.PatternProp(start, end, name, n.Name(start, end, name), None))
            elif kind == "object_assignment_pattern":
                left, right = self.field(child, "left"), self.field(child, "right")
                if left is not None and right is not None:
                    target = self.pattern(left)
                    key = target.name if isinstance(target, n.Name) else None
                    props.append(n.PatternProp(start, end, key, target, self.expr(right)))
            elif kind == "pair_pattern":
                key_node, value = self.field(child, "key"), self.field(child, "value")
                if key_node is not None and value is not None:
                    target = self.pattern(value)
                    default = None
                    if isinstance(target, n.DefaultPattern):
                        default = target.default
                        target = target.target
                    props.append(n.PatternProp(start, end, self.key(key_node), target, default))
        return n.ObjectPattern(node.start_byte - self.base, node.end_byte - self.base, tuple(props), rest)

    def _rest(self, node: Node) -> n.Pattern | None:
        inner = node.named_children
        return self.pattern(inner[0]) if inner else None

    def key(self, node: Node) -> str | None:
        """The name that a property key spells, or None where it is computed."""
        kind = node.type
        if kind in ("property_identifier", "private_property_identifier", "identifier", "number"):
            return self.text(node)
        if kind == "string":
            return self.string_value(node)
        if kind == "computed_property_name":
            inner = node.named_children
            if len(inner) == 1 and inner[0].type == "string":
                return self.string_value(inner[0])
        return None

    def string_value(self, node: Node) -> str:
        """The value of a string literal."""
        return unescape(self.text(node)[1:-1])

    # Functions

    def function(self, node: Node) -> n.Function:
        """Lower anything with parameters and a body."""
        base = self.base
        params_node = self.field(node, "parameters")
        params: tuple[n.Param, ...] = ()
        params_start = params_end = node.start_byte - base
        if params_node is not None:
            params = self.params(params_node)
        else:
            params_node = self.field(node, "parameter")
            if params_node is not None:
                start, end = params_node.start_byte - base, params_node.end_byte - base
                params = (n.Param(start, end, self.pattern(params_node), None, None, False, False, ()),)
        if params_node is not None:
            params_start, params_end = params_node.start_byte - base, params_node.end_byte - base
        body_node = self.field(node, "body")
        body: n.Block | n.Expr | None = None
        if body_node is not None:
            body = self.block(body_node) if body_node.type == "statement_block" else self.expr(body_node)
        name_node = self.field(node, "name")
        is_async = is_generator = False
        for child in node.children:
            if child.type == "async":
                is_async = True
            elif child.type == "*":
                is_generator = True
            elif child.kind_id == self.tables.formal_parameters or child.type == "statement_block":
                break
        return n.Function(
            node.start_byte - base,
            node.end_byte - base,
            self.key(name_node) if name_node is not None else None,
            params,
            self.annotation(self.field(node, "return_type")),
            body,
            is_async,
            is_generator or node.type.startswith("generator"),
            node.type == "arrow_function",
            self.type_params(self.field(node, "type_parameters")),
            params_start,
            params_end,
        )

    def params(self, node: Node) -> tuple[n.Param, ...]:
        """Lower a parenthesised parameter list."""
        return tuple(
            [
                self._param(child)
                for child in node.named_children
                if child.type in ("required_parameter", "optional_parameter")
            ]
        )

    def _param(self, node: Node) -> n.Param:
        target_node = self.field(node, "pattern")
        modifiers = tuple(
            [
                self.text(child)
                for child in node.children
                if child.type in ("accessibility_modifier", "override_modifier", "readonly")
            ]
        )
        rest = False
        target: n.Pattern
        start, end = node.start_byte - self.base, node.end_byte - self.base
        if target_node is None:
            target = n.Other(start, end, "missing", ())
        elif target_node.type == "rest_pattern":
            rest = True
            target = self._rest(target_node) or n.Other(start, end, "missing", ())
        else:
            target = self.pattern(target_node)
        value = self.field(node, "value")
        return n.Param(
            start,
            end,
            target,
            self.annotation(self.field(node, "type")),
            self.expr(value) if value is not None else None,
            node.type == "optional_parameter",
            rest,
            modifiers,
        )

    # Classes

    def class_decl(self, node: Node, members: bool = True) -> n.ClassDecl:
        """Lower a class; without `members` only its head."""
        name_node = self.field(node, "name")
        extends: n.Expr | None = None
        implements: tuple[n.Type, ...] = ()
        for child in node.named_children:
            if child.type == "class_heritage":
                for clause in child.named_children:
                    if clause.type == "extends_clause":
                        value = self.field(clause, "value")
                        extends = self.expr(value) if value is not None else None
                    elif clause.type == "implements_clause":
                        implements = self.types(clause)
                break
        body = self.field(node, "body")
        lowered: list[n.ClassMember] = []
        if members and body is not None:
            for child in body.named_children:
                member = self.class_member(child)
                if member is not None:
                    lowered.append(member)
        return n.ClassDecl(
            node.start_byte - self.base,
            node.end_byte - self.base,
            self.text(name_node) if name_node is not None else None,
            self.type_params(self.field(node, "type_parameters")),
            extends,
            implements,
            tuple(lowered),
            node.type == "abstract_class_declaration",
        )

    def class_member(self, node: Node) -> n.ClassMember | None:
        """Lower a class member; None for comments and decorators."""
        kind = node.type
        start, end = node.start_byte - self.base, node.end_byte - self.base
        if kind == "class_static_block":
            body = self.field(node, "body")
            block = self.block(body) if body is not None else None
            function = n.Function(start, end, None, (), None, block, False, False, False, (), start, start)
            return n.ClassMember(
                start, end, "static block", None, start, ("static",), False, function, None, None
            )
        if kind == "index_signature":
            value = self.annotation(self.field(node, "type"))
            return n.ClassMember(start, end, "index", None, start, (), False, None, value, None)
        if kind not in (
            "method_definition",
            "method_signature",
            "abstract_method_signature",
            "public_field_definition",
        ):
            return None
        modifiers, accessor, optional = self._member_words(node)
        name_node = self.field(node, "name")
        name = self.key(name_node) if name_node is not None else None
        name_start = (name_node.start_byte if name_node is not None else node.start_byte) - self.base
        if kind == "public_field_definition":
            value_node = self.field(node, "value")
            return n.ClassMember(
                start,
                end,
                "field",
                name,
                name_start,
                modifiers,
                optional,
                None,
                self.annotation(self.field(node, "type")),
                self.expr(value_node) if value_node is not None else None,
            )
        member_kind = accessor or ("constructor" if name == "constructor" else "method")
        if kind == "abstract_method_signature" and "abstract" not in modifiers:
            modifiers = (*modifiers, "abstract")
        return n.ClassMember(
            start, end, member_kind, name, name_start, modifiers, optional, self.function(node), None, None
        )

    def _member_words(self, node: Node) -> tuple[tuple[str, ...], str | None, bool]:
        """The modifiers, `get`/`set` and `?` of a member."""
        modifiers: list[str] = []
        accessor: str | None = None
        optional = False
        name_id = self.field(node, "name")
        for child in node.children:
            if name_id is not None and child.start_byte >= name_id.start_byte:
                if child.type == "?":
                    optional = True
                elif child.start_byte > name_id.start_byte and child.type != "!":
                    break
                continue
            word = self.text(child)
            if word in MODIFIERS:
                modifiers.append(word)
            elif word in ("get", "set"):
                accessor = word
        return tuple(modifiers), accessor, optional

    # Types

    def annotation(self, node: Node | None) -> n.Type | None:
        """Lower `: Type` (or a return type); None where there is none."""
        if node is None:
            return None
        inner = node.named_children
        for child in inner:
            if child.type != "comment":
                return self.type(child)
        return None

    def types(self, node: Node) -> tuple[n.Type, ...]:
        """Lower the types that stand directly inside a node."""
        return tuple([self.type(child) for child in node.named_children if child.type != "comment"])

    def type(self, node: Node) -> n.Type:
        """Lower a type; kinds without a class of their own become TypeOther."""
        lower = self.tables.types.get(node.kind_id)
        if lower is not None:
            return lower(self, node)
        return n.TypeOther(
            node.start_byte - self.base, node.end_byte - self.base, node.type, self.type_parts(node)
        )

    def type_parts(self, node: Node) -> tuple[n.Node, ...]:
        """Lower the types (and other parts) inside a type without a class of its own."""
        result: list[n.Node] = []
        for child in node.named_children:
            if child.type in ("required_parameter", "optional_parameter"):
                result.append(self._param(child))
            elif child.type != "comment":
                result.append(self.type(child))
        return tuple(result)

    def type_params(self, node: Node | None) -> tuple[n.TypeParam, ...]:
        """Lower `<T extends A = B>`."""
        if node is None:
            return ()
        result: list[n.TypeParam] = []
        for child in node.named_children:
            if child.type != "type_parameter":
                continue
            name = self.field(child, "name")
            constraint = self.field(child, "constraint")
            default = self.field(child, "value")
            result.append(
                n.TypeParam(
                    child.start_byte - self.base,
                    child.end_byte - self.base,
                    self.text(name) if name is not None else "",
                    self.annotation(constraint),
                    self.annotation(default),
                )
            )
        return tuple(result)

    def type_object(self, node: Node) -> n.TypeObject:
        """Lower the members of an object type or interface body."""
        members: list[n.TypeProp] = []
        for child in node.named_children:
            member = self._type_member(child)
            if member is not None:
                members.append(member)
        return n.TypeObject(node.start_byte - self.base, node.end_byte - self.base, tuple(members))

    def _type_member(self, node: Node) -> n.TypeProp | None:
        start, end = node.start_byte - self.base, node.end_byte - self.base
        kind = node.type
        words = {child.type for child in node.children if not child.is_named}
        if kind == "property_signature":
            name = self.field(node, "name")
            return n.TypeProp(
                start,
                end,
                "property",
                self.key(name) if name is not None else None,
                self.annotation(self.field(node, "type")),
                "?" in words,
                "readonly" in words,
            )
        if kind == "index_signature":
            if any(child.type == "mapped_type_clause" for child in node.named_children):
                return n.TypeProp(
                    start,
                    end,
                    "mapped",
                    None,
                    n.TypeOther(start, end, "mapped_type", self.type_parts(node)),
                    False,
                    False,
                )
            return n.TypeProp(
                start,
                end,
                "index",
                None,
                self.annotation(self.field(node, "type")),
                False,
                "readonly" in words,
            )
        if kind in ("method_signature", "call_signature", "construct_signature"):
            name = self.field(node, "name")
            params = self.field(node, "parameters")
            result = self.field(node, "return_type") or self.field(node, "type")
            function = n.TypeFunction(
                start,
                end,
                self.params(params) if params is not None else (),
                self.annotation(result),
                self.type_params(self.field(node, "type_parameters")),
            )
            label = {
                "method_signature": "method",
                "call_signature": "call",
                "construct_signature": "construct",
            }[kind]
            return n.TypeProp(
                start, end, label, self.key(name) if name is not None else None, function, "?" in words, False
            )
        return None


def unescape(raw: str) -> str:
    """Resolve the escapes of a JavaScript string or template."""
    if "\\" not in raw:
        return raw
    out: list[str] = []
    index = 0
    while index < len(raw):
        char = raw[index]
        if char != "\\" or index + 1 >= len(raw):
            out.append(char)
            index += 1
            continue
        value, index = _escape(raw, index + 1)
        out.append(value)
    return "".join(out)


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def _escape(raw: str, index: int) -> tuple[str, int]:
    """The value of the escape whose letter stands at `index`, and where it ends."""
    letter = raw[index]
    if letter == "u" and raw[index + 1 : index + 2] == "{":
        end = raw.find("}", index)
        digits, stop = raw[index + 2 : end], end + 1
    elif letter == "u":
        digits, stop = raw[index + 1 : index + 5], index + 5
    elif letter == "x":
        digits, stop = raw[index + 1 : index + 3], index + 3
    else:
        return _ESCAPES.get(letter, letter), index + 1
    try:
        return chr(int(digits, 16)), stop
    except (ValueError, OverflowError):
        return letter, index + 1


# One function a node kind


def _name(low: Lowerer, node: Node) -> n.Expr:
    return n.Name(node.start_byte - low.base, node.end_byte - low.base, low.text(node))


def _const(low: Lowerer, node: Node) -> n.Expr:
    return n.Const(node.start_byte - low.base, node.end_byte - low.base, node.type)


def _number(low: Lowerer, node: Node) -> n.Expr:
    return n.Num(node.start_byte - low.base, node.end_byte - low.base, low.text(node))


def _regex(low: Lowerer, node: Node) -> n.Expr:
    return n.Regex(node.start_byte - low.base, node.end_byte - low.base)


def _string(low: Lowerer, node: Node) -> n.Expr:
    return n.Str(node.start_byte - low.base, node.end_byte - low.base, low.string_value(node))


def _template(low: Lowerer, node: Node) -> n.Str | n.Template:
    start, end = node.start_byte - low.base, node.end_byte - low.base
    quasis: list[str] = []
    exprs: list[n.Expr] = []
    at = node.start_byte + 1
    for child in node.named_children:
        if child.type == "template_substitution":
            quasis.append(decode(low.data[at : child.start_byte]))
            inner = [part for part in child.named_children if part.type != "comment"]
            exprs.append(low.expr(inner[0]) if inner else n.Other(start, end, "missing", ()))
            at = child.end_byte
    quasis.append(decode(low.data[at : max(node.end_byte - 1, at)]))
    if not exprs:
        return n.Str(start, end, unescape(quasis[0]), template=True)
    return n.Template(start, end, tuple(quasis), tuple(exprs))


def _inner(low: Lowerer, node: Node) -> n.Expr:
    for child in node.named_children:
        if child.kind_id != low.tables.comment:
            return low.expr(child)
    return n.Other(node.start_byte - low.base, node.end_byte - low.base, node.type, ())


def _hoisted(node: Node | None, lowered: n.Expr) -> n.Await | None:
    """The `await` that the grammar put inside a callee or object although it stands outside the chain."""
    if node is not None and node.type == "await_expression" and isinstance(lowered, n.Await):
        return lowered
    if isinstance(lowered, n.Await) and node is not None and node.type != "parenthesized_expression":
        return lowered
    return None


def _member(low: Lowerer, node: Node) -> n.Expr:
    obj_node = low.field(node, "object")
    obj = low.expr_field(node, "object")
    name = low.field(node, "property")
    start, end = node.start_byte - low.base, node.end_byte - low.base
    optional = low.field(node, "optional_chain") is not None
    name_text = low.text(name) if name is not None else ""
    name_start = name.start_byte - low.base if name is not None else end
    awaited = _hoisted(obj_node, obj)
    if awaited is not None:
        inner = n.Member(awaited.value.start, end, awaited.value, name_text, name_start, optional)
        return n.Await(start, end, inner)
    return n.Member(start, end, obj, name_text, name_start, optional)


def _index(low: Lowerer, node: Node) -> n.Expr:
    obj_node = low.field(node, "object")
    obj = low.expr_field(node, "object")
    index = low.expr_field(node, "index")
    start, end = node.start_byte - low.base, node.end_byte - low.base
    optional = low.field(node, "optional_chain") is not None
    awaited = _hoisted(obj_node, obj)
    if awaited is not None:
        return n.Await(start, end, n.Index(awaited.value.start, end, awaited.value, index, optional))
    return n.Index(start, end, obj, index, optional)


def _call(low: Lowerer, node: Node) -> n.Expr:
    start, end = node.start_byte - low.base, node.end_byte - low.base
    function = low.field(node, "function")
    callee = low.expr_field(node, "function")
    type_node = low.field(node, "type_arguments")
    type_args = low.types(type_node) if type_node is not None else ()
    arguments = low.field(node, "arguments")
    awaited = _hoisted(function, callee)
    inner_callee = awaited.value if awaited is not None else callee
    inner_start = inner_callee.start if awaited is not None else start
    result: n.Expr
    if arguments is not None and arguments.type == "template_string":
        result = n.Tagged(inner_start, end, inner_callee, _template(low, arguments), type_args)
    else:
        args = low.exprs(arguments) if arguments is not None else ()
        args_start = arguments.start_byte - low.base if arguments is not None else end
        optional = any(child.type == "?." for child in node.children)
        result = n.Call(inner_start, end, inner_callee, args, type_args, optional, args_start)
    return n.Await(start, end, result) if awaited is not None else result


def _import_word(low: Lowerer, node: Node) -> n.Expr:
    return n.Name(node.start_byte - low.base, node.end_byte - low.base, "import")


def _new(low: Lowerer, node: Node) -> n.Expr:
    arguments = low.field(node, "arguments")
    type_node = low.field(node, "type_arguments")
    return n.New(
        node.start_byte - low.base,
        node.end_byte - low.base,
        low.expr_field(node, "constructor"),
        low.exprs(arguments) if arguments is not None else (),
        low.types(type_node) if type_node is not None else (),
    )


def _await(low: Lowerer, node: Node) -> n.Expr:
    return n.Await(node.start_byte - low.base, node.end_byte - low.base, _inner(low, node))


def _yield(low: Lowerer, node: Node) -> n.Expr:
    value = _inner(low, node) if node.named_child_count else None
    return n.Yield(node.start_byte - low.base, node.end_byte - low.base, value)


def _unary(low: Lowerer, node: Node) -> n.Expr:
    operator = low.field(node, "operator")
    return n.Unary(
        node.start_byte - low.base,
        node.end_byte - low.base,
        operator.type if operator is not None else "",
        low.expr_field(node, "argument"),
    )


def _binary(low: Lowerer, node: Node) -> n.Expr:
    operator = low.field(node, "operator")
    return n.Binary(
        node.start_byte - low.base,
        node.end_byte - low.base,
        operator.type if operator is not None else "",
        low.expr_field(node, "left"),
        low.expr_field(node, "right"),
    )


def _assign(low: Lowerer, node: Node) -> n.Expr:
    operator = low.field(node, "operator")
    left = low.field(node, "left")
    target: n.Pattern | n.Expr = low.pattern(left) if left is not None else n.Other(0, 0, "missing", ())
    return n.Assign(
        node.start_byte - low.base,
        node.end_byte - low.base,
        operator.type if operator is not None else "=",
        target,
        low.expr_field(node, "right"),
    )


def _cond(low: Lowerer, node: Node) -> n.Expr:
    return n.Cond(
        node.start_byte - low.base,
        node.end_byte - low.base,
        low.expr_field(node, "condition"),
        low.expr_field(node, "consequence"),
        low.expr_field(node, "alternative"),
    )


def _spread(low: Lowerer, node: Node) -> n.Expr:
    return n.Spread(node.start_byte - low.base, node.end_byte - low.base, _inner(low, node))


def _as(low: Lowerer, node: Node) -> n.Expr:
    start, end = node.start_byte - low.base, node.end_byte - low.base
    inner = [child for child in node.named_children if child.kind_id != low.tables.comment]
    op: n.CastOp = "satisfies" if node.type == "satisfies_expression" else "as"
    if not inner:
        return n.Other(start, end, node.type, ())
    value = low.expr(inner[0])
    if len(inner) == 1:
        return n.Cast(start, end, "as const", value, None)
    return n.Cast(start, end, op, value, low.type(inner[1]))


def _assertion(low: Lowerer, node: Node) -> n.Expr:
    start, end = node.start_byte - low.base, node.end_byte - low.base
    inner = [child for child in node.named_children if child.kind_id != low.tables.comment]
    if len(inner) != 2:
        return n.Other(start, end, node.type, low.parts(node))
    types = low.types(inner[0])
    return n.Cast(start, end, "<>", low.expr(inner[1]), types[0] if types else None)


def _non_null(low: Lowerer, node: Node) -> n.Expr:
    start, end = node.start_byte - low.base, node.end_byte - low.base
    value = _inner(low, node)
    inner = node.named_children
    awaited = _hoisted(inner[0] if inner else None, value)
    if awaited is not None:
        return n.Await(start, end, n.Cast(awaited.value.start, end, "!", awaited.value, None))
    return n.Cast(start, end, "!", value, None)


def _object(low: Lowerer, node: Node) -> n.Expr:
    props: list[n.Prop | n.Spread] = []
    for child in node.named_children:
        start, end = child.start_byte - low.base, child.end_byte - low.base
        kind = child.type
        if kind == "pair":
            key = low.field(child, "key")
            if key is None:
                continue
            name = low.key(key)
            computed = low.expr(key.named_children[0]) if name is None and key.named_children else None
            props.append(
                n.Prop(
                    start, end, name, key.end_byte - low.base, low.expr_field(child, "value"), False, computed
                )
            )
        elif kind == "shorthand_property_identifier":
            name = low.text(child)
            props.append(n.Prop(start, end, name, end, n.Name(start, end, name), True, None))
        elif kind == "spread_element":
            props.append(n.Spread(start, end, _inner(low, child)))
        elif kind == "method_definition":
            function = low.function(child)
            key = low.field(child, "name")
            key_end = key.end_byte - low.base if key is not None else start
            props.append(n.Prop(start, end, function.name, key_end, function, False, None))
    return n.Object(node.start_byte - low.base, node.end_byte - low.base, tuple(props))


def _array(low: Lowerer, node: Node) -> n.Expr:
    return n.Array(node.start_byte - low.base, node.end_byte - low.base, low.exprs(node))


def _sequence(low: Lowerer, node: Node) -> n.Expr:
    return n.Sequence(node.start_byte - low.base, node.end_byte - low.base, low.exprs(node))


def _function(low: Lowerer, node: Node) -> n.Expr:
    return low.function(node)


def _class_expr(low: Lowerer, node: Node) -> n.Expr:
    return n.ClassExpr(node.start_byte - low.base, node.end_byte - low.base, low.class_decl(node))


def _expr_stmt(low: Lowerer, node: Node) -> n.Stmt:
    start, end = node.start_byte - low.base, node.end_byte - low.base
    for child in node.named_children:
        if child.kind_id in low.tables.stmts:
            return low.stmt(child)
        if child.kind_id != low.tables.comment:
            return n.ExprStmt(start, end, low.expr(child))
    return n.OtherStmt(start, end, node.type, ())


def _var(low: Lowerer, node: Node) -> n.Stmt:
    declarators: list[n.Declarator] = []
    for child in node.named_children:
        if child.type != "variable_declarator":
            continue
        name, value = low.field(child, "name"), low.field(child, "value")
        if name is None:
            continue
        declarators.append(
            n.Declarator(
                child.start_byte - low.base,
                child.end_byte - low.base,
                low.pattern(name),
                low.annotation(low.field(child, "type")),
                low.expr(value) if value is not None else None,
            )
        )
    kind = node.children[0].type if node.children else "var"
    return n.VarDecl(node.start_byte - low.base, node.end_byte - low.base, kind, tuple(declarators))


def _return(low: Lowerer, node: Node) -> n.Stmt:
    value = _inner(low, node) if node.named_child_count else None
    return n.Return(node.start_byte - low.base, node.end_byte - low.base, value)


def _throw(low: Lowerer, node: Node) -> n.Stmt:
    return n.Throw(node.start_byte - low.base, node.end_byte - low.base, _inner(low, node))


def _if(low: Lowerer, node: Node) -> n.Stmt:
    other = low.field(node, "alternative")
    lowered: n.Stmt | None = None
    if other is not None:
        inner = [child for child in other.named_children if child.kind_id != low.tables.comment]
        lowered = low.stmt(inner[0]) if inner else None
    return n.If(
        node.start_byte - low.base,
        node.end_byte - low.base,
        low.expr_field(node, "condition"),
        _stmt_field(low, node, "consequence"),
        lowered,
    )


def _stmt_field(low: Lowerer, node: Node, name: str) -> n.Stmt:
    child = low.field(node, name)
    if child is None:
        at = node.end_byte - low.base
        return n.Block(at, at, ())
    return low.stmt(child)


def _for(low: Lowerer, node: Node) -> n.Stmt:
    init_node = low.field(node, "initializer")
    init: n.Node | None = None
    if init_node is not None and init_node.type != "empty_statement":
        init = low.stmt(init_node) if init_node.kind_id in low.tables.stmts else low.expr(init_node)
    test, update = low.field(node, "condition"), low.field(node, "increment")
    return n.Loop(
        node.start_byte - low.base,
        node.end_byte - low.base,
        "for",
        _stmt_field(low, node, "body"),
        init=init,
        test=low.expr(test) if test is not None and test.type not in ("empty_statement", ";") else None,
        update=low.expr(update) if update is not None else None,
    )


def _for_in(low: Lowerer, node: Node) -> n.Stmt:
    left = low.field(node, "left")
    operator = low.field(node, "operator")
    kind: n.LoopKind = "in" if operator is not None and operator.type == "in" else "of"
    if kind == "of" and any(child.type == "await" for child in node.children[:3]):
        kind = "await of"
    return n.Loop(
        node.start_byte - low.base,
        node.end_byte - low.base,
        kind,
        _stmt_field(low, node, "body"),
        target=low.pattern(left) if left is not None else None,
        iterable=low.expr_field(node, "right"),
    )


def _while(low: Lowerer, node: Node) -> n.Stmt:
    return n.Loop(
        node.start_byte - low.base,
        node.end_byte - low.base,
        "do" if node.type == "do_statement" else "while",
        _stmt_field(low, node, "body"),
        test=low.expr_field(node, "condition"),
    )


def _switch(low: Lowerer, node: Node) -> n.Stmt:
    cases: list[n.Case] = []
    body = low.field(node, "body")
    for child in body.named_children if body is not None else ():
        if child.type not in ("switch_case", "switch_default"):
            continue
        value = low.field(child, "value")
        stmts = child.children_by_field_name("body")
        cases.append(
            n.Case(
                child.start_byte - low.base,
                child.end_byte - low.base,
                low.expr(value) if value is not None else None,
                low.stmts([stmt for stmt in stmts if stmt.is_named]),
            )
        )
    return n.Switch(
        node.start_byte - low.base, node.end_byte - low.base, low.expr_field(node, "value"), tuple(cases)
    )


def _try(low: Lowerer, node: Node) -> n.Stmt:
    body = low.field(node, "body")
    handler, finalizer = low.field(node, "handler"), low.field(node, "finalizer")
    start, end = node.start_byte - low.base, node.end_byte - low.base
    param: n.Pattern | None = None
    param_type: n.Type | None = None
    handler_block: n.Block | None = None
    if handler is not None:
        param_node = low.field(handler, "parameter")
        param = low.pattern(param_node) if param_node is not None else None
        param_type = low.annotation(low.field(handler, "type"))
        handler_body = low.field(handler, "body")
        handler_block = low.block(handler_body) if handler_body is not None else None
    final_body = low.field(finalizer, "body") if finalizer is not None else None
    return n.Try(
        start,
        end,
        low.block(body) if body is not None else n.Block(end, end, ()),
        param,
        param_type,
        handler_block,
        low.block(final_body) if final_body is not None else None,
    )


def _jump(low: Lowerer, node: Node) -> n.Stmt:
    label = low.field(node, "label")
    return n.Jump(
        node.start_byte - low.base,
        node.end_byte - low.base,
        "break" if node.type == "break_statement" else "continue",
        low.text(label) if label is not None else None,
    )


def _labeled(low: Lowerer, node: Node) -> n.Stmt:
    label = low.field(node, "label")
    return n.Labeled(
        node.start_byte - low.base,
        node.end_byte - low.base,
        low.text(label) if label is not None else "",
        _stmt_field(low, node, "body"),
    )


def _function_decl(low: Lowerer, node: Node) -> n.Stmt:
    return n.FunctionDecl(node.start_byte - low.base, node.end_byte - low.base, low.function(node))


def _class_stmt(low: Lowerer, node: Node) -> n.Stmt:
    return low.class_decl(node)


def _interface(low: Lowerer, node: Node) -> n.Stmt:
    name, body = low.field(node, "name"), low.field(node, "body")
    start, end = node.start_byte - low.base, node.end_byte - low.base
    extends: tuple[n.Type, ...] = ()
    for child in node.named_children:
        if child.type == "extends_type_clause":
            extends = low.types(child)
    return n.InterfaceDecl(
        start,
        end,
        low.text(name) if name is not None else "",
        low.type_params(low.field(node, "type_parameters")),
        extends,
        low.type_object(body) if body is not None else n.TypeObject(end, end, ()),
    )


def _alias(low: Lowerer, node: Node) -> n.Stmt:
    name, value = low.field(node, "name"), low.field(node, "value")
    start, end = node.start_byte - low.base, node.end_byte - low.base
    return n.TypeAlias(
        start,
        end,
        low.text(name) if name is not None else "",
        low.type_params(low.field(node, "type_parameters")),
        low.type(value) if value is not None else n.TypeOther(end, end, "missing", ()),
    )


def _enum(low: Lowerer, node: Node) -> n.Stmt:
    name, body = low.field(node, "name"), low.field(node, "body")
    members: list[str] = []
    inits: list[n.Expr] = []
    for child in body.named_children if body is not None else ():
        if child.type == "enum_assignment":
            key, value = low.field(child, "name"), low.field(child, "value")
            members.append((low.key(key) if key is not None else None) or "")
            if value is not None:
                inits.append(low.expr(value))
        elif child.type != "comment":
            members.append(low.key(child) or "")
    return n.EnumDecl(
        node.start_byte - low.base,
        node.end_byte - low.base,
        low.text(name) if name is not None else "",
        tuple(members),
        tuple(inits),
    )


def _export_stmt(low: Lowerer, node: Node) -> n.Stmt:
    declaration = low.field(node, "declaration")
    if declaration is not None:
        return low.stmt(declaration)
    value = low.field(node, "value")
    start, end = node.start_byte - low.base, node.end_byte - low.base
    if value is not None:
        return n.ExprStmt(start, end, low.expr(value))
    return n.OtherStmt(start, end, node.type, ())


def _import_stmt(low: Lowerer, node: Node) -> n.Stmt:
    return n.OtherStmt(node.start_byte - low.base, node.end_byte - low.base, node.type, ())


def _block_stmt(low: Lowerer, node: Node) -> n.Stmt:
    return low.block(node)


def _type_name(low: Lowerer, node: Node) -> n.Type:
    return n.TypeRef(node.start_byte - low.base, node.end_byte - low.base, low.text(node), ())


def _generic(low: Lowerer, node: Node) -> n.Type:
    name, args = low.field(node, "name"), low.field(node, "type_arguments")
    return n.TypeRef(
        node.start_byte - low.base,
        node.end_byte - low.base,
        low.text(name) if name is not None else "",
        low.types(args) if args is not None else (),
    )


def _literal_type(low: Lowerer, node: Node) -> n.Type:
    text = low.text(node)
    start, end = node.start_byte - low.base, node.end_byte - low.base
    return n.TypeLiteral(start, end, text)


def _union(low: Lowerer, node: Node) -> n.Type:
    op = "|" if node.type == "union_type" else "&"
    items: list[n.Type] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if current.kind_id == node.kind_id:
            stack.extend(reversed(current.named_children))
        elif current.type != "comment":
            items.append(low.type(current))
    if len(items) == 1:
        return items[0]
    return n.TypeUnion(node.start_byte - low.base, node.end_byte - low.base, op, tuple(items))


def _array_type(low: Lowerer, node: Node) -> n.Type:
    inner = low.types(node)
    start, end = node.start_byte - low.base, node.end_byte - low.base
    return n.TypeArray(start, end, inner[0]) if inner else n.TypeOther(start, end, node.type, ())


def _tuple_type(low: Lowerer, node: Node) -> n.Type:
    items: list[n.Type] = []
    for part in low.type_parts(node):
        if isinstance(part, n.Type):
            items.append(part)
        elif isinstance(part, n.Param) and part.type is not None:
            items.append(part.type)
    return n.TypeTuple(node.start_byte - low.base, node.end_byte - low.base, tuple(items))


def _object_type(low: Lowerer, node: Node) -> n.Type:
    return low.type_object(node)


def _function_type(low: Lowerer, node: Node) -> n.Type:
    params = low.field(node, "parameters")
    result = low.field(node, "return_type") or low.field(node, "type")
    lowered: n.Type | None = None
    if result is not None:
        lowered = low.annotation(result) if result.type.endswith("annotation") else low.type(result)
    return n.TypeFunction(
        node.start_byte - low.base,
        node.end_byte - low.base,
        low.params(params) if params is not None else (),
        lowered,
        low.type_params(low.field(node, "type_parameters")),
    )


def _paren_type(low: Lowerer, node: Node) -> n.Type:
    inner = low.types(node)
    start, end = node.start_byte - low.base, node.end_byte - low.base
    return inner[0] if inner else n.TypeOther(start, end, node.type, ())


_EXPRS: dict[str, Callable[[Lowerer, Node], n.Expr]] = {
    "identifier": _name,
    "property_identifier": _name,
    "private_property_identifier": _name,
    "shorthand_property_identifier": _name,
    "this": _name,
    "super": _name,
    "undefined": _const,
    "true": _const,
    "false": _const,
    "null": _const,
    "number": _number,
    "regex": _regex,
    "string": _string,
    "template_string": _template,
    "parenthesized_expression": _inner,
    "member_expression": _member,
    "subscript_expression": _index,
    "call_expression": _call,
    "import": _import_word,
    "new_expression": _new,
    "await_expression": _await,
    "yield_expression": _yield,
    "unary_expression": _unary,
    "update_expression": _unary,
    "binary_expression": _binary,
    "assignment_expression": _assign,
    "augmented_assignment_expression": _assign,
    "ternary_expression": _cond,
    "spread_element": _spread,
    "as_expression": _as,
    "satisfies_expression": _as,
    "type_assertion": _assertion,
    "non_null_expression": _non_null,
    "object": _object,
    "array": _array,
    "sequence_expression": _sequence,
    "arrow_function": _function,
    "function_expression": _function,
    "generator_function": _function,
    "class": _class_expr,
}
_STMTS: dict[str, Callable[[Lowerer, Node], n.Stmt]] = {
    "statement_block": _block_stmt,
    "expression_statement": _expr_stmt,
    "lexical_declaration": _var,
    "variable_declaration": _var,
    "return_statement": _return,
    "throw_statement": _throw,
    "if_statement": _if,
    "for_statement": _for,
    "for_in_statement": _for_in,
    "while_statement": _while,
    "do_statement": _while,
    "switch_statement": _switch,
    "try_statement": _try,
    "break_statement": _jump,
    "continue_statement": _jump,
    "labeled_statement": _labeled,
    "function_declaration": _function_decl,
    "generator_function_declaration": _function_decl,
    "function_signature": _function_decl,
    "class_declaration": _class_stmt,
    "abstract_class_declaration": _class_stmt,
    "interface_declaration": _interface,
    "type_alias_declaration": _alias,
    "enum_declaration": _enum,
    "export_statement": _export_stmt,
    "import_statement": _import_stmt,
}
_TYPES: dict[str, Callable[[Lowerer, Node], n.Type]] = {
    "type_identifier": _type_name,
    "predefined_type": _type_name,
    "identifier": _type_name,
    "nested_type_identifier": _type_name,
    "member_expression": _type_name,
    "this_type": _type_name,
    "generic_type": _generic,
    "literal_type": _literal_type,
    "template_literal_type": _literal_type,
    "union_type": _union,
    "intersection_type": _union,
    "array_type": _array_type,
    "tuple_type": _tuple_type,
    "object_type": _object_type,
    "interface_body": _object_type,
    "function_type": _function_type,
    "constructor_type": _function_type,
    "parenthesized_type": _paren_type,
}


class _Tables:
    """Dispatch by the grammar's numeric kinds: looking up a number is cheaper than reading a name."""

    def __init__(self, language_id: LanguageId) -> None:
        grammar = language(language_id)
        self.exprs = _by_id(language_id, _EXPRS)
        self.stmts = _by_id(language_id, _STMTS)
        self.types = _by_id(language_id, _TYPES)
        self.comment = grammar.id_for_node_kind("comment", True)
        self.formal_parameters = grammar.id_for_node_kind("formal_parameters", True)
        self.fields = {
            name: field
            for field in range(1, grammar.field_count + 1)
            if (name := grammar.field_name_for_id(field)) is not None
        }


_T = TypeVar("_T")


def _by_id(language_id: LanguageId, table: dict[str, _T]) -> dict[int, _T]:
    grammar = language(language_id)
    result: dict[int, _T] = {}
    # Several symbols may share one visible name (aliases), so go through all of them.
    for kind in range(grammar.node_kind_count):
        name = grammar.node_kind_for_id(kind)
        if name in table and grammar.node_kind_is_named(kind):
            result[kind] = table[name]
    return result


@cache
def _tables(language_id: LanguageId) -> _Tables:
    return _Tables(language_id)


def is_function(node: Node) -> bool:
    """Whether a tree-sitter node is lowered to a Function."""
    return node.type in _FUNCTION_KINDS


def is_class(node: Node) -> bool:
    """Whether a tree-sitter node is a class."""
    return node.type in _CLASS_KINDS
