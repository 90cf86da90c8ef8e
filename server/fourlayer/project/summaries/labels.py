"""What of an inbound request a value is: all of it, what it brought, or what a schema let through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fourlayer.project.frames import Frame, Outside, Value
from fourlayer.project.summaries import signs
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import chain_of, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fourlayer.project.follow import Follow
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.scope import Binding

Label = Literal["", "valid", "param", "input", "raw", "request", "response", "next"]
"""`raw` is a body, `input` a query, `param` a path's parameter as it came; `valid` came through a schema."""

_ORDER: tuple[Label, ...] = ("", "next", "response", "valid", "param", "input", "raw", "request")
_TYPED = frozenset({"input", "param"})
"""What is a string or several: a conversion, or a look at the type, makes it what it should be."""
_HELD = frozenset({"request", "response", "next"})

_BODY = frozenset({"body", "rawBody", "rawbody", "payload", "raw_body"})
_INPUT = frozenset({"query", "searchParams"})
_CONVERTS = frozenset({"Number", "parseInt", "parseFloat", "Boolean", "BigInt", "isUuid", "String"})
_INNER = frozenset({"request", "req", "raw"})
_READS = frozenset({"json", "text", "arrayBuffer", "formData", "blob", "buffer", "bytes", "parseBody"})
_READS_INPUT = frozenset({"param", "query", "queries"})
_TESTS = frozenset({"===", "!==", "==", "!=", "<", ">", "<=", ">=", "in", "instanceof"})
_MEASURES = frozenset({"length", "byteLength", "size"})
_NEUTRAL = frozenset(
    {"isBuffer", "isArray", "has", "hasOwn", "hasOwnProperty", "includes", "startsWith", "endsWith", "test"}
    | {
        "Boolean",
        "indexOf",
        "byteLength",
        "isInteger",
        "isFinite",
        "isNaN",
        "digest",
        "createHmac",
        "createHash",
    }
    | {"header", "getHeader"}
)
_PARSES = frozenset({"parse", "safeParse", "parseAsync", "safeParseAsync", "spa"})
_QUERIES = frozenset({"delete", "eq", "from", "insert", "select", "update", "upsert", "where"})
"""A query holds what it is given, and answers with something else."""
_BUFFERS = frozenset({"Array", "Buffer", "Readable", "Uint8Array"})
_OTHER_PARSERS = frozenset(
    {"JSON", "Date", "URL", "path", "qs", "querystring", "url", "yaml", "YAML", "csv", "ms"}
)
_NOT_DATA = frozenset({"success", "error", "valid", "ok", "isValid"})


def strongest(labels: Iterable[Label]) -> Label:
    """The label that says most."""
    best: Label = ""
    for label in labels:
        if _ORDER.index(label) > _ORDER.index(best):
            best = label
    return best


