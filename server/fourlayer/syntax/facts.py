"""What one TypeScript file says: imports, exports, declarations, directives, explicit `any`.

Everything here is independent of the tree-sitter tree once it has been read: declarations are lowered
on demand (see `nodes`), at most once, and an edit elsewhere in the file keeps them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal, NamedTuple

from fourlayer.syntax import nodes as n
from fourlayer.syntax.grammar import LanguageId, Parsed, parse
from fourlayer.syntax.lower import Lowerer, unescape
from fourlayer.syntax.span import Span
from fourlayer.syntax.text import Text, decode

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

    from fourlayer.syntax.outline import Outline
    from fourlayer.syntax.scope import Scopes

ImportKind = Literal["import", "export", "dynamic", "require", "mock", "type"]
ExportKind = Literal["declaration", "named", "from", "all", "namespace", "default", "assign"]
DeclKind = Literal[
    "class",
    "function",
    "variable",
    "interface",
    "type",
    "enum",
    "namespace",
    "import",
    "export",
    "statement",
    "member",
]


class ImportedName(NamedTuple):
    """One imported binding: the exporter's name (`default`, `*`), and the local one (None in re-exports)."""

    imported: str
    local: str | None
    span: Span
    type_only: bool


class Import(NamedTuple):
    """A place that names a module. `span` is the string literal with its quotes, `stmt` the statement."""

    specifier: str
    span: Span
    stmt: Span
    kind: ImportKind
    names: tuple[ImportedName, ...]
    type_only: bool
    trusted: bool


class Export(NamedTuple):
    """An exported name: `default`, `*` for `export *`, else the name that importers use.

    `span` is the anchor: the exported name, or the word `default`.
    """

    name: str
    local: str | None
    span: Span
    stmt: Span
    kind: ExportKind
    specifier: str | None
    type_only: bool


class AnyUse(NamedTuple):
    """An explicit `any`. `trusted` is False where the surrounding statement does not parse."""

    span: Span
    trusted: bool


class Comment(NamedTuple):
    """A comment: its place, its text with the comment signs, and whether it stands on lines of its own."""

    span: Span
    text: str
    own_line: bool


class Chunk:
    """A lowered declaration, shared by all versions of the file in which its bytes are the same."""

    __slots__ = ("_parents", "_scopes", "memo", "root")

    def __init__(self, root: n.Node) -> None:
        self.root = root
        self.memo: dict[object, object] = {}
        """What was worked out of the declaration alone; it must hold no Decl."""
        self._parents: dict[n.Node, n.Node] | None = None
        self._scopes: Scopes | None = None

    def scopes(self) -> Scopes:
        """The bindings of the names inside."""
        if self._scopes is None:
            from fourlayer.syntax.scope import Scopes

            self._scopes = Scopes(self)
        return self._scopes

    def forget(self) -> None:
        """Drop what was worked out; it is worked out again when asked for."""
        self._parents = None
        self._scopes = None
        self.memo.clear()

    def parents(self) -> dict[n.Node, n.Node]:
        """The parent of every node below the root."""
        if self._parents is None:
            found: dict[n.Node, n.Node] = {}
            stack = [self.root]
            while stack:
                node = stack.pop()
                for child in children(node):
                    found[child] = node
                    if child.fields:
                        stack.append(child)
            self._parents = found
        return self._parents


def children(node: n.Node) -> Sequence[n.Node]:
    """The child nodes of a lowered node, in source order."""
    fields = node.fields
    if not fields:
        return ()
    found: list[n.Node] = []
    for name in fields:
        value = getattr(node, name)
        if value is None:
            continue
        if value.__class__ is tuple:
            found.extend(value)
        else:
            found.append(value)
    return found


