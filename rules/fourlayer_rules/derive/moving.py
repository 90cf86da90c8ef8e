"""Moving a file to another folder: what it names by relative paths, and who names it."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts, Import
    from fourlayer.syntax.span import Span

_MOCKERS = frozenset({"vi", "vitest", "jest"})
_JOINERS = frozenset({"join", "resolve"})
_OF_CWD = frozenset(
    [
        "readFileSync",
        "readFile",
        "existsSync",
        "writeFileSync",
        "writeFile",
        "createReadStream",
        "readdirSync",
        "readdir",
        "statSync",
    ]
)
"""What takes paths relative to where the process was started."""


class Moved(NamedTuple):
    """The edits by path (of the file itself under its old one), and the files in which something is left."""

    edits: Mapping[str, tuple[TextEdit, ...]]
    left: tuple[str, ...]


def move(view: View, path: str, to: str) -> Moved | None:
    """Everything that changes in code when a file moves; None where the file does not parse."""
    facts = view.facts(path)
    if facts is None or not facts.trusted:
        return None
    own = _Own(view, facts, path, to)
    edits: dict[str, list[TextEdit]] = {path: own.edits()}
    left: set[str] = {path} if own.unsure else set()
    for edge in view.importers(path):
        if edge.importer == path:
            continue
        importer = view.facts(edge.importer)
        edit = _renamed(importer, edge.import_, edge.importer, path, to) if importer is not None else None
        if edit is None:
            left.add(edge.importer)
        else:
            edits.setdefault(edge.importer, []).append(edit)
    found = {where: tuple(sorted(set(items))) for where, items in edits.items() if items}
    return Moved(found, tuple(sorted(left)))


def is_relative(specifier: str) -> bool:
    """Whether a specifier is relative to the file that holds it."""
    return re.match(r"\.\.?(/|$)", specifier) is not None


def moved_path(relative: str, old_folder: str, new_folder: str) -> str:
    """A path relative to one folder, as it is relative to another."""
    target = posixpath.normpath(posixpath.join(old_folder, relative))
    found = posixpath.relpath("/" + target, "/" + new_folder)
    found = found if found.startswith(".") else f"./{found}"
    return f"{found}/" if relative.endswith("/") and not found.endswith("/") else found


def _renamed(facts: FileFacts, item: Import, importer: str, path: str, to: str) -> TextEdit | None:
    """The edit that lets an import of a file name its new place, with the same kind of ending."""
    if not item.trusted or not is_relative(item.specifier):
        return None
    folder = posixpath.dirname(importer)
    stem, _ = posixpath.splitext(posixpath.basename(path))
    named = posixpath.basename(posixpath.normpath(posixpath.join(folder, item.specifier)))
    if not named.startswith(stem):
        return None
    new_stem, _ = posixpath.splitext(to)
    specifier = posixpath.relpath("/" + new_stem, "/" + folder) + named[len(stem) :]
    return _inner(
        facts, item.span, item.specifier, specifier if specifier.startswith(".") else f"./{specifier}"
    )


def _inner(facts: FileFacts, span: Span, old: str, new: str) -> TextEdit | None:
    """The edit inside of the quotes; None where the literal is written with escapes."""
    if facts.text.slice(span.start + 1, span.end - 1) != old:
        return None
    return TextEdit(span.start + 1, span.end - 1, new)


class _Own:
    """The relative paths in the file that moves."""

    def __init__(self, view: View, facts: FileFacts, path: str, to: str) -> None:
        self.unsure = False
        self._view = view
        self._facts = facts
        self._path = path
        self._old = posixpath.dirname(path)
        self._new = posixpath.dirname(to)
        self._back = posixpath.relpath("/" + self._old, "/" + self._new)
        self._edits: list[TextEdit] = []
        self._done: set[tuple[int, ...]] = set()
        self._folders = set(_folder_names(facts))

    def edits(self) -> list[TextEdit]:
        """The edits; `unsure` tells afterwards whether they are all."""
        for item in self._facts.imports:
            if is_relative(item.specifier):
                self._literal(item.span, item.specifier)
        for decl in self._facts.all_decls():
            for node in walk(decl.node):
                self._visit(decl, node)
        for decl in self._facts.all_decls():
            for node in walk(decl.node):
                self._leftover(decl, node)
        if any("reference path=" in comment.text for comment in self._facts.comments):
            self.unsure = True
        return self._edits

    def _literal(self, span: Span, value: str) -> None:
        key = (span.start, span.end)
        if key in self._done:
            return
        self._done.add(key)
        edit = _inner(self._facts, span, value, moved_path(value, self._old, self._new))
        if edit is None:
            self.unsure = True
        else:
            self._edits.append(edit)

    def _visit(self, decl: Decl, node: n.Node) -> None:
        if isinstance(node, n.Call):
            self._call(decl, node)
        elif isinstance(node, n.New) and isinstance(node.callee, n.Name) and node.callee.name == "URL":
            self._url(decl, node)
        if self._is_folder(decl, node):
            self._folder(decl, node)

    # Calls that take paths

    def _call(self, decl: Decl, call: n.Call) -> None:
        name = call.callee.name if isinstance(call.callee, n.Member) else ""
        owner = call.callee.object if isinstance(call.callee, n.Member) else None
        if isinstance(owner, n.Name) and owner.name in _MOCKERS:
            self._relative_argument(decl, call)
        elif name in {"glob", "globEager"} and owner is not None and decl.text_of(owner) == "import.meta":
            patterns = (
                call.args[0].items if call.args and isinstance(call.args[0], n.Array) else call.args[:1]
            )
            for pattern in patterns:
                if isinstance(pattern, n.Str) and is_relative(pattern.value):
                    self._literal(decl.span(pattern), pattern.value)
                else:
                    self.unsure = True
        elif name == "toMatchFileSnapshot":
            target = call.args[0] if call.args else None
            if isinstance(target, n.Str) and not target.value.startswith("/"):
                self._literal(decl.span(target), target.value)
            else:
                self.unsure = True

    def _relative_argument(self, decl: Decl, call: n.Call) -> None:
        first = call.args[0] if call.args else None
        if isinstance(first, n.Str) and is_relative(first.value):
            self._literal(decl.span(first), first.value)

    def _url(self, decl: Decl, node: n.New) -> None:
        if len(node.args) < 2 or decl.text_of(node.args[1]) != "import.meta.url":
            return
        self._done.add(tuple(decl.span(node.args[1])))
        target = node.args[0]
        if isinstance(target, n.Str):
            if not re.match(r"[a-z][a-z0-9+.-]*:|/", target.value):
                self._literal(decl.span(target), target.value)
            return
        text = decl.text_of(target)
        if isinstance(target, n.Template) and re.match(r"`\.\.?/", text):
            skipped = 3 if text.startswith("`./") else 1
            start = decl.span(target).start
            self._edits.append(TextEdit(start + 1, start + skipped, f"{self._back}/"))
        else:
            self.unsure = True

    # The file's own folder

    def _is_folder(self, decl: Decl, node: n.Node) -> bool:
        if isinstance(node, n.Name):
            return node.name in self._folders
        if isinstance(node, n.Member | n.Call):
            return _is_folder_text(decl.text_of(node))
        return False

    def _folder(self, decl: Decl, node: n.Node) -> None:
        """Let an expression that is the folder lead back to the old one."""
        span = decl.span(node)
        for inner in walk(node):
            self._done.add(tuple(decl.span(inner)))
        around = decl.parent(node)
        data = self._facts.text.data
        if isinstance(around, n.Declarator):
            # A name for the folder: what it is used for is looked at. Its own name is no use.
            return
        if isinstance(around, n.Call) and around.args[:1] == (node,) and _called(around) in _JOINERS:
            self._edits.append(TextEdit(span.end, span.end, f", {self._quoted(self._back)}"))
        elif isinstance(around, n.Template) and data[span.end : span.end + 2] == b"}/":
            self._edits.append(TextEdit(span.end + 1, span.end + 1, f"/{self._back}"))
        elif (
            isinstance(around, n.Binary)
            and around.op == "+"
            and isinstance(around.right, n.Str)
            and around.right.value.startswith("/")
        ):
            start = decl.span(around.right).start + 1
            self._edits.append(TextEdit(start, start, f"/{self._back}"))
        else:
            self.unsure = True

    def _quoted(self, text: str) -> str:
        quotes = [
            self._facts.text.slice(item.span.start, item.span.start + 1) for item in self._facts.imports
        ]
        return f"'{text}'" if quotes.count("'") > quotes.count('"') else f'"{text}"'

    # What nothing was done about

    def _leftover(self, decl: Decl, node: n.Node) -> None:
        if tuple(decl.span(node)) in self._done:
            return
        if isinstance(node, n.Member) and decl.text_of(node) in {"import.meta.url", "import.meta.filename"}:
            self.unsure = self.unsure or not _makes_require(decl, node)
        elif isinstance(node, n.Name) and node.name == "__filename":
            self.unsure = True
        elif isinstance(node, n.Str) and is_relative(node.value) and self._names_file(node.value):
            around = decl.parent(node)
            if not (isinstance(around, n.Call) and _called(around) in _OF_CWD | _JOINERS):
                self.unsure = True

    def _names_file(self, relative: str) -> bool:
        """Whether a text is the relative path of something that is there."""
        target = posixpath.normpath(posixpath.join(self._old, relative))
        if self._view.exists(target) or self._view.children(target):
            return True
        return self._view.resolve(relative, self._path).path is not None


def _called(call: n.Call) -> str:
    if isinstance(call.callee, n.Member):
        return call.callee.name
    return call.callee.name if isinstance(call.callee, n.Name) else ""


def _is_folder_text(text: str) -> bool:
    return (
        text == "import.meta.dirname"
        or re.fullmatch(
            r"(?:\w+\.)?dirname\(\s*(?:(?:\w+\.)?fileURLToPath\(\s*import\.meta\.url\s*\)|__filename)\s*\)",
            text,
        )
        is not None
    )


def _folder_names(facts: FileFacts) -> Iterator[str]:
    """The names that stand for the file's folder."""
    yield "__dirname"
    for decl in facts.decls:
        node = decl.node if decl.kind == "variable" else None
        for one in node.declarators if isinstance(node, n.VarDecl) else ():
            if isinstance(one.target, n.Name) and one.init is not None:
                text = decl.text_of(one.init)
                if text == "__dirname" or _is_folder_text(text):
                    yield one.target.name


def _makes_require(decl: Decl, node: n.Node) -> bool:
    """`const require = createRequire(import.meta.url)`: calls of `require` are imports."""
    call = decl.parent(node)
    declarator = decl.parent(call) if call is not None else None
    return (
        isinstance(call, n.Call)
        and _called(call) == "createRequire"
        and isinstance(declarator, n.Declarator)
        and isinstance(declarator.target, n.Name)
        and declarator.target.name == "require"
    )