class Labels:
    """Labels of the expressions of one declaration. `seeds` are those of its parameters."""

    def __init__(
        self,
        view: View,
        follow: Follow,
        frame: Frame,
        seeds: Mapping[n.Node, Label],
        returned: Callable[[n.Call], Label | None],
        *,
        parsed_body: bool = False,
    ) -> None:
        self._view = view
        self._follow = follow
        self._frame = frame
        self._seeds = seeds
        self._returned = returned
        self._parsed_body = parsed_body
        self._scopes = scopes_of(frame.decl)
        self._bindings: dict[int, Label] = {}

    def of(self, expr: n.Node | None) -> Label:
        """The label of an expression."""
        match expr:
            case n.Name():
                binding = self._scopes.binding(expr)
                return self._binding(binding) if binding is not None else ""
            case n.Member():
                return self._member(self.of(expr.object), expr.name)
            case n.Index():
                key = expr.index.value if isinstance(expr.index, n.Str) else ""
                return self._member(self.of(expr.object), key)
            case n.Call():
                return self._call(expr)
            case n.Await() | n.Cast() | n.Spread():
                return self.of(expr.value)
            case n.Binary():
                return "" if expr.op in _TESTS else self._either(expr.left, expr.right)
            case n.Cond():
                found = self._either(expr.then, expr.other)
                return "" if found in {*_TYPED, "raw"} and _asks(expr.test, found) else found
            case n.Template() | n.Array():
                return self._either(*(expr.exprs if isinstance(expr, n.Template) else expr.items))
            case n.Sequence():
                return self.of(expr.items[-1])
            case n.Assign():
                return self.of(expr.value)
            case n.Object():
                return self._object(expr)
            case n.New():
                return self._either(*expr.args)
            case n.Unary(op="+" | "-" | "~"):
                return self.of(expr.value)
            case _:
                return ""

    def _object(self, value: n.Object) -> Label:
        """What an object literal holds; a body beside other things makes it a request of its own."""
        body = [prop for prop in value.props if isinstance(prop, n.Prop) and prop.key in _BODY]
        if len(value.props) > 1 and any(self.of(prop.value) == "raw" for prop in body):
            return "request"
        return strongest(self.of(prop.value) for prop in value.props)

    def _either(self, *exprs: n.Expr) -> Label:
        return strongest(self.of(expr) for expr in exprs)

    def _member(self, held: Label, name: str) -> Label:
        if held == "request":
            if name in _BODY:
                return "valid" if self._parsed_body and name == "body" else "raw"
            if name in _INPUT or name == "nextUrl":
                return "valid" if self._parsed_body else "input"
            if name == "params":
                return "valid" if self._parsed_body else "param"
            return "request" if name in _INNER else ""
        if name in _MEASURES or (held == "valid" and name in _NOT_DATA):
            return ""
        return "" if held in {"response", "next"} else held

    # Names

    def _binding(self, binding: Binding) -> Label:
        known = self._bindings.get(id(binding))
        if known is None:
            self._bindings[id(binding)] = ""
            known = self._bindings[id(binding)] = self._bound(binding)
        return known

    def _bound(self, binding: Binding) -> Label:
        owner = binding.owner
        if isinstance(owner, n.Param):
            seeded = self._seeds.get(owner)
            held = seeded if seeded is not None else self._handed(owner)
            return self._along(held, binding)
        if isinstance(owner, n.Loop):
            return self._along(self.of(owner.iterable), binding)
        labels: list[Label] = []
        if isinstance(owner, n.Declarator) and owner.init is not None:
            labels.append(self._along(self.of(owner.init), binding))
        labels.extend(self.of(write.value) for write in binding.writes if isinstance(write, n.Assign))
        return strongest(labels)

    def _along(self, held: Label, binding: Binding) -> Label:
        """What a pattern takes out of a value."""
        if binding.path is None:
            return "raw" if held == "request" else held
        for step in binding.path:
            held = self._member(held, step if isinstance(step, str) else "")
        return held

    def _handed(self, param: n.Param) -> Label:
        """The label of a callback's parameter: that of what calls it back."""
        decl = self._frame.decl
        function = decl.parent(param)
        call = decl.parent(function) if function is not None else None
        if not isinstance(call, n.Call) or function not in call.args:
            return ""
        callee = uncast(call.callee)
        if not isinstance(callee, n.Member):
            return ""
        found = self.of(callee.object)
        return "" if found in _HELD else found

    # Calls

    def _call(self, call: n.Call) -> Label:
        callee = uncast(call.callee)
        last = callee.name if isinstance(callee, n.Member | n.Name) else ""
        owner: Label = self.of(callee.object) if isinstance(callee, n.Member) else ""
        if owner == "request":
            return self._read(last)
        if owner == "response":
            return "response"
        names = chain_of(call).names
        if last in _NEUTRAL or "digest" in names or (names[0] not in _BUFFERS and _QUERIES & {*names[1:]}):
            return ""
        args = strongest(label for label in map(self.of, call.args) if label not in {"response", "next"})
        if self.is_schema_call(call):
            return "valid" if args else ""
        if last in _CONVERTS and args in _TYPED:
            return ""
        returned = self._returned(call)
        if returned is not None:
            return returned
        if owner:
            return strongest((owner, args)) if args not in _HELD else owner
        if args in _HELD or self._is_awaited(call):
            return ""
        return args

    def _is_awaited(self, call: n.Call) -> bool:
        return isinstance(self._frame.decl.parent(call), n.Await)

    def _read(self, name: str) -> Label:
        if name in _READS:
            return "valid" if self._parsed_body else "raw"
        if name in _READS_INPUT:
            return "param" if name == "param" else "input"
        return "valid" if name == "valid" else ""

    def is_schema_call(self, call: n.Call) -> bool:
        """Whether a call parses its argument with a schema."""
        callee = uncast(call.callee)
        if not isinstance(callee, n.Member) or callee.name not in _PARSES:
            return False
        head = dotted(callee.object)
        if head is not None and head.partition(".")[0] in _OTHER_PARSERS:
            return False
        if callee.name != "parse" or any(map(signs.is_schema_name, chain_of(callee.object).names)):
            return True
        return self._is_zod(callee.object)

    def _is_zod(self, expr: n.Expr) -> bool:
        value = self._follow.value(Value(expr, self._frame))
        if isinstance(value, Outside):
            return value.kind == "package" and self._is_validation(value.package)
        head = chain_of(value.expr).head
        if not isinstance(head, n.Name):
            return False
        for item in value.frame.facts.imports:
            if any(bound.local == head.name for bound in item.names) and self._is_validation(item.specifier):
                return True
        return False

    def _is_validation(self, specifier: str) -> bool:
        wanted = self._view.layout.validation
        return specifier == wanted or specifier.startswith(wanted + "/")


def _asks(test: n.Expr, label: Label) -> bool:
    """Whether a condition looks at the type; of what is a string or several, a function that is asked may."""
    return any(
        (isinstance(node, n.Unary) and node.op == "typeof") or (isinstance(node, n.Call) and label in _TYPED)
        for node in walk(test)
    )


def is_label(text: str) -> Label:
    """A label as it was written down; empty for anything else."""
    for label in _ORDER:
        if label == text:
            return label
    return ""