def walk(root: n.Node) -> Iterator[n.Node]:
    """A lowered node and everything below it, in source order."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if node.fields:
            stack.extend(children(node)[::-1])


class Decl:
    """A top-level declaration or statement, or a member of a top-level class.

    `start` and `end` are byte offsets in the file. `trusted` tells that nothing inside was rejected or
    missing: claims of absence need that. `names` are the names it declares.
    """

    __slots__ = (
        "_chunk",
        "_facts",
        "_node",
        "_path",
        "body_start",
        "chunk_kind",
        "end",
        "exported",
        "is_default",
        "kind",
        "members",
        "name_span",
        "names",
        "owner",
        "start",
        "trusted",
    )

    def __init__(
        self,
        facts: FileFacts,
        node: Node,
        path: tuple[int, ...],
        kind: DeclKind,
        names: tuple[str, ...],
        name_span: Span,
        exported: bool,
        is_default: bool,
        owner: Decl | None,
    ) -> None:
        self._facts = facts
        self._node: Node | None = node
        self._path = path
        self._chunk: Chunk | None = None
        self.chunk_kind = node.kind_id
        self.start = node.start_byte
        self.end = node.end_byte
        self.kind: DeclKind = kind
        self.names = names
        self.name_span = name_span
        self.exported = exported
        self.is_default = is_default
        self.trusted = not node.has_error
        self.owner = owner
        self.members: tuple[Decl, ...] = ()
        self.body_start: int | None = None

    @property
    def name(self) -> str | None:
        """The first declared name."""
        return self.names[0] if self.names else None

    @property
    def qualified_name(self) -> str:
        """`Class.member`, or the name; empty where there is none."""
        own = self.name or ""
        return f"{self.owner.name or ''}.{own}" if self.owner is not None else own

    @property
    def data(self) -> bytes:
        """The declaration's bytes."""
        return self._facts.text.data[self.start : self.end]

    @property
    def chunk(self) -> Chunk:
        """The lowered declaration."""
        if self._chunk is None:
            self._chunk = self._facts.lowered(self)
        return self._chunk

    @property
    def node(self) -> n.Node:
        """The lowered root: a Stmt (of a class its head, without members), or a ClassMember."""
        return self.chunk.root

    def span(self, node: n.Node) -> Span:
        """Where one of this declaration's nodes stands in the file."""
        return Span(self.start + node.start, self.start + node.end)

    def text_of(self, node: n.Node) -> str:
        """The source text of one of this declaration's nodes."""
        return decode(self._facts.text.data[self.start + node.start : self.start + node.end])

    def parent(self, node: n.Node) -> n.Node | None:
        """The node that holds a node; None for the root."""
        return self.chunk.parents().get(node)

    def ancestors(self, node: n.Node) -> Iterator[n.Node]:
        """The nodes around a node, innermost first."""
        parents = self.chunk.parents()
        current = parents.get(node)
        while current is not None:
            yield current
            current = parents.get(current)

    def tree_node(self) -> Node | None:
        """For the facts room only: the tree-sitter node while the tree is held."""
        return self._node

    def drop_tree(self) -> None:
        """For the facts room only: forget the tree-sitter node."""
        self._node = None

    def drop_chunk(self) -> None:
        """For the facts room only: forget the lowered declaration."""
        self._chunk = None

    @property
    def path(self) -> tuple[int, ...]:
        """Indices of named children that lead from the tree's root to this declaration."""
        return self._path


