"""Limits what code waits for: a signal for `fetch`, a race against a timer for the rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.project.frames import Value
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.style import style_of

if TYPE_CHECKING:
    from fourlayer.project.follow import Follow
    from fourlayer.project.frames import Frame
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import TextEdit
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Binding
    from fourlayer_rules.derive.hangs import Hang

_HELPER = "withTimeout"
_HELPER_TEXT = """

/** The outcome of some work, or a rejection when it takes longer. */
async function NAME<T>(work: PromiseLike<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`No answer within ${timeoutMs} ms`);
      error.name = "TimeoutError";
      reject(error);
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
"""


class Limiter:
    """Edits of one file. `constant` is the name and value of the time limit where there is none as yet."""

    def __init__(
        self, ctx: Context, path: str, facts: FileFacts, follow: Follow, constant: tuple[str, str]
    ) -> None:
        self._ctx = ctx
        self._follow = follow
        self._path = path
        self._facts = facts
        self._default = constant
        self._editor = FileEditor(self._facts, style_of(ctx.view, [self._path]))
        self._done: set[tuple[int, int]] = set()
        self._names = _names(self._facts)
        self._constant: str | None = None
        self._helper: str | None = None
        self._taught: set[Decl] = set()

    def limit(self, hang: Hang) -> bool:
        """Limit one promise, as near to its source as this file goes."""
        source = hang.source if hang.source.frame.path == self._path else Value(hang.node, hang.frame)
        decl = source.frame.decl
        span = decl.span(source.expr)
        if span in self._done:
            return True
        self._done.add(span)
        self._learn(decl)
        self._learn(hang.frame.decl)
        call = uncast(source.expr)
        if isinstance(call, n.Call) and dotted(call.callee) == "fetch" and self._signal(call, source.frame):
            return True
        return self._race(source.expr, source.frame)

    def signal(self, call: n.Call, frame: Frame) -> bool:
        """Give a call of `fetch` a signal that fires after some time, and teach what tells aborts apart."""
        if not self._signal(call, frame):
            return False
        self._learn(frame.decl)
        for decl in self._facts.all_decls():
            name = (decl.name or "").encode()
            if name and b"AbortError" in decl.data and name in frame.decl.data:
                self._learn(decl)
        return True

    def finish(self) -> tuple[TextEdit, ...]:
        """All edits, with the constant and the helper that they need."""
        data = self._facts.text.data
        name, value = self._default
        if self._constant == name and name not in self._names:
            first = next(decl for decl in self._facts.decls if decl.kind != "import")
            self._editor.insert_before_statement(first.start, f"const {name} = {value};\n\n")
        if self._helper is not None:
            end = len(data.rstrip())
            text = _HELPER_TEXT.replace("NAME", self._helper)
            self._editor.replace(end, len(data), self._editor.local(text))
        return self._editor.edits()

    # A signal for fetch

    def _signal(self, call: n.Call, frame: Frame) -> bool:
        decl = frame.decl
        if len(call.args) == 1 and not isinstance(call.args[0], n.Spread):
            limit = self._limit(call, frame)
            end = decl.span(call.args[0]).end
            self._editor.replace(end, end, f", {{ signal: AbortSignal.timeout({limit}) }}")
            return True
        if len(call.args) != 2:
            return False
        init = uncast(call.args[1])
        if not isinstance(init, n.Object):
            return self._spread(call.args[1], init, call, frame)
        prop = next((p for p in init.props if isinstance(p, n.Prop) and p.key == "signal"), None)
        if prop is None:
            self._into(init, f"signal: AbortSignal.timeout({self._limit(call, frame)})", decl)
            return True
        span = decl.span(prop)
        self._editor.replace(span.start, span.end, f"signal: {self._merged(prop, call, frame)}")
        return True

    def _merged(self, prop: n.Prop, call: n.Call, frame: Frame) -> str:
        """Both signals in one; the other may be absent unless it is a controller's."""
        own = f"AbortSignal.timeout({self._limit(call, frame)})"
        value = uncast(prop.value)
        if isinstance(value, n.Const):
            return own
        if isinstance(value, n.Binary) and value.op == "??" and isinstance(value.right, n.Const):
            value = uncast(value.left)
        text = frame.decl.text_of(value)
        if isinstance(value, n.Member):
            return f"AbortSignal.any([{text}, {own}])"
        if not isinstance(value, n.Name):
            text = f"({text})"
        return f"AbortSignal.any([{own}, ...({text} ? [{text}] : [])])"

    def _spread(self, arg: n.Expr, init: n.Expr, call: n.Call, frame: Frame) -> bool:
        """`fetch(url, init)`: a copy of the options with a signal, where they are known to have none."""
        value = self._follow.value(Value(arg, frame))
        if not isinstance(init, n.Name) or not isinstance(value, Value):
            return False
        if not isinstance(value.expr, n.Object):
            return False
        if any(isinstance(p, n.Spread) or p.key == "signal" for p in value.expr.props):
            return False
        span = frame.decl.span(arg)
        limit = self._limit(call, frame)
        text = f"{{ ...{frame.decl.text_of(arg)}, signal: AbortSignal.timeout({limit}) }}"
        self._editor.replace(span.start, span.end, text)
        return True

    def _into(self, init: n.Object, text: str, decl: Decl) -> None:
        """Add a property at the end of an object, on a line of its own where the others have one."""
        span = decl.span(init)
        if not init.props:
            self._editor.replace(span.start, span.end, f"{{ {text} }}")
            return
        data = self._facts.text.data
        last = decl.span(init.props[-1])
        line = data.rfind(b"\n", 0, last.start) + 1
        lead = data[line : last.start]
        rest = data[last.end : span.end]
        multiline = not lead.strip() and line > span.start
        glue = ("\n" + lead.decode()) if multiline else " "
        comma = "" if rest.lstrip().startswith(b",") else ","
        at = last.end + (rest.index(b",") + 1 if not comma else 0)
        trailing = "," if not comma and multiline else ""
        self._editor.replace(at, at, f"{comma}{glue}{text}{trailing}")

    # A race for the rest

    def _race(self, expr: n.Expr, frame: Frame) -> bool:
        if isinstance(uncast(expr), n.Await) or isinstance(frame.decl.parent(expr), n.Loop):
            return False
        span = frame.decl.span(expr)
        if self._helper is None:
            taken = (f"{_HELPER}{suffix}" for suffix in ("", "Ms", "2", "3"))
            self._helper = next((name for name in taken if name not in self._names), None)
            if self._helper is None:
                return False
        self._editor.replace(span.start, span.start, f"{self._helper}(")
        self._editor.replace(span.end, span.end, f", {self._limit(expr, frame)})")
        return True

    # The time

    def _limit(self, at: n.Expr, frame: Frame) -> str:
        """The time limit: one in scope, else the configuration's, else a constant of three seconds."""
        for binding in scopes_of(frame.decl).visible(at):
            if _is_time(binding):
                return binding.name
        configured = self._configured(at, frame)
        if configured is not None:
            return configured
        if self._constant is None:
            self._constant = _time_constant(self._facts) or self._default[0]
        return self._constant

    def _configured(self, at: n.Expr, frame: Frame) -> str | None:
        """A time limit of the configuration that is loaded before the place."""
        for binding in scopes_of(frame.decl).visible(at):
            owner = binding.owner
            call = uncast(owner.init) if isinstance(owner, n.Declarator) and owner.init is not None else None
            if not isinstance(owner, n.Declarator) or not isinstance(call, n.Call):
                continue
            key = self._time_key(call, frame)
            if key is None:
                continue
            if isinstance(owner.target, n.Name):
                return f"{binding.name}.{key}"
            pattern = owner.target
            free = not any(one.name == key for one in scopes_of(frame.decl).bindings)
            if isinstance(pattern, n.ObjectPattern) and pattern.props and pattern.rest is None and free:
                end = frame.decl.span(pattern.props[-1]).end
                if (end, end) not in self._done:
                    self._done.add((end, end))
                    self._editor.replace(end, end, f", {key}")
                return key
        return None

    def _time_key(self, call: n.Call, frame: Frame) -> str | None:
        target = self._follow.call(frame, call)
        provider = self._ctx.view.provider_of(self._path)
        if not hasattr(target, "path") or provider is None:
            return None
        path = f"{provider.path}/config.ts"
        if getattr(target, "path", None) != path:
            return None
        data = self._ctx.view.read(path) or b""
        for match in re.finditer(rb"\b(timeoutMs|requestTimeoutMs|timeout)\s*:([^\n]*)", data):
            line = match[2]
            if b"number" in line and b"optional" not in line and b"?" not in line:
                return match[1].decode()
        return None

    # What a time-out is called

    def _learn(self, decl: Decl) -> None:
        """Where an `AbortError` is told apart, the `TimeoutError` of a time limit is the same."""
        if decl in self._taught or b"AbortError" not in decl.data or b"TimeoutError" in decl.data:
            return
        self._taught.add(decl)
        for node in walk(decl.node):
            if not isinstance(node, n.Binary) or node.op not in {"===", "==", "!==", "!="}:
                continue
            for name, literal in ((node.left, node.right), (node.right, node.left)):
                if isinstance(literal, n.Str) and literal.value == "AbortError":
                    span = decl.span(node)
                    joint = "&&" if node.op.startswith("!") else "||"
                    text = decl.text_of(name)
                    both = (f'{text} {node.op} "{one}"' for one in ("AbortError", "TimeoutError"))
                    known = f"({f' {joint} '.join(both)})"
                    if not isinstance(decl.parent(node), n.Binary | n.Unary | n.Cond):
                        known = known[1:-1]
                    self._editor.replace(span.start, span.end, self._editor.local(known))


