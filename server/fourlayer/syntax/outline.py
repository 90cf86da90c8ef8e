"""What can be told of a declaration's statements without lowering it: calls nobody takes, names bound."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tree_sitter import Query, QueryCursor

from fourlayer.syntax.grammar import language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from fourlayer.syntax.grammar import LanguageId

_SITES = """
(expression_statement (_) @statement)
(unary_expression operator: "void" argument: (_) @void)
(variable_declarator) @variable
(required_parameter) @param
(optional_parameter) @param
(arrow_function parameter: (identifier) @untyped)
(catch_clause parameter: (_) @untyped)
(for_in_statement left: (_) @other)
(function_declaration name: (_) @other)
(generator_function_declaration name: (_) @other)
(function_expression name: (_) @other)
(class_declaration name: (_) @other)
(class name: (_) @other)
(enum_declaration name: (_) @other)
"""
_WORD = re.compile(rb"[^\W\d][\w$]*|\$[\w$]*")
_LETTER = re.compile(rb"[\w$]")
_IGNORED = frozenset(
    {"augmented_assignment_expression", "await_expression", "string", "update_expression", "yield_expression"}
)
_LOSING = frozenset({"call_expression", "instantiation_expression", "new_expression"})
_WRAPPERS = frozenset(
    {
        "as_expression",
        "non_null_expression",
        "parenthesized_expression",
        "satisfies_expression",
        "type_assertion",
    }
)


class Bound(NamedTuple):
    """What a name is bound to: a value with a written type, the result of a call, an array, nothing told.

    `how`: `typed` (`text` is the type), `called` (`text` is the callee), `made` (`text` is the class, with
    its type arguments), `list` (an array literal), `untyped` (a parameter that tells nothing), `other`
    (anything else).
    """

    how: str
    text: bytes = b""


class Outline(NamedTuple):
    """A declaration in short; all texts are bytes of the source.

    `calls` are the callees of statements that are calls, and what timers and `forEach` call; `kept` are the
    callees (after `new ` the classes) whose results variables hold that may be read nowhere, empty where
    something else is held.
    `complex` tells that there is something that only the lowered declaration can tell.
    """

    calls: frozenset[bytes]
    kept: frozenset[bytes]
    bound: dict[bytes, list[Bound]]
    complex: bool


@cache
def _query(language_id: LanguageId) -> Query:
    return Query(language(language_id), _SITES)


@cache
def _callback_query(language_id: LanguageId) -> Query:
    return Query(
        language(language_id),
        "(call_expression function: (_) @callee arguments: (arguments . (_) @callback))",
    )


def outline(node: Node, data: bytes, language_id: LanguageId, later: tuple[bytes, ...]) -> Outline:
    """Read one declaration's tree; `data` are the file's bytes, `later` names of what calls its argument."""
    found = QueryCursor(_query(language_id)).captures(node)
    reader = _Reader(node, data)
    reader.complex = any(one.type != "number" for one in found.get("void", ()))
    for param in found.get("param", ()):
        reader.param(param)
    for variable in found.get("variable", ()):
        reader.variable(variable)
    for name in found.get("untyped", ()):
        reader.bind(name, Bound("untyped"))
    for name in found.get("other", ()):
        reader.bind(name, Bound("other"))
    for statement in found.get("statement", ()):
        reader.statement(statement)
    text = reader.text(node)
    if not reader.complex and any(name in text for name in later):
        for callback in _callbacks(node, reader, language_id, later):
            reader.callback(callback)
    return Outline(frozenset(reader.calls), frozenset(reader.unread()), reader.bound, reader.complex)


def _callbacks(
    node: Node, reader: _Reader, language_id: LanguageId, later: tuple[bytes, ...]
) -> Iterator[Node]:
    for _, match in QueryCursor(_callback_query(language_id)).matches(node):
        if reader.text(match["callee"][0]).endswith(later):
            yield match["callback"][0]


def _within(value: Node) -> Node:
    """What stands inside parentheses and casts."""
    while value.type in _WRAPPERS:
        inner = [child for child in value.named_children if child.type != "comment"]
        if not inner:
            break
        value = inner[-1] if value.type == "type_assertion" else inner[0]
    return value


class _Reader:
    """Collects what one declaration has."""

    def __init__(self, root: Node, data: bytes) -> None:
        self._root = root
        self._data = data
        self.calls: set[bytes] = set()
        self.bound: dict[bytes, list[Bound]] = {}
        self.complex = False
        self._kept: list[tuple[Node, bytes | None]] = []

    def text(self, node: Node) -> bytes:
        """The bytes of a node."""
        return self._data[node.start_byte : node.end_byte]

    def bind(self, pattern: Node, how: Bound) -> None:
        """Every word of a pattern may be a name that it binds."""
        words = (self.text(pattern),) if pattern.type == "identifier" else _WORD.findall(self.text(pattern))
        for word in words:
            self.bound.setdefault(word, []).append(how)

    def param(self, node: Node) -> None:
        """A parameter with or without a type."""
        pattern = node.child_by_field_name("pattern")
        type_ = node.child_by_field_name("type")
        if pattern is None:
            self.complex = True
        elif type_ is not None:
            how = Bound("typed", self._type(type_)) if pattern.type == "identifier" else Bound("other")
            self.bind(pattern, how)
        else:
            self.bind(pattern, Bound("other" if node.child_by_field_name("value") else "untyped"))

    def _type(self, annotation: Node) -> bytes:
        return self.text(annotation).removeprefix(b":").strip()

    def variable(self, node: Node) -> None:
        """A variable: what it is bound to, and whether it holds the result of a call."""
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        type_ = node.child_by_field_name("type")
        if name is None:
            return
        plain = name.type == "identifier"
        if plain and value is not None and value.type == "array":
            self.bind(name, Bound("list"))
        elif plain and type_ is not None:
            self.bind(name, Bound("typed", self._type(type_)))
        elif plain and value is not None and value.type == "call_expression":
            self.bind(name, Bound("called", self._callee(value) or b""))
        elif plain and value is not None and value.type == "new_expression":
            self.bind(name, Bound("made", self._class(value)))
        else:
            self.bind(name, Bound("other"))
        if plain and value is not None:
            self._keep(name, value)

    def _keep(self, name: Node, value: Node) -> None:
        if value.type == "call_expression":
            self._kept.append((name, self._callee(value)))
        elif value.type == "new_expression":
            self._kept.append((name, b"new " + self._class(value)))
        elif value.type in _WRAPPERS and _within(value).type in _LOSING:
            self._kept.append((name, None))

    def _class(self, new: Node) -> bytes:
        """What is made, with its type arguments."""
        parts = (new.child_by_field_name("constructor"), new.child_by_field_name("type_arguments"))
        return b"".join(self.text(part) for part in parts if part is not None)

    def _callee(self, call: Node) -> bytes | None:
        function = call.child_by_field_name("function")
        return self.text(function) if function is not None else None

    def statement(self, node: Node) -> None:
        """The expression of a statement, or of a callback whose value nobody takes."""
        if node.type == "call_expression":
            callee = self._callee(node)
            if callee is None:
                self.complex = True
            else:
                self.calls.add(callee)
        elif node.type == "assignment_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and right is not None and left.type == "identifier":
                self._keep(left, right)
            elif left is None or left.type not in {"member_expression", "subscript_expression"}:
                self.complex = True
        elif node.type == "unary_expression":
            operator = node.child_by_field_name("operator")
            self.complex = self.complex or operator is None
        elif node.type not in _IGNORED:
            self.complex = True

    def callback(self, node: Node) -> None:
        """What a timer or `forEach` calls."""
        if node.type in {"identifier", "member_expression"}:
            self.calls.add(self.text(node))
            return
        body = node.child_by_field_name("body") if node.type == "arrow_function" else None
        text = self.text(node)
        if body is None or text.startswith(b"async") or node.child_by_field_name("return_type") is not None:
            self.complex = True
        elif body.type != "statement_block":
            self.statement(body)
        elif b"return" in text:
            self.complex = True

    def unread(self) -> Iterator[bytes]:
        """The callees of what variables hold that may be read nowhere; empty where there is no callee."""
        for name, callee in self._kept:
            if not self._is_read(name):
                yield callee or b""

    def _is_read(self, name: Node) -> bool:
        """Whether another place names the variable. Of two variables of one name each may be unread."""
        word = self.text(name)
        if len(self.bound.get(word, ())) != 1:
            return False
        for start in self._places(word):
            if start == name.start_byte:
                continue
            end = start + len(word)
            node = self._root.descendant_for_byte_range(start, end)
            if node is None or node.type not in {"identifier", "shorthand_property_identifier"}:
                continue
            parent = node.parent
            if parent is None or parent.type not in {"assignment_expression", "variable_declarator"}:
                return True
            if parent.child_by_field_name("left") != node and parent.child_by_field_name("name") != node:
                return True
        return False

    def _places(self, word: bytes) -> Iterator[int]:
        """Where a word stands that is no member's name."""
        data, end = self._data, self._root.end_byte
        at = data.find(word, self._root.start_byte, end)
        while at >= 0:
            after = at + len(word)
            before = data[at - 1 : at]
            if before != b"." and not _LETTER.match(before) and not _LETTER.match(data[after : after + 1]):
                yield at
            at = data.find(word, after, end)