class FileFacts:
    """The facts of one version of one file. Immutable to its readers; parts are computed when asked for."""

    def __init__(
        self, text: Text, language: LanguageId, parsed: Parsed, previous: FileFacts | None = None
    ) -> None:
        self.text = text
        self.language: LanguageId = language
        self._parsed: Parsed | None = parsed
        self.masked_ranges = parsed.masked
        """Byte ranges that were hidden from the grammar (see `grammar`)."""
        root = parsed.tree.root_node
        self.trusted = not root.has_error
        self.errors: tuple[Span, ...] = () if self.trusted else tuple(_error_spans(root))
        self._chunks: dict[tuple[int, bytes], Chunk] = {}
        self._inherited = previous._chunks if previous is not None else {}  # noqa: SLF001 - same class
        self._outlines: dict[tuple[int, bytes], Outline] = (
            dict(previous._outlines) if previous is not None else {}  # noqa: SLF001 - same class
        )
        self._imports: tuple[Import, ...] | None = None
        self._exports: tuple[Export, ...] | None = None
        self._anys: tuple[AnyUse, ...] | None = None
        self._comments: tuple[Comment, ...] | None = None
        self._interface: str | None = None
        self._code_after: dict[int, int] = {}
        self.memo: dict[object, object] = {}
        """What others worked out from these facts alone, by a key of their own; it may go at any time."""
        self.decls: tuple[Decl, ...] = tuple(_decls(self, root))

    # Tree access, private to the room

    def _root(self) -> Node:
        if self._parsed is None:
            self._parsed = parse(self.text.data, self.language)
        return self._parsed.tree.root_node

    def root_node(self) -> Node:
        """For the syntax room only: the root of the tree, parsed again where it was let go."""
        return self._root()

    @property
    def tree(self) -> Tree | None:
        """For incremental parsing only: the tree, while it is held."""
        return self._parsed.tree if self._parsed is not None else None

    def release(self) -> None:
        """Drop the parse tree (about 0.5 MB for 500 lines); what is asked later parses again."""
        self._inherited = {}
        if self._parsed is None:
            return
        self._parsed = None
        for decl in self.decls:
            decl.drop_tree()
            for member in decl.members:
                member.drop_tree()

    def shed(self) -> None:
        """Drop the lowered parts too. They are made anew when asked for: nobody may hold any of the old."""
        self.release()
        self.memo.clear()
        for chunk in self._chunks.values():
            chunk.forget()
        self._chunks = {}
        self._outlines = {}
        for decl in self.all_decls():
            decl.drop_chunk()

    def dismantle(self) -> None:
        """Take the facts apart: nobody has them any more, and no collector need find that out."""
        self.shed()
        for decl in self.decls:
            decl.members = ()
        self.decls = ()

    def lowered(self, decl: Decl) -> Chunk:
        """Lower a declaration, or find it lowered in this or the previous version."""
        key = (decl.chunk_kind, self.text.data[decl.start : decl.end])
        chunk = self._chunks.get(key) or self._inherited.get(key)
        if chunk is None:
            chunk = Chunk(self._lower(decl, decl.tree_node() or self._find(decl.path)))
        if decl.trusted:
            self._chunks[key] = chunk
        return chunk

    def outline(self, decl: Decl, later: tuple[bytes, ...]) -> Outline:
        """What can be told of a declaration without lowering it; `later`: see `outline`, always the same."""
        key = (decl.chunk_kind, self.text.data[decl.start : decl.end])
        known = self._outlines.get(key)
        if known is None:
            from fourlayer.syntax.outline import outline

            node = decl.tree_node() or self._find(decl.path)
            known = self._outlines[key] = outline(node, self.text.data, self.language, later)
        return known

    def _lower(self, decl: Decl, node: Node) -> n.Node:
        lowerer = Lowerer(self.text.data, decl.start, self.language, node.has_error)
        try:
            return _lower_decl(lowerer, decl, node)
        except RecursionError:
            pass
        # Generated code may nest thousands deep. Python's own frames are cheap, so allow more of them once.
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(_DEEP)
        try:
            return _lower_decl(lowerer, decl, node)
        except RecursionError:
            decl.trusted = False
            too_deep = n.OtherStmt(0, decl.end - decl.start, "too deep", ())
            too_deep.broken = True
            return too_deep
        finally:
            sys.setrecursionlimit(limit)

    def carry(self) -> None:
        """Keep lowered declarations of the previous version that this version still holds."""
        for decl in self.all_decls():
            if not decl.trusted:
                continue
            key = (decl.chunk_kind, self.text.data[decl.start : decl.end])
            chunk = self._inherited.get(key)
            if chunk is not None:
                self._chunks[key] = chunk
        self._inherited = {}
        if self._outlines:
            kept = {(decl.chunk_kind, self.text.data[decl.start : decl.end]) for decl in self.all_decls()}
            self._outlines = {key: found for key, found in self._outlines.items() if key in kept}

    def _find(self, path: tuple[int, ...]) -> Node:
        node = self._root()
        for index in path:
            node = node.named_children[index]
        return node

    # Facts

    def all_decls(self) -> Iterator[Decl]:
        """Top-level declarations and the members of top-level classes, in source order."""
        for decl in self.decls:
            yield decl
            yield from decl.members

    def decl(self, name: str) -> Decl | None:
        """The top-level declaration of a name."""
        for decl in self.decls:
            if name in decl.names and decl.kind != "import":
                return decl
        return None

    def decl_at(self, offset: int) -> Decl | None:
        """The innermost declaration (member before class) around a byte offset."""
        for decl in self.decls:
            if decl.start <= offset < decl.end:
                for member in decl.members:
                    if member.start <= offset < member.end:
                        return member
                return decl
        return None

    @property
    def imports(self) -> tuple[Import, ...]:
        """Every place that names a module: static, re-exported, dynamic, required, mocked, in types."""
        if self._imports is None:
            self._imports = tuple(sorted(_imports(self, self._root()), key=lambda item: item.span))
        return self._imports

    @property
    def exports(self) -> tuple[Export, ...]:
        """Every exported name, in source order."""
        if self._exports is None:
            self._exports = tuple(_exports(self, self._root()))
        return self._exports

    @property
    def anys(self) -> tuple[AnyUse, ...]:
        """Every explicit `any` in a type position."""
        if self._anys is None:
            self._anys = tuple(_anys(self, self._root()))
        return self._anys

    @property
    def comments(self) -> tuple[Comment, ...]:
        """Every comment, in source order."""
        if self._comments is None:
            self._comments = tuple(_comments(self, self._root()))
        return self._comments

    def masked(self, offset: int) -> bool:
        """Whether a byte was hidden from the grammar."""
        return any(start <= offset < end for start, end in self.masked_ranges)

    def covered_by(self, comment: Comment) -> Span | None:
        """What a comment on a line of its own talks about.

        That is the statement, member, property or element that starts first after it; None where its
        block ends before one does. A JSX comment's own braces are passed over.
        """
        data = self.text.data
        at = comment.span.end
        if data[: comment.span.start].rstrip().endswith(b"{") and data[at : at + 1] == b"}":
            at += 1
        root = self._root()
        at = self._after_comments(root, at)
        node = root.descendant_for_byte_range(at, at + 1)
        if node is None or data[at : at + 1] in (b"", b"}", b")", b"]"):
            return None
        for above in reversed(_lineage(root, node)[1:-1]):
            if above.start_byte != at:
                break
            if above.type in _HOLDERS and node.is_named and node.type != "jsx_opening_element":
                break
            node = above
        return Span(node.start_byte, node.end_byte)

    def _after_comments(self, root: Node, offset: int) -> int:
        """The first byte of code after an offset; of a run of comments each is passed over once."""
        data = self.text.data
        passed: list[int] = []
        while offset not in self._code_after:
            passed.append(offset)
            at = _code_from(data, offset)
            node = root.descendant_for_byte_range(at, at + 1) if at < len(data) else None
            if node is None or node.type != "comment" or node.end_byte <= offset:
                self._code_after[offset] = at
                break
            offset = node.end_byte
        code = self._code_after[offset]
        self._code_after.update(dict.fromkeys(passed, code))
        return code

    def token_at(self, offset: int) -> Span | None:
        """The smallest syntax token around a byte offset."""
        node = self._root().descendant_for_byte_range(offset, offset)
        return Span(node.start_byte, node.end_byte) if node is not None else None

    def in_string_or_comment(self, offset: int) -> bool:
        """Whether a byte offset lies inside a comment, string, template text or regular expression."""
        root = self._root()
        node = root.descendant_for_byte_range(offset, offset + 1)
        for around in reversed(_lineage(root, node)):
            if around.type in _TEXTUAL:
                return True
            if around.type == "template_substitution":
                return False
        return False

    @property
    def interface(self) -> str:
        """A hash of what other files can see: everything but function bodies and what stands between."""
        if self._interface is None:
            digest = blake2b(digest_size=12)
            data = self.text.data
            for decl in self.decls:
                digest.update(b"\0" + bytes([decl.exported, decl.is_default]))
                if decl.kind == "class":
                    first = decl.members[0].start if decl.members else decl.end
                    digest.update(data[decl.start : first].rstrip())
                    for member in decl.members:
                        digest.update(b"\1" + data[member.start : member.body_start or member.end].rstrip())
                else:
                    digest.update(data[decl.start : decl.body_start or decl.end].rstrip())
            for item in self.imports:
                if item.kind != "import":
                    digest.update(b"\2" + item.specifier.encode("utf-8", "surrogatepass"))
            digest.update(b"\3" if self.trusted else b"\4")
            self._interface = digest.hexdigest()
        return self._interface


