"""Files that are loaded by other means than an import of a literal: worker files, `import(name)`, globs."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.tree import join, parent
from fourlayer.project.tsconfig import split_package
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.project.snapshot import Snapshot
    from fourlayer.syntax.facts import Decl, FileFacts

HOLE = "\0"
"""Stands in a text for what is only known when the program runs."""

_CALLS = (b"import(", b"require(")
_SIGNS = (b"meta.glob", b"require.context", b"child_process", b"iscina(", b"utoload")
_MODULES = frozenset({"import", "require"})
_PROCESSES = frozenset({"fork", "spawn", "spawnSync", "execFile", "execFileSync"})
_THREADS = frozenset({"Worker", "Piscina"})
_GLOBS = frozenset({"glob", "globEager", "context"})
_AUTOLOADERS = frozenset({"@fastify/autoload", "fastify-autoload"})
_DEEPEST = 8


class Load(NamedTuple):
    """One place that loads files: what it names, `HOLE` for what is open.

    `text` is as in the source, seen from the file's folder where it is relative. `module` is False for the
    path of a script, which need not start with a dot.
    """

    text: str
    module: bool


class Loads(NamedTuple):
    """What one file loads by such means. Compares by value, without places."""

    items: tuple[Load, ...]


class Target(NamedTuple):
    """What a load may mean: one file, or every file whose path fits around the holes."""

    path: str | None
    pattern: tuple[str, ...]
    """Workspace path in parts around holes; an empty first part: anywhere."""

    def may_be(self, path: str) -> bool:
        """Whether the file is, or may be, what is loaded."""
        if self.path is not None:
            return self.path == path
        first, *inner, last = self.pattern
        rest = f"/{path}"
        if not rest.startswith(f"/{first}"):
            return False
        rest = rest[len(first) :]
        for part in filter(None, inner):
            _, found, rest = rest.partition(part)
            if not found:
                return False
        return not last or rest.endswith(last)


def may_load(data: bytes) -> bool:
    """Whether a source may hold a load of this kind; a cheap look at the bytes."""
    return (
        any(sign in data for sign in _SIGNS)
        or any(_open_argument().match(data, at) for call in _CALLS for at in _ends(data, call))
        or any(not _inline_worker().match(data, at) for at in _ends(data, b"new Worker"))
    )


def _ends(data: bytes, text: bytes) -> Iterator[int]:
    at = data.find(text)
    while at >= 0:
        yield at + len(text)
        at = data.find(text, at + len(text))


@cache
def _open_argument() -> re.Pattern[bytes]:
    """What stands after `import(` where it is more than one literal."""
    return re.compile(rb"""\s*+(?:/\*.*?\*/\s*+)?(?:[^\s"'`)/]|`[^`]*\$\{|["'][^"'\n]*["']\s*\+)""")


@cache
def _inline_worker() -> re.Pattern[bytes]:
    """What stands after `new Worker` of a queue whose processor is a function on the spot."""
    return re.compile(rb"""\s*(?:<[^;{}()]*>)?\s*\(\s*[\w.$"'`:-]+\s*,\s*(?:async\b|\(|function\b)""")


def loads_of(facts: FileFacts) -> Loads | None:
    """What a file loads by other means than an import of a literal; None for nothing."""
    found: dict[Load, None] = {}
    for item in facts.imports:
        if item.specifier in _AUTOLOADERS:
            found[Load(f"./{HOLE}", module=False)] = None
    for decl in facts.all_decls():
        if may_load(decl.data) or any(name.encode() in decl.data for name in _PROCESSES):
            for node in walk(decl.node):
                if isinstance(node, n.Call | n.New):
                    found.update(dict.fromkeys(_loads(facts, decl, node)))
    return Loads(tuple(found)) if found else None


def targets_of(snapshot: Snapshot, importer: str, load: Load) -> Iterator[Target]:
    """The files of the workspace that a load means or may mean."""
    folder = parent(importer)
    text = load.text
    if HOLE not in text:
        yield from _literal(snapshot, importer, folder, load)
        return
    head = text.split(HOLE, 1)[0]
    rest = text.split(HOLE)[1:]
    for start in _starts(snapshot, folder, head, module=load.module):
        *inner, last = rest
        yield Target(None, (start, *inner, _without_suffix(last)))


def _literal(snapshot: Snapshot, importer: str, folder: str, load: Load) -> Iterator[Target]:
    """One file: as a module, and for a script's path also from the file's folder and the package's."""
    found = snapshot.resolve(load.text, importer).path if load.module or load.text.startswith(".") else None
    if found is None and not load.module:
        package = snapshot.resolver.package_of(importer) or ""
        for base in (folder, package, ""):
            path = join(base, load.text)
            found = snapshot.resolver.source_of(path) if path else None
            if found is not None:
                break
    if found is not None:
        yield Target(found, ())


def _starts(snapshot: Snapshot, folder: str, head: str, *, module: bool) -> Iterable[str]:
    """The workspace paths that the literal before the first hole may stand for, "" for anywhere."""
    if not head:
        return ("",)
    if head.startswith("."):
        whole, _, rest = head.rpartition("/")
        base = join(folder, whole)
        return () if base is None else (f"{base}/{rest}" if base else rest,)
    if head.startswith(("/", "file:")):
        return ("",)
    name, _ = split_package(head)
    directory = snapshot.resolver.workspace_packages().get(name) if name is not None else None
    if directory is not None:
        return (f"{directory}/" if directory else "",)
    config = snapshot.resolver.tsconfig(folder)
    aliased = [
        target.partition("*")[0] + head[len(pattern.prefix) :]
        for pattern in (config.paths if config is not None else ())
        if not pattern.exact and head.startswith(pattern.prefix)
        for target in pattern.targets
    ]
    if aliased or module:
        return aliased
    package = snapshot.resolver.package_of(f"{folder}/index.ts") or ""
    return (f"{folder}/{head}".lstrip("/"), f"{package}/{head}".lstrip("/"), head)


def _without_suffix(text: str) -> str:
    """The end of a path as its source may have it: `/worker` for `/worker.js`; nothing for `.js`."""
    stem, dot, suffix = text.rpartition(".")
    if dot and re.fullmatch(r"[mc]?[jt]sx?", suffix) is not None:
        text = stem
    return text and f"{text}.ts"


# Places


def _loads(facts: FileFacts, decl: Decl, node: n.Call | n.New) -> Iterator[Load]:
    callee = uncast(node.callee)
    name = callee.name if isinstance(callee, n.Name | n.Member) else ""
    first = node.args[0] if node.args else None
    if first is None:
        return
    if isinstance(node, n.New):
        if name in _THREADS:
            yield from _thread(facts, decl, node, name)
    elif name in _MODULES and isinstance(callee, n.Name):
        text = text_of(facts, decl, first)
        if text is not None and not isinstance(uncast(first), n.Str):
            yield Load(text, module=not _is_path(uncast(first)))
    elif name in _GLOBS and isinstance(callee, n.Member) and _is_bundler(callee):
        yield from _globbed(node, name)
    elif name in _PROCESSES:
        yield from _process(facts, decl, node, name)


def _thread(facts: FileFacts, decl: Decl, node: n.New, name: str) -> Iterator[Load]:
    """`new Worker(file)` of threads, `new Worker(queue, file)` of BullMQ, `new Piscina({ filename })`."""
    queued = _comes_from(facts, name, "bull")
    position = 1 if queued else 0
    given = node.args[position] if len(node.args) > position else None
    if isinstance(given, n.Object):
        given = next(
            (prop.value for prop in given.props if isinstance(prop, n.Prop) and prop.key == "filename"), None
        )
    if given is None or isinstance(uncast(given), n.Function) or _is_code_text(node):
        return
    text = text_of(facts, decl, given)
    # A processor may be a function under a name; only what is spelled out partly is surely a file.
    if text is not None and (text.strip(HOLE) or not queued):
        yield Load(text, module=False)


def _is_code_text(node: n.New) -> bool:
    """`new Worker(code, { eval: true })` runs a text, not a file."""
    return any(
        isinstance(prop, n.Prop) and prop.key == "eval" and isinstance(prop.value, n.Const)
        for arg in node.args
        if isinstance(arg, n.Object)
        for prop in arg.props
    )


def _process(facts: FileFacts, decl: Decl, node: n.Call, name: str) -> Iterator[Load]:
    """`fork(file)`, `spawn("node", [file])`."""
    for arg in node.args:
        for part in arg.items if isinstance(arg, n.Array) else (arg,):
            if isinstance(uncast(part), n.Function | n.Object):
                continue
            text = text_of(facts, decl, part)
            if text is None:
                continue
            spelled = text.strip(HOLE)
            if HOLE not in text or (spelled and "/" in spelled) or (name == "fork" and arg is node.args[0]):
                yield Load(text, module=False)


def _is_bundler(callee: n.Member) -> bool:
    """`import.meta.glob` and `require.context`."""
    obj = uncast(callee.object)
    return isinstance(obj, n.Other) or (isinstance(obj, n.Name) and obj.name == "require")


def _globbed(node: n.Call, name: str) -> Iterator[Load]:
    first = uncast(node.args[0])
    for item in first.items if isinstance(first, n.Array) else (first,):
        text = item.value if isinstance(item, n.Str) else HOLE
        if name == "context":
            yield Load(f"{text.rstrip('/')}/{HOLE}", module=True)
        elif not text.startswith("!"):
            plain = re.sub(r"\*+(?:/\*+)*|\{[^}]*\}|\?", HOLE, text)
            yield Load(plain.lstrip("/") if plain.startswith("/") else plain, module=True)


def _is_path(expr: n.Expr) -> bool:
    """Whether a module is named by a path that is put together (`path.join`), not by a specifier."""
    if isinstance(expr, n.Member):
        return _is_path(uncast(expr.object))
    return isinstance(expr, n.Call | n.New)


def _comes_from(facts: FileFacts, name: str, package: str) -> bool:
    """Whether a name is imported from a package whose name starts so."""
    return any(
        item.specifier.startswith(package) and any(bound.local == name for bound in item.names)
        for item in facts.imports
    )


# Texts


def text_of(facts: FileFacts, decl: Decl, expr: n.Expr) -> str | None:
    """A path or specifier with `HOLE`s for what is open; None for what is no text."""
    return _text(facts, decl, expr, 0)


def _text(facts: FileFacts, decl: Decl, expr: n.Expr, depth: int) -> str | None:
    expr = bare(expr)
    if depth > _DEEPEST:
        return HOLE
    if isinstance(expr, n.Str):
        return expr.value
    if isinstance(expr, n.Template):
        parts = [expr.quasis[0]]
        for inner, quasi in zip(expr.exprs, expr.quasis[1:], strict=True):
            parts += [_text(facts, decl, inner, depth + 1) or HOLE, quasi]
        return _merged("".join(parts))
    if isinstance(expr, n.Binary) and expr.op == "+":
        left, right = (_text(facts, decl, side, depth + 1) or HOLE for side in (expr.left, expr.right))
        return _merged(left + right)
    if isinstance(expr, n.Name):
        return _named(facts, decl, expr, depth)
    if isinstance(expr, n.Member):
        return _member(facts, decl, expr, depth)
    if isinstance(expr, n.Call | n.New):
        return _called(facts, decl, expr, depth)
    if isinstance(expr, n.Function | n.Object | n.Array | n.Num | n.Const | n.Regex):
        return None
    return HOLE


def _named(facts: FileFacts, decl: Decl, name: n.Name, depth: int) -> str | None:
    if name.name == "__dirname":
        return "."
    binding = scopes_of(decl).binding(name)
    if binding is not None:
        value = binding.value
        return HOLE if value is None else _text(facts, decl, value, depth + 1)
    declared = facts.decl(name.name)
    node = declared.node if declared is not None and declared.kind == "variable" else None
    if declared is None or not isinstance(node, n.VarDecl) or node.kind != "const":
        return HOLE
    for item in node.declarators:
        if isinstance(item.target, n.Name) and item.target.name == name.name and item.init is not None:
            return _text(facts, declared, item.init, depth + 1)
    return HOLE


def _member(facts: FileFacts, decl: Decl, member: n.Member, depth: int) -> str | None:
    if member.name == "dirname" and isinstance(uncast(member.object), n.Other):
        return "."
    if member.name in {"href", "pathname"}:
        return _text(facts, decl, member.object, depth + 1)
    return HOLE


def _called(facts: FileFacts, decl: Decl, call: n.Call | n.New, depth: int) -> str | None:
    callee = uncast(call.callee)
    name = callee.name if isinstance(callee, n.Name | n.Member) else ""
    if not call.args:
        return (
            _text(facts, decl, callee.object, depth + 1)
            if name == "toString" and isinstance(callee, n.Member)
            else HOLE
        )
    texts = [_text(facts, decl, arg, depth + 1) or HOLE for arg in call.args]
    if name in {"fileURLToPath", "pathToFileURL"}:
        return texts[0]
    if name == "URL":
        plain = texts[0] if texts[0].startswith((".", "/", HOLE)) else f"./{texts[0]}"
        return plain if len(texts) > 1 else texts[0]
    if name == "dirname" and _is_own_url(call.args[0]):
        return "."
    if name in {"join", "resolve"}:
        return _merged("/".join(texts[1:] if _is_working_folder(call.args[0]) else texts))
    return HOLE


def _is_working_folder(expr: n.Expr) -> bool:
    """`process.cwd()`: the package's folder or the workspace's, mostly."""
    callee = uncast(expr.callee) if isinstance(expr, n.Call) else None
    return isinstance(callee, n.Member) and callee.name == "cwd"


def _is_own_url(expr: n.Expr) -> bool:
    """`fileURLToPath(import.meta.url)`, `__filename`."""
    expr = uncast(expr)
    if isinstance(expr, n.Call) and len(expr.args) == 1:
        expr = uncast(expr.args[0])
    if isinstance(expr, n.Name):
        return expr.name == "__filename"
    return (
        isinstance(expr, n.Member)
        and expr.name in {"url", "filename"}
        and isinstance(uncast(expr.object), n.Other)
    )


def _merged(text: str) -> str:
    return re.sub(f"{HOLE}+", HOLE, text)
