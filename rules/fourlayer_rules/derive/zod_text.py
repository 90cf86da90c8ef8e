"""Schema expressions as text: on one line where they fit, else laid out."""

from __future__ import annotations

_WIDTH = 100
_INLINE_PROPERTIES = 3


class Expr:
    """Base of schema expressions; `tail` are the calls that follow, such as `.nullable()`."""

    __slots__ = ("tail",)
    tail: str

    def flat(self) -> str:
        """On one line."""
        raise NotImplementedError

    def with_tail(self, more: str) -> Expr:
        """The same with more calls after it."""
        raise NotImplementedError

    def render(self, indent: str, used: int = 0) -> str:
        """Laid out; `indent` is that of the line it starts on, `used` how much of the line is taken."""
        flat = self.flat()
        if len(indent) + used + len(flat) <= _WIDTH and not self.wants_lines():
            return flat
        return self.broken(indent)

    def broken(self, indent: str) -> str:
        """On several lines."""
        return self.flat()

    def wants_lines(self) -> bool:
        """Whether it reads better on several lines even if it would fit on one."""
        return False


class Raw(Expr):
    """An expression without parts; `name` and `path` tell of which schema constant."""

    __slots__ = ("name", "path", "text")

    def __init__(self, text: str, tail: str = "", *, name: str = "", path: str = "") -> None:
        self.text = text
        self.tail = tail
        self.name = name
        self.path = path

    def flat(self) -> str:
        """On one line."""
        return self.text + self.tail

    def with_tail(self, more: str) -> Raw:
        """The same with more calls after it."""
        return Raw(self.text, self.tail + more, name=self.name, path=self.path)


class Call(Expr):
    """`head(args)`, or `head([args])`, or `head(args, [more])`."""

    __slots__ = ("args", "brackets", "head", "more")

    def __init__(
        self,
        head: str,
        args: tuple[Expr, ...],
        brackets: bool = False,
        more: tuple[Expr, ...] = (),
        tail: str = "",
    ) -> None:
        self.head = head
        self.args = args
        self.brackets = brackets
        self.more = more
        self.tail = tail

    def _around(self) -> tuple[str, tuple[Expr, ...], str]:
        if self.more:
            first = ", ".join(arg.flat() for arg in self.args)
            return f"{self.head}({first}, [", self.more, f"]){self.tail}"
        opening, closing = ("([", "])") if self.brackets else ("(", ")")
        return f"{self.head}{opening}", self.args, f"{closing}{self.tail}"

    def flat(self) -> str:
        """On one line."""
        opening, items, closing = self._around()
        return opening + ", ".join(item.flat() for item in items) + closing

    def with_tail(self, more: str) -> Call:
        """The same with more calls after it."""
        return Call(self.head, self.args, self.brackets, self.more, self.tail + more)

    def wants_lines(self) -> bool:
        """Whether a part does."""
        return any(item.wants_lines() for item in (*self.args, *self.more))

    def broken(self, indent: str) -> str:
        """One item a line; a single one keeps the brackets to itself."""
        opening, items, closing = self._around()
        if len(items) == 1 and not self.brackets:
            return opening + items[0].render(indent, len(opening)) + closing
        if self.head == "z.record":
            first, second = items[0], items[-1]
            return f"{opening}{first.flat()}, {second.render(indent, len(opening) + 12)}{closing}"
        inner = indent + "  "
        return (
            opening + "\n" + "".join(f"{inner}{item.render(inner)},\n" for item in items) + indent + closing
        )


class Object(Expr):
    """`head({ properties })tail`."""

    __slots__ = ("head", "properties")

    def __init__(self, head: str, properties: tuple[tuple[str, Expr], ...], tail: str) -> None:
        self.head = head
        self.properties = properties
        self.tail = tail

    def flat(self) -> str:
        """On one line."""
        inner = ", ".join(f"{key}: {value.flat()}" for key, value in self.properties)
        return f"{self.head}({{ {inner} }}){self.tail}" if inner else f"{self.head}({{}}){self.tail}"

    def with_tail(self, more: str) -> Object:
        """The same with more calls after it."""
        return Object(self.head, self.properties, self.tail + more)

    def wants_lines(self) -> bool:
        """More than a few properties do."""
        return len(self.properties) > _INLINE_PROPERTIES or any(
            value.wants_lines() for _, value in self.properties
        )

    def broken(self, indent: str) -> str:
        """One property a line; calls that follow on lines of their own."""
        if not self.properties:
            return self.flat()
        head = self.head
        calls = [f".{call}" for call in self.tail.split(".") if call] if _splittable(self.tail) else []
        if not calls or head.count(".") > 1:
            return f"{head}({{\n{self._lines(indent + '  ')}{indent}}}){self.tail}"
        inner = indent + "  "
        name = head.removeprefix("z.")
        lines = f"z\n{inner}.{name}({{\n{self._lines(inner + '  ')}{inner}}})"
        return lines + "".join(f"\n{inner}{call}" for call in calls)

    def _lines(self, indent: str) -> str:
        return "".join(
            f"{indent}{key}: {value.render(indent, len(key) + 2)},\n" for key, value in self.properties
        )


def _splittable(tail: str) -> bool:
    """Whether a tail consists of calls without arguments."""
    return bool(tail) and all(call.endswith("()") for call in tail.split(".") if call)