_DEEP = 40_000
_SPACE = re.compile(rb"\s*")


def _lower_decl(lowerer: Lowerer, decl: Decl, node: Node) -> n.Node:
    if decl.kind == "member":
        return lowerer.class_member(node) or n.OtherStmt(0, decl.end - decl.start, node.type, ())
    if decl.kind == "class":
        return lowerer.class_decl(_declared(node), members=False)
    return lowerer.stmt(node)


def _code_from(data: bytes, offset: int) -> int:
    """The first byte at or after `offset` that is not white space."""
    match = _SPACE.match(data, offset)
    return match.end() if match is not None else offset


_TEXTUAL = frozenset(
    {"comment", "string", "string_fragment", "template_string", "regex", "regex_pattern", "html_comment"}
)
_HOLDERS = frozenset(
    {
        "program",
        "statement_block",
        "class_body",
        "switch_case",
        "switch_default",
        "object",
        "array",
        "arguments",
        "formal_parameters",
        "interface_body",
        "object_type",
        "enum_body",
        "jsx_element",
        "jsx_fragment",
        "named_imports",
        "export_clause",
        "if_statement",
        "class_static_block",
    }
)


def build_facts(text: Text, language: LanguageId, previous: FileFacts | None = None) -> FileFacts:
    """Read a file. `previous` are the facts of its last version, whose lowered parts are kept."""
    facts = FileFacts(text, language, parse(text.data, language), previous)
    facts.carry()
    return facts


