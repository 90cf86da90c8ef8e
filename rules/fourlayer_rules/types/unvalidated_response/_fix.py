"""Makes the code parse an answer with a schema of the type that it was only asserted to be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, FixPlan
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import uncast
from fourlayer.syntax.facts import walk
from fourlayer_rules.derive.zod import InexpressibleError
from fourlayer_rules.types._schemas import Schemas, is_local_type
from fourlayer_rules.types.unvalidated_response._find import type_parameter
from fourlayer_rules.types.unvalidated_response._message import is_error_body

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer_rules.derive.editing import FileEditor
    from fourlayer_rules.types.unvalidated_response._find import Claim

ADD_SCHEMA = "add-schema"
ADD_PARAMETER = "add-schema-parameter"
_WIDTH = 105


def plan_for(ctx: Context, path: str, claim: Claim) -> FixPlan | None:
    """What can be done about a claim; None where its type cannot be checked by a schema."""
    if type_parameter(claim):
        if change_for(ctx, path, claim, ADD_PARAMETER) is None:
            return None
        title = "Take a schema as a parameter, pass one in every call, and parse the answer with it"
        return FixPlan(ADD_PARAMETER, title, "unsafe", "workspace", preferred=True)
    if change_for(ctx, path, claim, ADD_SCHEMA) is None:
        return None
    type_ = " ".join(claim.type_decl.text_of(claim.type).split())
    shown = f"`{type_}`" if len(type_) <= 40 else "the type"
    return FixPlan(ADD_SCHEMA, f"Parse it with a schema of {shown}", "unsafe", "workspace", preferred=True)


def change_for(ctx: Context, path: str, claim: Claim, kind: str) -> Change | None:
    """The change of one kind; None where it is not possible."""
    if claim.others or (kind == ADD_PARAMETER) != type_parameter(claim):
        return None
    try:
        if kind == ADD_PARAMETER:
            from fourlayer_rules.types.unvalidated_response._parameter import add_parameter

            return add_parameter(ctx, path, claim)
        return AddSchema(ctx, path, claim).change() if kind == ADD_SCHEMA else None
    except InexpressibleError:
        return None


class AddSchema:
    """Parses at the place of one claim."""

    def __init__(self, ctx: Context, path: str, claim: Claim, schemas: Schemas | None = None) -> None:
        self.schemas = schemas or Schemas(ctx, path)
        self.path = path
        self.claim = claim
        self.decl = claim.decl
        self.removed: list[tuple[int, int]] = []
        self.plain = False
        """Whether a failed parse may throw what Zod throws: somebody is there to catch it."""
        self.fallback = ""

    def change(self) -> Change | None:
        """The schema, and the code that parses with it."""
        claim = self.claim
        if not self.schemas.usable or is_local_type(claim.type_decl, claim.type):
            return None
        found = self.schemas.schema_for(claim.type_decl, claim.type, self._hint(), self.decl)
        if found is None:
            return None
        schema, exact = found
        if is_error_body(claim) and not self._lenient(schema):
            return None
        if not self.rewrite(schema, exact):
            return None
        names = {
            node.name for node in walk(claim.type) if isinstance(node, n.TypeRef) and "." not in node.name
        }
        self.schemas.drop_unused(sorted(names), self.removed)
        return self.schemas.change()

    def _lenient(self, schema: str) -> bool:
        """Prepare for the answer of a failed call: one of another shape must not hide the failure."""
        self.plain = True
        node: n.Node = self.claim.node
        for above in self.decl.ancestors(node):
            if isinstance(above, n.Try) and above.block is node and above.handler is not None:
                return True
            node = above
        self.fallback = ".catch({})"
        return self.schemas.admits_nothing(schema)

    def _hint(self) -> str:
        name = (self.decl.name or "api").lstrip("#_") or "api"
        return name if name.lower().endswith("response") else f"{name}Response"

    def rewrite(self, schema: str, exact: bool) -> bool:
        """Parse where the type was given; False where that place is not one to rewrite."""
        match self.claim.form:
            case "cast":
                return self._cast(schema, exact)
            case "callback":
                return self._callback(schema, exact)
            case "generic":
                return self._generic(schema, exact)
            case "return":
                return self._return(schema, exact)
            case _:
                node = self.claim.node
                self._replace(node, self._parsed(self._text(_bare(node)), schema, exact))
                return True

    # Forms

    def _cast(self, schema: str, exact: bool) -> bool:
        cast = self.claim.node
        type_ = self.claim.type
        value = _bare(cast)
        outer = cast
        parent = self.decl.parent(outer)
        if _is_promise(self.claim, value):
            return self._promise(value, schema, exact)
        start, end = self.decl.start + type_.start, self.decl.start + type_.end
        if exact and isinstance(parent, n.Declarator) and parent.type is None:
            annotation = f": {self.decl.text_of(type_)}"
            at = self.decl.start + parent.target.end
            self._editor().replace(at, at, annotation)
            self._replace(outer, self._parsed(self._text(value), schema, True))
            return True
        if exact:
            self.removed.append((start, end))
        self._replace(outer, self._parsed(self._text(value), schema, exact), bare=exact)
        return True

    def _promise(self, value: n.Expr, schema: str, exact: bool) -> bool:
        """`response.json() as Promise<T>`."""
        cast = self.claim.node
        parent = self.decl.parent(cast)
        function = self.claim.function
        if exact:
            type_ = self.claim.type
            self.removed.append((self.decl.start + type_.start, self.decl.start + type_.end))
        if isinstance(parent, n.Await):
            self._replace(parent, self._parsed(f"await {self._text(value)}", schema, exact), bare=exact)
        elif isinstance(parent, n.Return) and function is not None and function.is_async:
            self._replace(cast, self._parsed(f"await {self._text(value)}", schema, exact))
        else:
            self._replace(cast, self._text(value) + self._then(schema, exact))
        return True

    def _callback(self, schema: str, exact: bool) -> bool:
        call = self.claim.node
        callee = call.callee if isinstance(call, n.Call) else None
        if not isinstance(callee, n.Member):
            return False
        at = self.decl.start + callee.object.end
        self._editor().replace(at, at, self._then(schema, exact))
        return True

    def _then(self, schema: str, exact: bool) -> str:
        return f".then((body: unknown) => {self._parsed('body', schema, exact)})"

    def _generic(self, schema: str, exact: bool) -> bool:
        call = self.claim.node
        if not isinstance(call, n.Call):
            return False
        data = self.schemas.facts.text.data
        start = self.decl.start + call.callee.end
        bare = "" if self.claim.kind == "json" else "<unknown>"
        text = self._text(call.callee) + bare + self.decl.text_of(call)[call.args_start - call.start :]
        if data[start : start + 1] != b"<":
            return False
        type_ = self.claim.type
        self.removed.append((self.decl.start + type_.start, self.decl.start + type_.end))
        parent = self.decl.parent(call)
        if not isinstance(parent, n.Await):
            if self.claim.kind != "json":
                return False
            self._replace(call, text + self._then(schema, exact))
            return True
        if self.claim.kind == "json":
            self._replace(parent, self._parsed(f"await {text}", schema, exact), bare=exact)
            return True
        member = self.decl.parent(parent)
        if not isinstance(member, n.Member) or member.name != "data":
            return False
        self._replace(member, self._parsed(f"(await {text}).data", schema, exact), bare=exact)
        return True

    def _return(self, schema: str, exact: bool) -> bool:
        value = self.claim.node
        plain = _bare(value)
        text = self._text(plain)
        function = self.claim.function
        if _is_promise(self.claim, plain):
            if function is not None and function.is_async:
                self._replace(value, self._parsed(f"await {text}", schema, exact))
            else:
                self._replace(value, text + self._then(schema, exact))
            return True
        self._replace(value, self._parsed(text, schema, exact))
        return True

    # Text

    def _parsed(self, value: str, schema: str, exact: bool) -> str:
        parsed = self.schemas.parsed(
            value, schema + self.fallback, self.decl, self.claim.node, plain=self.plain
        )
        if exact:
            return parsed
        return f"{parsed} as {self.claim.type_decl.text_of(self.claim.type)}"

    def _text(self, node: n.Node) -> str:
        return self.decl.text_of(node)

    def _editor(self) -> FileEditor:
        return self.schemas.editor(self.path)

    def _replace(self, node: n.Expr, text: str, *, bare: bool = False) -> None:
        """Replace an expression; with `bare`, parentheses around it that nothing needs any more too."""
        start, end = self.decl.start + node.start, self.decl.start + node.end
        text = self._folded(start, text)
        parent = self.decl.parent(node)
        if bare and isinstance(parent, n.Member | n.Index):
            data = self.schemas.facts.text.data
            if data[start - 1 : start] == b"(" and data[end : end + 1] == b")":
                start, end = start - 1, end + 1
        self._editor().replace(start, end, text)

    def _folded(self, start: int, text: str) -> str:
        """A call of the parser on several lines where its line would be long."""
        data = self.schemas.facts.text.data
        line = data.rfind(b"\n", 0, start) + 1
        lead = data[line:start]
        indent = lead[: len(lead) - len(lead.lstrip())].decode()
        match = re.fullmatch(r"(parse\w+Response)\((\w+), ([^\n]*)\)(?= as |$)(.*)", text)
        if match is None or len(lead) + len(text) <= _WIDTH:
            return text
        inner = f"{indent}  "
        return f"{match[1]}(\n{inner}{match[2]},\n{inner}{match[3]}\n{indent}){match[4]}"


def _bare(node: n.Expr) -> n.Expr:
    """The value inside casts."""
    return uncast(node)


def _is_promise(claim: Claim, value: n.Expr) -> bool:
    """Whether an expression is the promise of the JSON, not the JSON."""
    if claim.kind != "json" or isinstance(value, n.Await):
        return False
    if value is claim.source:
        return True
    callee = value.callee if isinstance(value, n.Call) else None
    return isinstance(callee, n.Member) and callee.name in {"catch", "finally", "then"}
