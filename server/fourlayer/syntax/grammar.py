"""The tree-sitter grammars, loaded once, and the gaps in them that are closed before parsing."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

import tree_sitter_typescript
from tree_sitter import Language, Parser

if TYPE_CHECKING:
    from tree_sitter import Tree

LanguageId = Literal["ts", "tsx"]


@cache
def language(language_id: LanguageId) -> Language:
    """The grammar of a language; `.ts` and `.tsx` differ in what `<` may mean."""
    if language_id == "tsx":
        return Language(tree_sitter_typescript.language_tsx())
    return Language(tree_sitter_typescript.language_typescript())


@cache
def _parser(language_id: LanguageId) -> Parser:
    return Parser(language(language_id))


class Parsed(NamedTuple):
    """A tree, the bytes it was made of, and the byte ranges that were masked to please the grammar.

    `source` is as long as the text; only masked ranges differ, so offsets hold in both.
    """

    tree: Tree
    source: bytes
    masked: tuple[tuple[int, int], ...]


def parse(data: bytes, language_id: LanguageId, old: Tree | None = None) -> Parsed:
    """Parse UTF-8 bytes. `old` is an edited tree of the previous version (see `Tree.edit`)."""
    parser = _parser(language_id)
    source, masked = _mask_tagged_generics(data) if b">`" in data else (data, ())
    if b"typeof import(" in source:
        source, more = _mask_module_types(source)
        masked = (*masked, *more)
    tree = parser.parse(source, old) if old is not None else parser.parse(source)
    if not tree.root_node.has_error:
        return Parsed(tree, source, masked)
    if old is not None:
        # Incremental trees of broken text may differ from those from scratch.
        tree = parser.parse(source)
    patched, gaps = _mask_gaps(source)
    if gaps:
        second = parser.parse(patched)
        if _error_bytes(second) < _error_bytes(tree):
            return Parsed(second, patched, (*masked, *gaps))
    return Parsed(tree, source, masked)


def _error_bytes(tree: Tree) -> int:
    """How much of the text the grammar rejected; a missing token counts one byte."""
    total = 0
    stack = [tree.root_node]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            total += max(node.end_byte - node.start_byte, 1)
        elif node.has_error:
            stack.extend(node.children)
    return total


# Valid TypeScript that the grammar rejects, each with the group to blank and what to put there:
# a space where the words carry no structure, an identifier character where a name must remain.
_GAPS: tuple[tuple[bytes, bytes], ...] = (
    # export type * from "./x"
    (rb"\bexport\s+(type)\s+\*", b" "),
    # import("./x") as a type
    (
        (
            rb"(?:\b(?:typeof|as|extends|keyof|satisfies|is)\s+|[:<|&,(=]\s*)"
            rb"(import\(\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*\))"
        ),
        b"_",
    ),
    # interface A<in out T>
    (rb"[<,]\s*((?:in\s+out|in|out)\s)(?=\s*\w+\s*(?:[,>=]|extends\b))", b" "),
    # i < unique.length
    (rb"<\s*(unique)\b(?!\s+symbol)", b"_"),
    # bare & in JSX text
    (rb"(?<!&)(&)(?![&=]|#?\w+;)", b" "),
    # (value is Type) => ... in a type alias without parentheses around it
    (rb"\b(asserts)\s+\w+\s*[;,){]", b" "),
    # export * from "./x" with { type: "json" }; the grammar knows attributes of imports alone
    (rb"\bfrom\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*((?:with|assert)\s*\{[^{}]*\})", b" "),
)


@cache
def _gap_patterns() -> tuple[tuple[re.Pattern[bytes], bytes], ...]:
    return tuple((re.compile(pattern), filler) for pattern, filler in _GAPS)


def _mask_gaps(data: bytes) -> tuple[bytes, tuple[tuple[int, int], ...]]:
    patched = bytearray(data)
    masked: list[tuple[int, int]] = []
    for pattern, filler in _gap_patterns():
        for match in pattern.finditer(data):
            start, end = match.span(1)
            gap = data[start:end]
            if gap == b"&" and not _in_jsx_text(data, start):
                continue
            if gap.endswith(b"}") and not _is_of_export(data, match.start()):
                continue
            patched[start:end] = _blanked(gap) if filler == b" " else filler * (end - start)
            masked.append((start, end))
    return bytes(patched), tuple(masked)


def _blanked(gap: bytes) -> bytes:
    """Spaces in a gap's place; lines stay where they are."""
    return re.sub(rb"[^\r\n]", b" ", gap)


def _is_of_export(data: bytes, offset: int) -> bool:
    """Whether the `from` at `offset` belongs to an export."""
    words = re.findall(rb"\b(import|export)\b", data[max(0, offset - 4000) : offset])
    return bool(words) and words[-1] == b"export"


def _in_jsx_text(data: bytes, offset: int) -> bool:
    """Whether a tag or `{}` ends before and another begins after, as in `<b>a & b</b>`."""
    before = re.search(rb"[<>{}();=]", data[max(0, offset - 300) : offset][::-1])
    after = re.search(rb"[<>{}();=]", data[offset + 1 : offset + 300])
    return bool(before and after and before.group() in b">}" and after.group() in b"<{")


def _mask_tagged_generics(data: bytes) -> tuple[bytes, tuple[tuple[int, int], ...]]:
    """Blank the type arguments of tagged templates: ``sql<number>`...` `` parses as comparisons."""
    masked: list[tuple[int, int]] = []
    end = data.find(b">`")
    while end != -1:
        start = _opening_angle(data, end)
        if start is not None:
            masked.append((start, end + 1))
        end = data.find(b">`", end + 2)
    if not masked:
        return data, ()
    patched = bytearray(data)
    for start, stop in masked:
        patched[start:stop] = b" " * (stop - start)
    return bytes(patched), tuple(masked)


@cache
def _module_type() -> re.Pattern[bytes]:
    return re.compile(rb"[\w$]\s*(<\s*typeof\s+import\(\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*\)\s*>)(?=\s*\()")


def _mask_module_types(data: bytes) -> tuple[bytes, tuple[tuple[int, int], ...]]:
    """Blank the type argument of `importActual<typeof import("x")>(...)`, which parses as comparisons."""
    masked = tuple(match.span(1) for match in _module_type().finditer(data))
    if not masked:
        return data, ()
    patched = bytearray(data)
    for start, stop in masked:
        patched[start:stop] = b" " * (stop - start)
    return bytes(patched), masked


def _opening_angle(data: bytes, close: int) -> int | None:
    """The offset of the `<` that the `>` at `close` ends, when a name stands right before it."""
    depth = 0
    for offset in range(close, max(close - 500, -1), -1):
        char = data[offset : offset + 1]
        if char == b">" and data[offset - 1 : offset] != b"=":
            depth += 1
        elif char == b"<":
            depth -= 1
            if depth == 0:
                return offset if _is_word(data[offset - 1 : offset]) else None
        elif char in b"`;=":
            return None
    return None


def _is_word(char: bytes) -> bool:
    return char.isalnum() or char in (b"_", b"$")