def rebuild_facts(text: Text, previous: FileFacts, edits: tuple[tuple[int, int, int], ...]) -> FileFacts:
    """Read the next version of a file, re-parsing incrementally.

    `edits` are (start, old end, new end) in bytes, each in the coordinates after the edits before it.
    """
    tree = previous.tree
    if tree is None or previous.masked_ranges or not previous.trusted:
        return build_facts(text, previous.language, previous)
    tree = tree.copy()
    for start, old_end, new_end in edits:
        tree.edit(start, old_end, new_end, (0, start), (0, old_end), (0, new_end))
    facts = FileFacts(text, previous.language, parse(text.data, previous.language, tree), previous)
    facts.carry()
    return facts


def language_of(path: str) -> LanguageId | None:
    """The grammar for a path: `tsx` for `.tsx`, `ts` for `.ts`, `.mts`, `.cts` (`.d.ts` too), else None."""
    if path.endswith((".ts", ".mts", ".cts")):
        return "ts"
    return "tsx" if path.endswith(".tsx") else None


# Reading the tree


def _error_spans(root: Node) -> Iterator[Span]:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            yield Span(node.start_byte, max(node.end_byte, node.start_byte + 1))
        elif node.has_error:
            stack.extend(reversed(node.children))


def _lineage(root: Node, node: Node | None) -> list[Node]:
    """A node and all around it, outermost first.

    Found from the top: each `parent` searches from the root, which is quadratic in deeply nested code.
    """
    if node is None:
        return []
    found = [root]
    while found[-1].id != node.id:
        inner = found[-1].child_with_descendant(node)
        if inner is None:
            break
        found.append(inner)
    return found


def _span(node: Node) -> Span:
    return Span(node.start_byte, node.end_byte)


_KINDS: dict[str, DeclKind] = {
    "class_declaration": "class",
    "abstract_class_declaration": "class",
    "class": "class",
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "function_signature": "function",
    "lexical_declaration": "variable",
    "variable_declaration": "variable",
    "interface_declaration": "interface",
    "type_alias_declaration": "type",
    "enum_declaration": "enum",
    "internal_module": "namespace",
    "module": "namespace",
    "import_statement": "import",
    "export_statement": "export",
}


def _declared(node: Node) -> Node:
    """The declaration inside an export, `declare` or expression statement; else the node itself."""
    while True:
        if node.type == "export_statement":
            inner = node.child_by_field_name("declaration") or node.child_by_field_name("value")
        elif node.type in ("ambient_declaration", "expression_statement"):
            named = node.named_children
            inner = named[0] if named and named[0].type in _KINDS else None
        else:
            inner = None
        if inner is None or inner.type not in (*_KINDS, "ambient_declaration"):
            return node
        node = inner


def _decls(facts: FileFacts, root: Node) -> Iterator[Decl]:
    for index, node in enumerate(root.named_children):
        if node.type in ("comment", "hash_bang_line"):
            continue
        if node.is_error:
            for inner_index, inner in enumerate(node.named_children):
                if inner.type in _KINDS or inner.type.endswith("statement"):
                    decl = _decl(facts, inner, (index, inner_index))
                    decl.trusted = False
                    yield decl
            continue
        yield _decl(facts, node, (index,))


def _decl(facts: FileFacts, node: Node, path: tuple[int, ...]) -> Decl:
    inner = _declared(node)
    kind = _KINDS.get(inner.type, "statement")
    exported = node.type == "export_statement"
    is_default = exported and any(child.type == "default" for child in node.children)
    names: tuple[str, ...] = ()
    name_span = _span(inner)
    name_node = inner.child_by_field_name("name")
    if kind == "variable":
        declared = [
            (target, facts.text.slice(target.start_byte, target.end_byte))
            for child in inner.named_children
            if child.type == "variable_declarator"
            and (target := child.child_by_field_name("name")) is not None
        ]
        names = tuple(_bound_names(facts, [target for target, _ in declared]))
        if declared:
            name_span = _span(declared[0][0])
    elif name_node is not None:
        names = (facts.text.slice(name_node.start_byte, name_node.end_byte),)
        name_span = _span(name_node)
    decl = Decl(facts, node, path, kind, names, name_span, exported, is_default, None)
    if kind == "class":
        decl.members = tuple(_members(facts, decl, node, inner))
    elif kind == "function":
        body = inner.child_by_field_name("body")
        decl.body_start = body.start_byte if body is not None else None
    elif kind == "variable":
        decl.body_start = _closure_body(inner)
    return decl


