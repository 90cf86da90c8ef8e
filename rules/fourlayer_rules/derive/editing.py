"""Collects edits and imports for one file and turns them into text edits that do not overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import TextEdit
from fourlayer_rules.derive.style import Style, import_statement, newline_of, start_of_code

if TYPE_CHECKING:
    from collections.abc import Collection

    from fourlayer.syntax.facts import FileFacts, Import


class Wanted(NamedTuple):
    """A name to import from a module."""

    specifier: str
    name: str
    type_only: bool = False


class FileEditor:
    """Edits of one existing file. Offsets are bytes of its present content."""

    def __init__(self, facts: FileFacts, style: Style) -> None:
        self.facts = facts
        self.style = style
        self._edits: list[TextEdit] = []
        self._wanted: list[Wanted] = []
        self._removed: list[tuple[int, int]] = []

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace some bytes."""
        self._edits.append(TextEdit(start, end, text))

    def insert(self, offset: int, text: str) -> None:
        """Insert a text that is written in the default style."""
        self._edits.append(TextEdit(offset, offset, self.local(text)))

    def insert_before_statement(self, offset: int, text: str) -> None:
        """Insert a text of the default style before a statement and the comment that belongs to it."""
        from fourlayer_rules.derive.dtos import attached_start

        start = attached_start(self.facts, offset)
        self.replace(start, start, self.local(text))

    def remove_statement(self, start: int, end: int) -> None:
        """Remove a statement with the rest of its line, and a blank line too where two would meet."""
        self._removed.append((start, end))

    def unimport(self, item: Import, names: Collection[str]) -> None:
        """Take local names out of an import statement; the whole statement where no name is left.

        A name stays where it shares the statement with a default or a namespace alone.
        """
        kept = [bound for bound in item.names if bound.local not in names]
        if not kept:
            self.remove_statement(*item.stmt)
            return
        brace = item.stmt.start + self.facts.text.data[item.stmt.start : item.span.start].find(b"{")
        listed = sorted((bound for bound in item.names if bound.span.start > brace), key=lambda one: one.span)
        if all(bound.local in names for bound in listed):
            return
        last = max(at for at, bound in enumerate(listed) if bound.local not in names)
        for at, bound in enumerate(listed[:last]):
            if bound.local in names:
                self.replace(bound.span.start, listed[at + 1].span.start, "")
        if listed[-1] is not listed[last]:
            self.replace(listed[last].span.end, listed[-1].span.end, "")

    def _removals(self) -> list[TextEdit]:
        """The removed statements, those with nothing between them as one."""
        data = self.facts.text.data
        groups: list[tuple[int, int]] = []
        for start, end in sorted(self._removed):
            line = data.rfind(b"\n", 0, start) + 1
            first = line if not data[line:start].strip() else start
            stop = data.find(b"\n", end)
            stop = len(data) if stop < 0 else stop + 1
            if groups and not data[groups[-1][1] : first].strip():
                groups[-1] = (groups[-1][0], stop)
            else:
                groups.append((first, stop))
        return [TextEdit(*self._with_blank(start, stop), "") for start, stop in groups]

    def _with_blank(self, start: int, stop: int) -> tuple[int, int]:
        """The range with the blank line after it where one stands before it, or the one before an end."""
        data = self.facts.text.data
        following = data.find(b"\n", stop)
        before = data[:start].replace(b"\r", b"")
        if (not before or before.endswith(b"\n\n")) and following >= 0 and not data[stop:following].strip():
            return start, following + 1
        if before.endswith(b"\n\n") and data[stop:].lstrip()[:1] in {b"", b"}"}:
            return data.rindex(b"\n", 0, start - 1) + 1, stop
        return start, stop

    def local(self, text: str) -> str:
        """A text of the default style in the file's own."""
        newline = newline_of(self.facts.text.data)
        return self.style._replace(newline=newline).apply(text)

    def want(self, specifier: str, name: str, *, type_only: bool = False) -> None:
        """Import a name, once, unless the file knows it already."""
        wanted = Wanted(specifier, name, type_only)
        if wanted in self._wanted or (Wanted(specifier, name) in self._wanted):
            return
        if type_only is False and Wanted(specifier, name, True) in self._wanted:
            self._wanted.remove(Wanted(specifier, name, True))
        self._wanted.append(wanted)

    def edits(self) -> tuple[TextEdit, ...]:
        """All edits, by place; insertions at one place are joined in the order in which they came."""
        joined: list[TextEdit] = []
        for edit in sorted(
            [*self._import_edits(), *self._edits, *self._removals()], key=lambda item: (item.start, item.end)
        ):
            last = joined[-1] if joined else None
            if last is not None and last.start == last.end == edit.start == edit.end:
                joined[-1] = TextEdit(edit.start, edit.end, last.text + edit.text)
            elif edit.start != edit.end or edit.text:
                joined.append(edit)
        return tuple(joined)

    # Imports

    def _import_edits(self) -> list[TextEdit]:
        fresh: dict[tuple[str, bool], list[str]] = {}
        merged: dict[Import, list[str]] = {}
        for wanted in self._wanted:
            if self._has(wanted):
                continue
            host = self._host(wanted)
            if host is None:
                fresh.setdefault((wanted.specifier, wanted.type_only), []).append(wanted.name)
            else:
                merged.setdefault(host, []).append(
                    f"type {wanted.name}" if wanted.type_only and not host.type_only else wanted.name
                )
        edits = [self._merge(host, names) for host, names in merged.items()]
        if fresh:
            edits.append(self._new_lines(fresh))
        return edits

    def _has(self, wanted: Wanted) -> bool:
        for item in self.facts.imports:
            if item.kind != "import":
                continue
            for bound in item.names:
                if bound.local == wanted.name and (wanted.type_only or not bound.type_only):
                    return True
        return False

    def _host(self, wanted: Wanted) -> Import | None:
        """The import statement that can take the name."""
        best: Import | None = None
        for item in self.facts.imports:
            if item.kind != "import" or item.specifier != wanted.specifier or not item.trusted:
                continue
            if not _named_list(self.facts, item):
                continue
            whole_type = _is_type_statement(self.facts, item)
            if whole_type == wanted.type_only:
                return item
            if wanted.type_only and not whole_type:
                best = best or item
        return best

    def _merge(self, host: Import, names: list[str]) -> TextEdit:
        """Add names after the last one of a statement, on lines of their own where it has such."""
        last = max((bound.span for bound in host.names), key=lambda span: span.end)
        data = self.facts.text.data
        first = min(bound.span.start for bound in host.names)
        line = data.rfind(b"\n", 0, last.start) + 1
        lead = data[line : last.start]
        multiline = line > host.stmt.start and first >= host.stmt.start and not lead.strip()
        glue = newline_of(data) + lead.decode() if multiline else " "
        return TextEdit(last.end, last.end, "".join(f",{glue}{name}" for name in names))

    def _new_lines(self, fresh: dict[tuple[str, bool], list[str]]) -> TextEdit:
        lines = [
            import_statement(names, specifier, type_only=type_only)
            for (specifier, type_only), names in fresh.items()
        ]
        data = self.facts.text.data
        statements = [item for item in self.facts.imports if item.kind == "import"]
        ours = [decl for decl in self.facts.decls if decl.kind == "import"]
        if ours and statements:
            kept = [decl.end for decl in ours if (decl.start, decl.end) not in self._removed]
            if kept:
                return TextEdit(kept[-1], kept[-1], self.local("".join(f"\n{line}" for line in lines)))
            first = ours[0].start
            return TextEdit(first, first, self.local("".join(f"{line}\n" for line in lines)))
        start = self._after_header(data)
        return TextEdit(start, start, self.local("".join(f"{line}\n" for line in lines) + "\n"))

    def _after_header(self, data: bytes) -> int:
        """Where imports go in a file without any: after a leading comment that a blank line ends."""
        start = start_of_code(data)
        first = self.facts.decls[0].start if self.facts.decls else len(data)
        for comment in self.facts.comments:
            if comment.span.start >= first or data[start : comment.span.start].strip():
                break
            rest = data[comment.span.end : comment.span.end + 4].replace(b"\r", b"")
            if rest.startswith(b"\n\n"):
                end = data.find(b"\n", data.find(b"\n", comment.span.end) + 1) + 1
                return min(end, first)
        return start


def _named_list(facts: FileFacts, item: Import) -> bool:
    """Whether a statement has a non-empty list in braces that ends it."""
    clause = facts.text.data[item.stmt.start : item.span.start]
    return b"{" in clause and any(
        bound.imported not in {"*", "="} and bound.span.start > item.stmt.start + clause.find(b"{")
        for bound in item.names
    )


def _is_type_statement(facts: FileFacts, item: Import) -> bool:
    clause = facts.text.slice(item.stmt.start, item.span.start)
    return clause.split("{", 1)[0].split()[:2] == ["import", "type"]
