"""The HTTP application that hosts the integrations: where it is made, and which names are known there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.jsonc import as_object, parse_object
from fourlayer.project.tree import parent
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted
from fourlayer.syntax.facts import walk
from fourlayer.syntax.functions import function_of
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.derive.processes import likely_root
from fourlayer_rules.derive.symbols import qualified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Decl, FileFacts

_MAKERS = {
    "express": ("express",),
    "fastify": ("fastify", "Fastify"),
    "hono": ("Hono",),
}
"""By package, the functions and classes that make an application."""
_LEVELS = 3


class Made(NamedTuple):
    """The statement that makes an application: `start` and `end` in bytes of the file.

    `inner` is the declarator inside `decl`; `name` the application's name.
    """

    path: str
    facts: FileFacts
    decl: Decl
    inner: n.Declarator
    framework: str
    name: str

    @property
    def end(self) -> int:
        """Where the statement ends."""
        holder = self.decl.parent(self.inner)
        return self.decl.span(holder if holder is not None else self.inner).end

    @property
    def indent(self) -> str:
        """The white space before the statement."""
        holder = self.decl.parent(self.inner)
        start = self.decl.span(holder if holder is not None else self.inner).start
        data = self.facts.text.data
        line = data[data.rfind(b"\n", 0, start) + 1 : start]
        return line.decode() if not line.strip() else ""


class Host(NamedTuple):
    """The package that hosts the integrations: the folder of its sources, and its HTTP framework."""

    folder: str
    framework: str | None
    made: Made | None


def host_of(ctx: Context) -> Host | None:
    """The likeliest host, by its root; None where no root is known."""
    root = likely_root(ctx)
    if root is None:
        return None
    package = parent(root)
    while package and not ctx.view.exists(f"{package}/package.json"):
        package = parent(package)
    manifest = parse_object(ctx.view.read(f"{package}/package.json" if package else "package.json"))
    known = as_object(manifest.get("dependencies"))
    made = next(_applications(ctx.view, root), None)
    listed = next((name for name in _MAKERS if name in known), None)
    return Host(parent(root), made.framework if made is not None else listed, made)


def _applications(view: View, root: str) -> Iterator[Made]:
    """The applications that the root or what it imports makes, the nearest first."""
    level, seen = [root], {root}
    for _ in range(_LEVELS):
        following: list[str] = []
        for path in level:
            data = view.read(path)
            facts = view.facts(path) if data is not None else None
            if data is None or facts is None:
                continue
            if any(name.encode() in data for names in _MAKERS.values() for name in names):
                yield from _made(path, facts)
            for item in facts.imports:
                target = view.resolve(item.specifier, path).path if not item.type_only else None
                if target is not None and target not in seen and not view.is_test(target):
                    seen.add(target)
                    following.append(target)
        level = following


def _made(path: str, facts: FileFacts) -> Iterator[Made]:
    for decl in facts.all_decls():
        for node in walk(decl.node) if decl.trusted else ():
            if not isinstance(node, n.Declarator) or not isinstance(node.target, n.Name):
                continue
            made = bare(node.init) if node.init is not None else None
            if isinstance(made, n.Call | n.New):
                framework = _framework(facts, dotted(made.callee) or "")
                if framework is not None:
                    yield Made(path, facts, decl, node, framework, node.target.name)


def _framework(facts: FileFacts, name: str) -> str | None:
    for item in facts.imports:
        if item.specifier in _MAKERS and any(bound.local == name for bound in item.names):
            wanted = _MAKERS[item.specifier]
            if any(
                bound.local == name and bound.imported in {"default", "*", "=", *wanted}
                for bound in item.names
            ):
                return item.specifier
    return None


def instance_of(view: View, made: Made, registry: str) -> str | None:
    """A name that is known where the application is made and stands for an object of a class."""
    for binding in scopes_of(made.decl).visible(made.inner):
        init = binding.value
        if init is not None and _is_made(view, made, init, registry):
            return binding.name
        if binding.type is not None and made.decl.text_of(binding.type) == registry and binding.path == ():
            return binding.name
    names = [name for decl in made.facts.decls if decl.start < made.decl.start for name in decl.names]
    names += [bound.local for item in made.facts.imports for bound in item.names if bound.local]
    for name in names:
        found = qualified(view, made.path, made.facts, name)
        node = found.decl.node if isinstance(found, tuple) else None
        if isinstance(found, tuple) and isinstance(node, n.VarDecl):
            for item in node.declarators:
                value = bare(item.init) if item.init is not None else None
                if isinstance(value, n.New) and dotted(value.callee) == registry:
                    return name
    return None


def _is_made(view: View, made: Made, init: n.Expr, registry: str) -> bool:
    """Whether an expression is a new object of the class, or what a function returns that says so."""
    value = bare(init)
    if isinstance(value, n.New):
        return dotted(value.callee) == registry
    name = dotted(value.callee) if isinstance(value, n.Call) else None
    found = qualified(view, made.path, made.facts, name) if name is not None else None
    function = function_of(found.decl) if isinstance(found, tuple) else None
    type_ = function.return_type if function is not None and not function.is_async else None
    return isinstance(type_, n.TypeRef) and type_.name == registry