def _closure_body(declaration: Node) -> int | None:
    """Where the body of `const f = () => {...}` starts, when that is all that the statement declares."""
    declarators = [child for child in declaration.named_children if child.type == "variable_declarator"]
    if len(declarators) != 1:
        return None
    value = declarators[0].child_by_field_name("value")
    if value is None or value.type not in ("arrow_function", "function_expression"):
        return None
    body = value.child_by_field_name("body")
    return body.start_byte if body is not None else None


def _bound_names(facts: FileFacts, targets: list[Node]) -> Iterator[str]:
    stack = list(reversed(targets))
    while stack:
        node = stack.pop()
        if node.type in ("identifier", "shorthand_property_identifier_pattern"):
            yield facts.text.slice(node.start_byte, node.end_byte)
        elif node.type == "pair_pattern":
            value = node.child_by_field_name("value")
            if value is not None:
                stack.append(value)
        elif node.type in ("assignment_pattern", "object_assignment_pattern"):
            left = node.child_by_field_name("left")
            if left is not None:
                stack.append(left)
        else:
            stack.extend(reversed(node.named_children))


def _members(facts: FileFacts, owner: Decl, outer: Node, inner: Node) -> Iterator[Decl]:
    body = inner.child_by_field_name("body")
    if body is None:
        return
    lead = _path_to(outer, body)
    for index, node in enumerate(body.named_children):
        if node.type in ("comment", "decorator"):
            continue
        name_node = node.child_by_field_name("name")
        names: tuple[str, ...] = ()
        span = _span(node)
        if name_node is not None:
            span = _span(name_node)
            raw = facts.text.slice(name_node.start_byte, name_node.end_byte)
            if name_node.type == "string":
                raw = unescape(raw[1:-1])
            if name_node.type != "computed_property_name":
                names = (raw,)
        member = Decl(facts, node, (*owner.path, *lead, index), "member", names, span, False, False, owner)
        member_body = node.child_by_field_name("body") or node.child_by_field_name("value")
        if member_body is not None and member_body.type in ("statement_block", "arrow_function"):
            member.body_start = member_body.start_byte
        if node.is_error:
            member.trusted = False
        yield member


def _path_to(outer: Node, target: Node) -> tuple[int, ...]:
    """Indices of named children that lead from a node down to another."""
    path: list[int] = []
    node = outer
    while node.id != target.id:
        for index, child in enumerate(node.named_children):
            if child.start_byte <= target.start_byte and target.end_byte <= child.end_byte:
                path.append(index)
                node = child
                break
        else:
            break
    return tuple(path)


_CALLED_MODULE = re.compile(
    rb"\b(import|require|(?:vi|jest)\s*\.\s*(?:mock|doMock|unmock|doUnmock|importActual|importMock|requireActual|requireMock))"
    rb"\s*(<(?:[^()]|\([^()]{0,300}\)){0,300}?>)?"
    rb"\s*\(\s*(?:/\*(?:[^*]|\*(?!/))*+\*/\s*|//[^\n]*\n\s*)*+(?:import\s*\(\s*)?(\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`$\\]*`)"
)
_TYPE_HOLDERS = frozenset(
    {
        "type_annotation",
        "type_arguments",
        "type_query",
        "union_type",
        "intersection_type",
        "array_type",
        "generic_type",
        "type_alias_declaration",
        "constraint",
        "default_type",
        "lookup_type",
        "index_type_query",
        "conditional_type",
        "tuple_type",
        "parenthesized_type",
        "readonly_type",
        "nested_type_identifier",
    }
)


def _imports(facts: FileFacts, root: Node) -> Iterator[Import]:
    for node in _statements(root):
        if node.type == "import_statement":
            item = _static_import(facts, node)
            if item is not None:
                yield item
        elif node.type == "export_statement":
            source = node.child_by_field_name("source")
            if source is not None:
                yield _re_export(facts, node, source)
    data = facts.text.data
    for match in _called_modules(data):
        if match.group(1) == b"import" and data[match.start() - 1 : match.start()] == b".":
            continue
        if facts.in_string_or_comment(match.start()):
            continue
        word = root.descendant_for_byte_range(match.start(), match.start() + 1)
        if word is None or word.parent is None or word.parent.type != "import_require_clause":
            yield _called_import(facts, match, word)