def _is_time(binding: Binding) -> bool:
    """Whether a variable holds a number of milliseconds to wait."""
    name = binding.name.lower()
    if not name.endswith(("timeout", "timeoutms", "timeoutmillis")) or binding.path is None:
        return False
    owner = binding.owner
    if isinstance(owner, n.Param) and binding.path == ():
        typed = isinstance(owner.type, n.TypeRef) and owner.type.name == "number" and not owner.optional
        return typed or isinstance(owner.default, n.Num)
    if isinstance(owner, n.Declarator):
        init = uncast(owner.init) if owner.init is not None else None
        return isinstance(init, n.Num) or (binding.path != () and name.endswith("ms"))
    return False


def _time_constant(facts: FileFacts) -> str | None:
    """A constant of the file that is a number of milliseconds to wait."""
    for decl in facts.decls:
        node = decl.node if decl.kind == "variable" and b"imeout" in decl.data.lower() else None
        for declarator in node.declarators if isinstance(node, n.VarDecl) else ():
            target = declarator.target
            name = target.name if isinstance(target, n.Name) and isinstance(declarator.init, n.Num) else ""
            if re.search(r"time_?out(_?ms)?$", name, re.IGNORECASE):
                return name
    return None


def _names(facts: FileFacts) -> frozenset[str]:
    declared = {name for decl in facts.decls for name in decl.names}
    imported = {bound.local or "" for item in facts.imports for bound in item.names}
    return frozenset(declared | imported)
