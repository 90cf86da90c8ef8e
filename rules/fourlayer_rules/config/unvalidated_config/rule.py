"""unvalidated-config: config.ts does not validate its environment with a schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from fourlayer.project.classes import dotted
from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.env import EnvRead, env_reads, is_env, is_process_env, schema_of
from fourlayer_rules.derive.symbols import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Scopes
    from fourlayer_rules.derive.editing import FileEditor

_ID = "unvalidated-config"
_KIND = "add-schema"
_PARSES = frozenset({"parse", "safeParse", "parseAsync", "safeParseAsync"})
_NO_SCHEMAS = frozenset(
    {"JSON", "Date", "path", "url", "querystring", "qs", "dotenv", "URL", "Number", "semver"}
)

Answer = Literal["yes", "no", "unknown"]


class UnvalidatedConfig:
    """Judges a provider's `config.ts`."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report a configuration whose environment goes unchecked."""
        provider = ctx.view.provider_of(target)
        if provider is None or target != f"{provider.path}/config.ts":
            return
        facts = ctx.view.facts(target)
        if facts is None or not facts.trusted:
            return
        answer = _validates(ctx, target, facts)
        if answer == "yes":
            return
        reads = [
            read for decl in facts.all_decls() if decl.kind != "class" for read in env_reads(facts, decl)
        ]
        whole = any(_mentions_env(decl) for decl in facts.decls)
        yield _finding(ctx, provider, target, facts, answer, reads, whole)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Put a schema between the environment and what reads it."""
        if finding.certainty == "violation" and _change(ctx, finding) is not None:
            yield FixPlan(
                _KIND, "Validate the environment with a Zod schema", "unsafe", "document", preferred=True
            )

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Declare the schema and let every read go through it; exported names stay."""
        return _change(ctx, finding) if plan.kind == _KIND else None


def _finding(
    ctx: Context,
    provider: Provider,
    path: str,
    facts: FileFacts,
    answer: Answer,
    reads: list[EnvRead],
    whole: bool,
) -> Finding:
    library = ctx.settings.conventions.validation
    first = facts.decls[0] if facts.decls else None
    span = reads[0].read if reads else Span(first.start, first.end) if first is not None else Span(0, 0)
    if answer == "unknown":
        message = "Whether this configuration is validated cannot be told: it is handed to code out of reach."
    elif reads or whole:
        message = (
            f"This configuration takes the environment as it comes: without a {library} schema a missing or "
            "malformed variable shows up at the first call in production."
        )
    else:
        message = f"This file validates no environment: a provider's settings go through a {library} schema."
    certain = answer == "no" and (reads or whole)
    return Finding(
        rule=_ID,
        path=path,
        span=span,
        message=message,
        help="Parse the variables with a schema in a load function.",
        certainty="violation" if certain else "unverifiable" if answer == "unknown" else "suspicious",
        key=",".join(sorted({read.name for read in reads})) or "config.ts",
        provider=provider.name,
    )


def _mentions_env(decl: Decl) -> bool:
    if b"process" not in decl.data or decl.kind == "import":
        return False
    return any(isinstance(node, n.Member) and is_process_env(node) for node in walk(decl.node))


# Is there a schema that parses it?


def _validates(ctx: Context, path: str, facts: FileFacts) -> Answer:
    answers: list[Answer] = []
    for decl in facts.all_decls():
        if decl.kind in {"import", "interface", "type"} or b"(" not in decl.data:
            continue
        scopes = scopes_of(decl)
        for node in walk(decl.node):
            if isinstance(node, n.Call):
                answer = _call(ctx, path, facts, scopes, node)
                if answer == "yes":
                    return "yes"
                if answer is not None:
                    answers.append(answer)
    if any(item.kind == "export" for item in facts.imports) and not _has_own_reads(facts):
        return "unknown"
    return "unknown" if "unknown" in answers else "no"


def _has_own_reads(facts: FileFacts) -> bool:
    return any(_mentions_env(decl) for decl in facts.decls)


