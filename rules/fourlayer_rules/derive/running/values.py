"""The values of the code that is run, and the ways in which running it ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from fourlayer.syntax import nodes as n
    from fourlayer.syntax.facts import Decl

Value = object
"""A JavaScript value: `str`, `bool`, `int`/`float`, and the classes below."""


class Uncertain(Exception):  # noqa: N818 - no failure: the outcome cannot be told
    """What the code does here cannot be told."""


class Thrown(Exception):  # noqa: N818 - the code's own exception
    """The code throws a value."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Constant:
    """`undefined`, `null`, and the value of which nothing is known."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


UNDEFINED = Constant("undefined")
NULL = Constant("null")
UNKNOWN = Constant("unknown")


class Range:
    """A number between two others: a time, or what was computed from one."""

    __slots__ = ("high", "low")

    def __init__(self, low: float, high: float) -> None:
        self.low = low
        self.high = high


Store = dict[object, tuple[Value, Value]]
"""What a collection or headers hold: the key and the value, by what tells keys apart."""

Pairs = list[tuple[str, str]]
"""The parameters of an address, in order."""

Host: TypeAlias = "str | int | float | Range | Constant | Obj | Store | Pairs | re.Pattern[str] | None"
"""The hidden state of an object of the platform."""


class Obj:
    """An object. `kind` names a built-in shape (`Date`, `Response`, ...), `host` its hidden state."""

    __slots__ = ("cls", "host", "kind", "props")

    def __init__(self, cls: Class | None = None, kind: str = "Object", host: Host = None) -> None:
        self.props: dict[str, Value] = {}
        self.cls = cls
        self.kind = kind
        self.host = host


class Arr:
    """An array."""

    __slots__ = ("items", "kind")

    def __init__(self, items: list[Value], kind: str = "Array") -> None:
        self.items = items
        self.kind = kind


class Func:
    """A function of the code with what it closes over."""

    __slots__ = ("decl", "env", "home", "is_async", "node", "static", "this")

    def __init__(
        self,
        node: n.Function,
        env: Env,
        decl: Decl,
        this: Value,
        home: Class | None,
        *,
        static: bool = False,
        is_async: bool = False,
    ) -> None:
        self.node = node
        self.env = env
        self.decl = decl
        self.this = this
        self.home = home
        self.static = static
        self.is_async = is_async or node.is_async


class Native:
    """A function of the platform: `call(this, arguments)`; `members` are its properties."""

    __slots__ = ("call", "members", "name")

    def __init__(
        self,
        name: str,
        call: Callable[[Value, list[Value]], Value],
        members: dict[str, Value] | None = None,
    ) -> None:
        self.name = name
        self.call = call
        self.members = members or {}


class Class:
    """A class; `native` ones are the platform's errors."""

    __slots__ = (
        "constructor",
        "decl",
        "env",
        "fields",
        "getters",
        "methods",
        "name",
        "native",
        "parent",
        "path",
        "setters",
        "statics",
    )

    def __init__(self, name: str, parent: Class | None, path: str = "", *, native: bool = False) -> None:
        self.name = name
        self.parent = parent
        self.path = path
        self.native = native
        self.decl: Decl | None = None
        self.env: Env | None = None
        self.constructor: Func | None = None
        self.methods: dict[str, Func] = {}
        self.getters: dict[str, Func] = {}
        self.setters: dict[str, Func] = {}
        self.statics: dict[str, Value] = {}
        self.fields: list[tuple[str, n.Expr | None, Decl]] = []

    def lineage(self) -> list[Class]:
        """The class and its bases, own first."""
        found: list[Class] = []
        current: Class | None = self
        while current is not None:
            found.append(current)
            current = current.parent
        return found


class Promise:
    """A promise: settled with `value`, failed with it, or pending."""

    __slots__ = ("handled", "state", "value")

    def __init__(self, state: str = "pending", value: Value = UNDEFINED) -> None:
        self.state = state
        self.value = value
        self.handled = False


class Mock:
    """A part of a mocked module or dependency, grown as the code uses it.

    `members` and `result` are what was taken of it and what calling it gave; `awaited` tells that the
    result of the call was waited for: there the answer of the scenario comes in.
    """

    __slots__ = ("awaited", "called", "constructed", "fixed", "label", "members", "result")

    def __init__(self, label: str) -> None:
        self.label = label
        self.members: dict[str, Mock] = {}
        self.result: Mock | None = None
        self.called = False
        self.constructed = False
        self.awaited = False
        self.fixed: str | None = None
        """The code of a part whose meaning is known (`axios.isAxiosError`)."""

    def member(self, name: str) -> Mock:
        """A property."""
        if name not in self.members:
            self.members[name] = Mock(f"{self.label}.{name}")
        return self.members[name]