def _called_modules(data: bytes) -> Iterator[re.Match[bytes]]:
    """Calls that name a module, and those inside their type arguments: `importActual<typeof import("x")>`."""
    for match in _CALLED_MODULE.finditer(data):
        yield match
        start, end = match.span(2)
        if start >= 0:
            yield from _CALLED_MODULE.finditer(data, start, end)


def _statements(root: Node) -> Iterator[Node]:
    """Top-level statements, those that stand inside an ERROR or an ambient module included."""
    for node in root.named_children:
        if node.is_error:
            yield from node.named_children
        elif node.type == "ambient_declaration":
            yield node
            for inner in node.named_children:
                body = inner.child_by_field_name("body")
                if body is not None:
                    yield from body.named_children
        else:
            yield node


def _called_import(facts: FileFacts, match: re.Match[bytes], node: Node | None) -> Import:
    word = match.group(1)
    start, end = match.span(3)
    specifier = unescape(decode(match.group(3)[1:-1]))
    stmt = Span(match.start(), facts.text.data.find(b")", end) + 1 or end)
    kind: ImportKind
    if word == b"import":
        kind = "type" if facts.masked(match.start()) or _in_type(node) else "dynamic"
    else:
        kind = "require" if word == b"require" else "mock"
    broken = node is not None and node.parent is not None and node.parent.is_error
    names = (ImportedName("*", None, Span(start, end), kind == "type"),)
    return Import(specifier, Span(start, end), stmt, kind, names, kind == "type", not broken)


def _in_type(node: Node | None) -> bool:
    child = node
    while child is not None and child.parent is not None:
        parent = child.parent
        if parent.type in _TYPE_HOLDERS:
            return True
        if parent.type in ("as_expression", "satisfies_expression"):
            return parent.named_children[0].id != child.id
        if parent.type not in ("import", "call_expression", "member_expression"):
            return False
        child = parent
    return False


def _static_import(facts: FileFacts, node: Node) -> Import | None:
    source = node.child_by_field_name("source")
    clause = None
    for child in node.named_children:
        if child.type in ("import_clause", "import_require_clause"):
            clause = child
            if child.type == "import_require_clause":
                source = child.child_by_field_name("source")
    if source is None:
        return None
    type_only = any(child.type == "type" for child in node.children)
    names = tuple(_imported_names(facts, clause, type_only)) if clause is not None else ()
    return Import(
        unescape(facts.text.slice(source.start_byte + 1, source.end_byte - 1)),
        _span(source),
        _span(node),
        "import",
        names,
        type_only or (bool(names) and all(name.type_only for name in names)),
        not node.has_error,
    )


def _imported_names(facts: FileFacts, clause: Node, type_only: bool) -> Iterator[ImportedName]:
    def text(node: Node) -> str:
        return facts.text.slice(node.start_byte, node.end_byte)

    for child in clause.named_children:
        if child.type == "identifier":
            imported = "=" if clause.type == "import_require_clause" else "default"
            yield ImportedName(imported, text(child), _span(child), type_only)
        elif child.type == "namespace_import":
            inner = child.named_children
            if inner:
                yield ImportedName("*", text(inner[0]), _span(inner[0]), type_only)
        elif child.type == "named_imports":
            for item in child.named_children:
                name, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
                if name is None:
                    continue
                imported = text(name)
                if name.type == "string":
                    imported = unescape(imported[1:-1])
                own_type = type_only or item.children[0].type == "type"
                yield ImportedName(imported, text(alias or name), _span(item), own_type)


def _re_export(facts: FileFacts, node: Node, source: Node) -> Import:
    type_only = _is_type_export(facts, node)
    names: list[ImportedName] = []
    clause = next((child for child in node.named_children if child.type == "export_clause"), None)
    if clause is None:
        names.append(ImportedName("*", None, _span(node), type_only))
    else:
        for item in clause.named_children:
            name = item.child_by_field_name("name")
            if name is not None:
                own_type = type_only or item.children[0].type == "type"
                imported = facts.text.slice(name.start_byte, name.end_byte)
                names.append(ImportedName(imported, None, _span(item), own_type))
    return Import(
        unescape(facts.text.slice(source.start_byte + 1, source.end_byte - 1)),
        _span(source),
        _span(node),
        "export",
        tuple(names),
        type_only or (bool(names) and all(name.type_only for name in names)),
        not node.has_error,
    )


def _is_type_export(facts: FileFacts, node: Node) -> bool:
    if any(child.type == "type" for child in node.children):
        return True
    return re.match(rb"export\s+type\s*\*", facts.text.data[node.start_byte : node.end_byte]) is not None