def _call(ctx: Context, path: str, facts: FileFacts, scopes: Scopes, call: n.Call) -> Answer | None:
    """What a call says about validation; None where it says nothing."""
    callee = call.callee
    if isinstance(callee, n.Member) and callee.name in _PARSES and call.args:
        return _parse(ctx, path, facts, scopes, callee.object, call.args[0])
    taken = [arg for arg in call.args if _is_environment(facts, scopes, arg)]
    if not taken:
        return None
    if any(_is_schema(ctx, path, facts, scopes, arg) == "yes" for arg in call.args):
        return "yes"
    name = dotted(callee)
    if name is None or name in {
        "Object.entries",
        "Object.keys",
        "Object.assign",
        "Object.fromEntries",
        "Boolean",
    }:
        return None
    if name.partition(".")[0] in {"Number", "parseInt", "parseFloat", "String", "console", "Object", "JSON"}:
        return None
    found = named(ctx.view, path, facts, name) if "." not in name else None
    if isinstance(found, tuple):
        if found.path == path:
            return None  # its own calls are looked at where they stand
        ctx.view.facts(found.path)
        validates = re.search(rb"\.(safeParse|parse)(Async)?\s*\(", found.decl.data) is not None
        return "yes" if validates and b"JSON.parse" not in found.decl.data else "unknown"
    binding = scopes.binding(callee) if isinstance(callee, n.Name) else None
    return None if binding is not None and isinstance(binding.owner, n.Function) else "unknown"


def _parse(
    ctx: Context, path: str, facts: FileFacts, scopes: Scopes, receiver: n.Expr, arg: n.Expr
) -> Answer | None:
    schema = _is_schema(ctx, path, facts, scopes, receiver)
    if schema == "no":
        return None
    if not _may_hold_environment(facts, scopes, arg):
        return None
    return schema


def _is_schema(ctx: Context, path: str, facts: FileFacts, scopes: Scopes, expr: n.Expr) -> Answer:
    """Whether an expression is a schema of the validation library."""
    root = _root(expr)
    if root is None:
        return "unknown" if not isinstance(expr, (n.Object, n.Str, n.Num, n.Array)) else "no"
    binding = scopes.binding(root)
    if binding is not None and not _is_top_level(facts, root.name, binding.owner):
        if isinstance(binding.owner, n.Param):
            return "unknown" if root is expr or isinstance(expr, n.Member) else "no"
        init = binding.value
        return _is_schema(ctx, path, facts, scopes, init) if init is not None else "unknown"
    if root.name in _NO_SCHEMAS or root.name in {"process", "this"}:
        return "no"
    for item in facts.imports:
        if any(bound.local == root.name for bound in item.names):
            return _imported_schema(ctx, path, item.specifier, root.name)
    decl = facts.decl(root.name)
    init = _init_of(decl, root.name) if decl is not None else None
    if decl is None or init is None or init is expr:
        return "no" if decl is None else "unknown"
    return _is_schema(ctx, path, facts, scopes_of(decl), init)


def _imported_schema(ctx: Context, path: str, specifier: str, name: str) -> Answer:
    library = ctx.settings.conventions.validation
    package = specifier.partition("/")[0] if not specifier.startswith("@") else specifier
    if library in {specifier, package}:
        return "yes"
    resolution = ctx.view.resolve(specifier, path)
    if resolution.path is None:
        if resolution.kind == "external" and name in _NO_SCHEMAS:
            return "no"
        return "yes" if "schema" in name.lower() and resolution.kind != "external" else "unknown"
    data = ctx.view.read(resolution.path) or b""
    return "yes" if f'"{library}'.encode() in data or f"'{library}".encode() in data else "unknown"


def _root(expr: n.Expr) -> n.Name | None:
    """The name that a chain of members and calls starts with."""
    while True:
        if isinstance(expr, (n.Member, n.Index)):
            expr = expr.object
        elif isinstance(expr, n.Call):
            expr = expr.callee
        elif isinstance(expr, (n.Cast, n.Await)):
            expr = expr.value
        else:
            return expr if isinstance(expr, n.Name) else None


def _is_top_level(facts: FileFacts, name: str, owner: n.Node) -> bool:
    decl = facts.decl(name)
    return decl is not None and isinstance(decl.node, n.VarDecl) and owner in decl.node.declarators


def _init_of(decl: Decl, name: str) -> n.Expr | None:
    node = decl.node
    if not isinstance(node, n.VarDecl):
        return None
    return next(
        (
            item.init
            for item in node.declarators
            if isinstance(item.target, n.Name) and item.target.name == name
        ),
        None,
    )


def _is_environment(facts: FileFacts, scopes: Scopes, arg: n.Expr) -> bool:
    """Whether an argument is the environment, or an object or value built from it."""
    if is_env(scopes, arg, facts):
        return True
    if isinstance(arg, n.Function):
        return False
    return any(
        isinstance(node, n.Expr) and not isinstance(node, n.Name) and is_process_env(node)
        for node in walk(arg)
    )


