"""Lets a health check answer with an unhealthy status instead of throwing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.project.frames import Value
from fourlayer.rule.model import Change
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of, returned_values
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.model import build_model
from fourlayer_rules.derive.symbols import qualified
from fourlayer_rules.health._look import again
from fourlayer_rules.health._throws import Escapes, unawaited_in_try
from fourlayer_rules.templates.health import shape_of, status_shape, unhealthy

if TYPE_CHECKING:
    from fourlayer.project.frames import Frame
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import Decl
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.health._look import Looked
    from fourlayer_rules.health._throws import Escape
    from fourlayer_rules.templates.health import Shape


def caught(ctx: Context, finding: Finding) -> Change | None:
    """The change; None where the status cannot be made, or the error is thrown before the body runs."""
    found = again(ctx, finding)
    provider = ctx.view.provider(finding.provider or "")
    if found is None or provider is None or not found[0].check.is_here:
        return None
    looked, follow = found
    decl, function = looked.frame.decl, looked.function
    if function is not function_of(decl) or function.is_generator or not _promises(function):
        return None
    body = function.body
    strict = Escapes(follow, strict=True)
    escapes = Escapes(follow).of(looked.frame)
    if not escapes or body is None or any(not _within(escape.node, body) for escape in escapes):
        return None
    model = build_model(ctx.view, ctx.settings, provider)
    shape = _shape(model, looked)
    if shape is None:
        return None
    return _Catcher(looked, model, shape, escapes, strict).change()


def _promises(function: n.Function) -> bool:
    """Whether the function returns a promise, by its keyword or its type."""
    type_ = function.return_type
    return function.is_async or (isinstance(type_, n.TypeRef) and type_.name == "Promise")


def _shape(model: ProviderModel, looked: Looked) -> Shape | None:
    """How the status that the check promises is filled."""
    type_ = looked.function.return_type
    if type_ is None:
        shape = status_shape(model)
        return shape if shape.properties else None
    status = type_.args[0] if isinstance(type_, n.TypeRef) and len(type_.args) == 1 else None
    if not isinstance(status, n.TypeRef):
        return None
    declared = qualified(model.view, looked.frame.path, looked.frame.facts, status.name)
    return shape_of(model, declared) if isinstance(declared, tuple) else None


def _within(node: n.Node, body: n.Node) -> bool:
    return body.start <= node.start and node.end <= body.end


class _Catcher:
    """Edits of one check."""

    def __init__(
        self, looked: Looked, model: ProviderModel, shape: Shape, escapes: list[Escape], strict: Escapes
    ) -> None:
        self._frame: Frame = looked.frame
        self._decl: Decl = looked.frame.decl
        self._function = looked.function
        self._shape = shape
        self._escapes = escapes
        self._strict = strict
        self._path = looked.check.path
        self._editor = FileEditor(looked.frame.facts, model.style)
        self._unit = model.style.indent
        self._data = looked.frame.facts.text.data

    def change(self) -> Change:
        """The whole change."""
        if not self._function.is_async:
            self._make_async()
        if self._only_unawaited():
            self._await_returns()
        elif self._only_rethrows():
            self._replace_rethrows()
        elif isinstance(self._function.body, n.Block):
            self._wrap_block(self._function.body)
        elif isinstance(self._function.body, n.Expr):
            self._wrap_expression(self._function.body)
        return Change({self._path: self._editor.edits()})

    def _make_async(self) -> None:
        start = self._decl.span(self._function).start
        if not self._function.arrow:
            start = self._data.find(b"function", self._decl.start, self._decl.end)
        self._editor.replace(start, start, "async ")

    # A promise that a try lets go

    def _only_unawaited(self) -> bool:
        """Whether nothing leaves but promises that are returned inside of a `try`, and not awaited there."""
        returned = {node.value for node in unawaited_in_try(self._frame)}
        return all(escape.node in returned for escape in self._escapes)

    # A catch that throws again

    def _only_rethrows(self) -> bool:
        """Whether nothing leaves but what a `catch` of the check throws."""
        return all(
            escape.rethrow is not None and self._catch_around(escape.rethrow) is not None
            for escape in self._escapes
        )

    def _catch_around(self, node: n.Node) -> n.Try | None:
        """The `try` in whose `catch` a node stands."""
        for around in self._decl.ancestors(node):
            if isinstance(around, n.Try) and around.handler is not None and _within(node, around.handler):
                return around
        return None

    def _replace_rethrows(self) -> None:
        body = self._function.body
        began = self._began(body) if isinstance(body, n.Block) else None
        started = began if began is not None else self._declare_began()
        for escape in self._escapes:
            if escape.rethrow is None:
                continue
            span = self._decl.span(escape.rethrow)
            around = self._catch_around(escape.rethrow)
            param = around.param if around is not None else None
            caught_as = param.name if isinstance(param, n.Name) else ""
            indent = self._indent_at(span.start)
            lines = self._answer(started, caught_as)
            self._editor.replace(span.start, span.end, self._editor.local(f"\n{indent}".join(lines)))

    def _declare_began(self) -> str:
        name = self._free_name()
        body = self._function.body
        if self._needs_began() and isinstance(body, n.Block) and body.stmts:
            at = self._decl.span(body.stmts[0]).start
            indent = self._indent_at(at)
            self._editor.replace(at, at, self._editor.local(f"const {name} = Date.now();\n{indent}"))
        return name

    # A try around everything

    def _wrap_block(self, body: n.Block) -> None:
        kept, began = self._kept(body)
        rest = body.stmts[kept:]
        if not rest:
            return
        data = self._data
        start = self._decl.span(body).start + 1 if kept == 0 else self._decl.span(body.stmts[kept - 1]).end
        end = self._decl.span(body).end - 1
        outer = self._indent_at(self._decl.start)
        inner = outer + self._unit
        first = self._decl.span(rest[0]).start
        if b"\n" not in data[start:first]:
            self._editor.replace(start, start, f"\n{inner}")
        else:
            start = data.index(b"\n", start)
        began = self._open(start, inner, began)
        self._indent(first, end)
        self._await_returns()
        stop = len(data[:end].rstrip())
        lines = self._handler(began)
        text = "".join(f"\n{inner}{line}" for line in lines) + f"\n{outer}"
        self._editor.replace(stop, end, self._editor.local(text))

    def _open(self, start: int, inner: str, began: str | None) -> str:
        """Open the `try`, with the time before it where the status tells one."""
        text = ""
        if began is None:
            began = self._free_name()
            text = f"\n{inner}const {began} = Date.now();" if self._needs_began() else ""
        self._editor.replace(start, start, self._editor.local(f"{text}\n{inner}try {{"))
        return began

    def _wrap_expression(self, body: n.Expr) -> None:
        span = self._decl.span(body)
        start = self._data.rfind(b"=>", self._decl.start, span.start) + 2
        end = self._decl.span(self._function).end
        outer = self._indent_at(self._decl.start)
        inner = outer + self._unit
        began = self._free_name()
        lines = [f"const {began} = Date.now();"] if self._needs_began() else []
        before = "".join(f"\n{inner}{line}" for line in [*lines, "try {", f"{self._unit}return "])
        after = "".join(f"\n{inner}{line}" for line in self._handler(began)) + f"\n{outer}}}"
        local = self._editor.local
        self._editor.replace(
            start, end, f" {{{local(before)}{self._awaited(body, start, end)};{local(after)}"
        )

    def _awaited(self, body: n.Expr, start: int, end: int) -> str:
        """The expression of an arrow function, awaited, one level or two further to the right."""
        text = self._data[start:end].decode()
        in_parentheses = text.strip() != self._decl.text_of(body)
        literals = (node for node in walk(body) if isinstance(node, n.Template | n.Str))
        if not any("\n" in self._decl.text_of(node) for node in literals):
            lead = text[: len(text) - len(text.lstrip())]
            text = text.replace("\n", "\n" + self._unit * (1 if "\n" in lead else 2))
        text = text.strip()
        if isinstance(uncast(body), n.Await) or self._strict.rejects(Value(body, self._frame)) is None:
            return text
        joined = isinstance(uncast(body), n.Cond | n.Binary | n.Sequence) and not in_parentheses
        return f"await ({text})" if joined else f"await {text}"

    def _handler(self, began: str) -> list[str]:
        named = "error" if "errorCode" in unhealthy(self._shape, began) else ""
        head = "} catch (error) {" if named else "} catch {"
        return [head, *(self._unit + line for line in self._answer(began, named)), "}"]

    def _answer(self, began: str, caught_as: str) -> list[str]:
        """The statements that return the status."""
        status = f"return {unhealthy(self._shape, began)};"
        needs_code = "errorCode" in status
        if not needs_code:
            return [status]
        if not caught_as:
            return ['const errorCode = "unreachable";', status]
        codes = ['"TimeoutError" ? "timeout"']
        if any("schema" in escape.why for escape in self._escapes):
            codes.append('"ZodError" ? "invalid_config"')
        if len(codes) == 1:
            test = f'{caught_as} instanceof Error && {caught_as}.name === {codes[0]} : "unreachable"'
            return [f"const errorCode = {test};", status]
        name = f'const name = {caught_as} instanceof Error ? {caught_as}.name : "";'
        test = " : ".join(f"name === {code}" for code in codes)
        return [name, f'const errorCode = {test} : "unreachable";', status]

    # Parts

    def _kept(self, body: n.Block) -> tuple[int, str | None]:
        """How many statements stay before the `try`: up to the one that notes when the check began."""
        for position, stmt in enumerate(body.stmts[:3]):
            if not isinstance(stmt, n.VarDecl) or any(_within(e.node, stmt) for e in self._escapes):
                break
            name = _clock(stmt)
            if name is not None:
                return position + 1, name
        return 0, None

    def _began(self, body: n.Block) -> str | None:
        return self._kept(body)[1]

    def _needs_began(self) -> bool:
        return any("startedAt" in value for _, value in self._shape.properties)

    def _free_name(self) -> str:
        taken = {binding.name for binding in scopes_of(self._decl).bindings}
        return next(name for name in ("startedAt", "begunAt", "checkStartedAt") if name not in taken)

    def _indent_at(self, offset: int) -> str:
        line = self._data.rfind(b"\n", 0, offset) + 1
        lead = self._data[line:offset]
        return lead[: len(lead) - len(lead.lstrip())].decode()

    def _indent(self, start: int, end: int) -> None:
        """Move the lines of a range one level to the right, those inside of template strings left alone."""
        fixed = [
            self._decl.span(node)
            for node in walk(self._decl.node)
            if isinstance(node, n.Template) or (isinstance(node, n.Str) and node.template)
        ]
        at = self._data.rfind(b"\n", 0, start) + 1
        while at < end:
            following = self._data.find(b"\n", at)
            line = self._data[at : following if following >= 0 else end]
            text = at + len(line) - len(line.lstrip())
            if line.strip() and text < end and not any(span.start < at < span.end for span in fixed):
                self._editor.replace(at, at, self._unit)
            if following < 0:
                break
            at = following + 1

    def _await_returns(self) -> None:
        """A promise that is returned as it is escapes the `try`: wait for it inside."""
        for value in returned_values(self._function):
            bare_value = uncast(value)
            if isinstance(bare_value, n.Await) or self._strict.rejects(Value(value, self._frame)) is None:
                continue
            span = self._decl.span(value)
            wrapped = isinstance(bare_value, n.Cond | n.Binary | n.Sequence)
            self._editor.replace(span.start, span.start, "await (" if wrapped else "await ")
            if wrapped:
                self._editor.replace(span.end, span.end, ")")


def _clock(stmt: n.VarDecl) -> str | None:
    """The variable of `const startedAt = Date.now()`."""
    if len(stmt.declarators) != 1:
        return None
    declarator = stmt.declarators[0]
    init = declarator.init
    if (
        isinstance(declarator.target, n.Name)
        and isinstance(init, n.Call)
        and dotted(init.callee) == "Date.now"
    ):
        return declarator.target.name
    return None