def _exports(facts: FileFacts, root: Node) -> Iterator[Export]:
    for node in root.named_children:
        if node.is_error:
            for inner in node.named_children:
                if inner.type == "export_statement":
                    yield from _exports_of(facts, inner)
        elif node.type == "export_statement":
            yield from _exports_of(facts, node)


def _exports_of(facts: FileFacts, node: Node) -> Iterator[Export]:
    stmt = _span(node)
    text = facts.text

    def slice_of(part: Node) -> str:
        return text.slice(part.start_byte, part.end_byte)

    source = node.child_by_field_name("source")
    specifier = (
        unescape(text.slice(source.start_byte + 1, source.end_byte - 1)) if source is not None else None
    )
    type_only = _is_type_export(facts, node)
    default = next((child for child in node.children if child.type == "default"), None)
    declaration = node.child_by_field_name("declaration")
    if default is not None:
        local: str | None = None
        value = declaration or node.child_by_field_name("value")
        if value is not None:
            name = value.child_by_field_name("name")
            if value.type == "identifier":
                local = slice_of(value)
            elif name is not None and (declaration is not None or value.type == "class"):
                local = slice_of(name)
        yield Export("default", local, _span(default), stmt, "default", None, False)
        return
    if declaration is not None:
        yield from _declared_exports(facts, declaration, stmt)
        return
    clause = next((child for child in node.named_children if child.type == "export_clause"), None)
    if clause is not None:
        for item in clause.named_children:
            name, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
            if name is None:
                continue
            shown = alias or name
            exported = slice_of(shown)
            if shown.type == "string":
                exported = unescape(exported[1:-1])
            own_type = type_only or item.children[0].type == "type"
            kind: ExportKind = "from" if specifier is not None else "named"
            yield Export(exported, slice_of(name), _span(shown), stmt, kind, specifier, own_type)
        return
    namespace = next((child for child in node.named_children if child.type == "namespace_export"), None)
    if namespace is not None:
        inner = namespace.named_children
        shown = inner[0] if inner else namespace
        yield Export(slice_of(shown), "*", _span(shown), stmt, "namespace", specifier, type_only)
    elif specifier is not None:
        yield Export("*", None, stmt, stmt, "all", specifier, type_only)
    elif any(child.type == "=" for child in node.children):
        yield Export("=", None, stmt, stmt, "assign", None, False)


def _declared_exports(facts: FileFacts, declaration: Node, stmt: Span) -> Iterator[Export]:
    declared = _declared(declaration)
    type_only = declared.type in ("interface_declaration", "type_alias_declaration")
    if declared.type in ("lexical_declaration", "variable_declaration"):
        for child in declared.named_children:
            target = child.child_by_field_name("name") if child.type == "variable_declarator" else None
            if target is None:
                continue
            for name in _bound_names(facts, [target]):
                yield Export(name, name, _span(target), stmt, "declaration", None, False)
        return
    name_node = declared.child_by_field_name("name")
    if name_node is not None:
        name = facts.text.slice(name_node.start_byte, name_node.end_byte)
        yield Export(name, name, _span(name_node), stmt, "declaration", None, type_only)


_ANY = re.compile(rb"any(?<![\w$]any)(?![\w$])")


def _anys(facts: FileFacts, root: Node) -> Iterator[AnyUse]:
    for match in _ANY.finditer(facts.text.data):
        start, end = match.span()
        if facts.masked(start):
            yield AnyUse(Span(start, end), True)
            continue
        node = root.descendant_for_byte_range(start, end)
        if node is None or (node.start_byte, node.end_byte) != (start, end):
            continue
        if node.type == "predefined_type" or (
            node.parent is not None and node.parent.type == "predefined_type"
        ):
            yield AnyUse(Span(start, end), not _inside_error(root, node))


def _inside_error(root: Node, node: Node) -> bool:
    return root.has_error and any(around.is_error for around in _lineage(root, node))


_COMMENT_START = re.compile(rb"//|/\*|<!--")


def _comments(facts: FileFacts, root: Node) -> Iterator[Comment]:
    data = facts.text.data
    match = _COMMENT_START.search(data)
    while match is not None:
        node = root.descendant_for_byte_range(match.start(), match.start() + 1)
        at = match.end()
        if node is not None and node.type == "comment" and node.start_byte <= match.start():
            span = _span(node)
            line_start = facts.text.line_starts[facts.text.line_of(span.start)]
            before = data[line_start : span.start].strip()
            yield Comment(span, facts.text.slice(*span), before in (b"", b"{"))
            at = max(node.end_byte, at)
        match = _COMMENT_START.search(data, at)