class Lazy:
    """A part of an answer that takes shape as the code reads it."""

    __slots__ = ("flag", "items", "kind", "props", "value")

    def __init__(self, flag: bool = True) -> None:
        self.flag = flag
        """What a part becomes that has to be true or false."""
        self.kind = ""
        self.value: Value = UNDEFINED
        self.props: dict[str, Lazy] = {}
        self.items: list[Lazy] = []

    def become(self, kind: str, value: Value = UNDEFINED) -> None:
        """Take a shape, where it has none yet or only is not nothing."""
        if self.kind in {"", "some"}:
            self.kind = kind
            self.value = value

    def prop(self, name: str) -> Lazy:
        """A property."""
        self.become("object")
        if name not in self.props:
            self.props[name] = Lazy(self.flag)
        return self.props[name]

    def first(self) -> Lazy:
        """The only element of an array."""
        self.become("array")
        if not self.items:
            self.items.append(Lazy(self.flag))
        return self.items[0]


class Env:
    """A scope."""

    __slots__ = ("names", "parent")

    def __init__(self, parent: Env | None) -> None:
        self.names: dict[str, Value] = {}
        self.parent = parent

    def holder(self, name: str) -> Env | None:
        """The innermost scope that knows a name."""
        env: Env | None = self
        while env is not None:
            if name in env.names:
                return env
            env = env.parent
        return None


class Schema:
    """A validator of the platform's validation package."""

    def member(self, name: str) -> Value:
        """A method or property of it."""
        raise Uncertain


def is_number(value: Value) -> bool:
    """Whether a value is a number that is known."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_nothing(value: Value) -> bool:
    """Whether a value is `null` or `undefined`."""
    return value is UNDEFINED or value is NULL


def key_text(value: Value) -> str:
    """A value as a property's name."""
    if isinstance(value, str):
        return value
    return text_of(value)


def text_of(value: Value) -> str:
    """What `String(value)` gives. Raises Uncertain where that is not known for sure."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) < 10**15:
            return str(value)
        raise Uncertain
    if isinstance(value, float):
        if value != value:  # noqa: PLR0124 - NaN
            return "NaN"
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        raise Uncertain
    if value is UNDEFINED or value is NULL:
        return str(value)
    if isinstance(value, Lazy):
        value.become("string", "x")
        return text_of(value.value) if value.kind in {"string", "number", "boolean"} else _no()
    if isinstance(value, Obj) and value.kind == "URL":
        return f"{value.host}" if is_exact(value) else _no()
    if isinstance(value, Arr):
        return ",".join("" if is_nothing(item) else text_of(item) for item in value.items)
    if isinstance(value, Obj) and value.kind == "URLSearchParams" and isinstance(value.host, list):
        from urllib.parse import quote_plus

        return "&".join(f"{quote_plus(k, safe='*-._')}={quote_plus(v, safe='*-._')}" for k, v in value.host)
    return _no()


def is_exact(url: Obj) -> bool:
    """Whether the address that an URL was made of is what it gives."""
    return re.fullmatch(r"https?://[a-z][a-z0-9.-]*(/[A-Za-z0-9_-]+)*/?", str(url.host)) is not None and (
        str(url.host).count("/") > 2
    )


def _no() -> str:
    raise Uncertain


def number_of(value: Value) -> float | int | Range | Constant:
    """What `Number(value)` gives."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, Range):
        return value
    if value is UNKNOWN:
        return UNKNOWN
    if value is NULL:
        return 0
    if value is UNDEFINED:
        return float("nan")
    if isinstance(value, Lazy):
        value.become("number", 1)
        return number_of(value.value)
    if isinstance(value, str):
        return _number_in(value.strip())
    if isinstance(value, Obj) and value.kind == "Date" and isinstance(value.host, int | float | Range):
        return value.host
    if isinstance(value, Obj) and value.kind == "Object":
        return float("nan")
    raise Uncertain


def _number_in(text: str) -> float | int:
    if not text:
        return 0
    if re.fullmatch(r"[+-]?\d{1,15}", text):
        return int(text)
    if re.fullmatch(r"[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?", text):
        return float(text)
    if re.fullmatch(r"0[xXoObB]\w+|[+-]?Infinity", text):
        raise Uncertain
    return float("nan")