def _may_hold_environment(facts: FileFacts, scopes: Scopes, arg: n.Expr) -> bool:
    """Whether what is parsed may come from the environment: anything but a literal."""
    if _is_environment(facts, scopes, arg):
        return True
    if isinstance(arg, n.Object):
        return any(isinstance(node, (n.Name, n.Call)) for node in walk(arg))
    return not isinstance(arg, (n.Str, n.Num, n.Const, n.Array, n.Template))


# Fix


def _change(ctx: Context, finding: Finding) -> Change | None:
    from fourlayer_rules.derive.editing import FileEditor
    from fourlayer_rules.derive.style import style_of

    facts = ctx.view.facts(finding.path)
    if facts is None or not facts.trusted or ctx.settings.conventions.validation != "zod":
        return None
    reads = [read for decl in facts.all_decls() if decl.kind != "class" for read in env_reads(facts, decl)]
    spreads = [decl for decl in facts.decls if _other_uses(decl, reads)]
    if not reads or spreads:
        return None
    taken = {name for decl in facts.decls for name in decl.names}
    taken |= {bound.local or "" for item in facts.imports for bound in item.names}
    schema = next(name for name in ("environmentSchema", "envSchema", "variablesSchema") if name not in taken)
    variables = _variables(reads)
    if variables is None:
        return None
    editor = FileEditor(facts, style_of(ctx.view, [finding.path]))
    editor.want("zod", "z")
    fields = "".join(f"  {name}: {text},\n" for name, text in variables.items())
    for read in reads:
        start, end = _without_parentheses(facts.text.data, *read.whole)
        editor.replace(start, end, f"{_source(read, schema)}.{read.name}")
    _insert_locals(editor, reads, schema)
    text = f"const {schema} = z.object({{\n{fields}}});\n\n"
    first = next((decl for decl in facts.decls if decl.kind != "import"), None)
    if first is None:
        return None
    editor.insert_before_statement(first.start, text)
    return Change({finding.path: editor.edits()})


def _without_parentheses(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The range with parentheses around it that a plain member access does not need."""
    if data[start - 1 : start] == b"(" and data[end : end + 1] == b")":
        before = data[: start - 1].rstrip()[-1:]
        called = before.isalnum() or before in {b")", b"]", b"_", b"$", b">"}
        if not called or data[: start - 1].rstrip().endswith(b"return"):
            return start - 1, end + 1
    return start, end


def _other_uses(decl: Decl, reads: list[EnvRead]) -> bool:
    """Whether the environment is used in other ways than by single variables (spread, passed on)."""
    if decl.kind == "import" or b"process" not in decl.data:
        return False
    known = {read.node for read in reads}
    for node in walk(decl.node):
        if not (isinstance(node, n.Member) and is_process_env(node) and node.name == "env"):
            continue
        parent = decl.parent(node)
        while isinstance(parent, n.Cast):
            parent = decl.parent(parent)
        if parent not in known and not isinstance(parent, n.Param):
            return True
    return False


def _variables(reads: list[EnvRead]) -> dict[str, str] | None:
    """The schema of each variable; None where two reads make different things of one."""
    found: dict[str, str] = {}
    for read in reads:
        text = schema_of(read)
        if found.setdefault(read.name, text) != text:
            return None
    return found


def _host(read: EnvRead) -> n.Function | None:
    """The outermost function with a block body around a read."""
    functions = [node for node in (*read.decl.ancestors(read.node),) if isinstance(node, n.Function)]
    outer = functions[-1] if functions else None
    inside_params = outer is not None and any(
        isinstance(node, n.Param) for node in read.decl.ancestors(read.node)
    )
    return outer if outer is not None and isinstance(outer.body, n.Block) and not inside_params else None


def _source(read: EnvRead, schema: str) -> str:
    """What replaces the environment in a read: the function's parsed copy, or a parse in place."""
    return "variables" if _host(read) is not None else f"{schema}.parse(process.env)"


def _insert_locals(editor: FileEditor, reads: list[EnvRead], schema: str) -> None:
    """Parse once at the start of each function that reads the environment."""
    done: set[n.Function] = set()
    for read in reads:
        host = _host(read)
        if host is None or host in done or not isinstance(host.body, n.Block):
            continue
        done.add(host)
        holder = read.node.object if isinstance(read.node, n.Member | n.Index) else None
        source = read.decl.text_of(holder) if holder is not None else "process.env"
        start = read.decl.span(host.body).start + 1
        editor.insert(start, f"\n  const variables = {schema}.parse({source});")


rule = UnvalidatedConfig()
