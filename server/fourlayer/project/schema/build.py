"""From the schema sources of a workspace to its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fourlayer.project.schema.draft import Draft
    from fourlayer.project.schema.model import Schema

_SKIPPED_DIRECTORIES = frozenset(
    {"archive", "archived", "superseded", "deprecated", "down", "rollback", "rollbacks", "node_modules"}
)
_DOWN_ENDINGS = (".rollback.sql", ".down.sql", "_rollback.sql", "_down.sql", ".undo.sql")
_DOWN_NAMES = frozenset({"down.sql", "rollback.sql"})
_TEST_DIRECTORIES = frozenset({"__tests__", "test", "tests"})
_FIXTURE_DIRECTORIES = frozenset({"fixtures", "__fixtures__"})
_TYPESCRIPT = (".ts", ".mts", ".cts", ".tsx")
_TYPESCRIPT_SIGNS = (b"Database", b"Table(", b".table(", b"View(")


def is_schema_source(path: str) -> bool:
    """Whether a file that the configured globs match may define the schema.

    Migrations that go back, retired ones and fixtures of tests don't.
    """
    *directories, name = path.lower().split("/")
    if not name.endswith((".sql", ".prisma", *_TYPESCRIPT)):
        return False
    if name.endswith(_DOWN_ENDINGS) or name in _DOWN_NAMES:
        return False
    seen = set(directories)
    if seen & _SKIPPED_DIRECTORIES:
        return False
    return not (seen & _FIXTURE_DIRECTORIES and (seen & _TEST_DIRECTORIES or "__fixtures__" in seen))


def build_schema(sources: Iterable[tuple[str, bytes]]) -> Schema:
    """The schema that (path, content) pairs define, given in any order.

    Migrations apply by directory, then file name; generated types and ORM schemas are definitions
    beside them, whatever their place. Content that is no UTF-8 is read as far as it goes.
    """
    # A warm run reads the schema from its cache and needs none of the readers.
    from fourlayer.project.schema.ddl import Script
    from fourlayer.project.schema.draft import Draft

    ordered = sorted(sources, key=lambda source: source[0].rpartition("/")[::2])
    draft = Draft()
    for path, content in ordered:
        if path.lower().endswith(".sql"):
            Script(draft, path, content.decode("latin-1")).run()
    for path, content in ordered:
        lowered = path.lower()
        if lowered.endswith(".prisma"):
            _read_prisma(draft, path, content)
        elif lowered.endswith(_TYPESCRIPT) and any(sign in content for sign in _TYPESCRIPT_SIGNS):
            _read_typescript(draft, path, content)
    return draft.freeze(path for path, _ in ordered)


def _read_prisma(draft: Draft, path: str, content: bytes) -> None:
    from fourlayer.project.schema.prisma import read_prisma
    from fourlayer.project.schema.source import Source

    read_prisma(draft, Source(path, content.decode("latin-1")))


def _read_typescript(draft: Draft, path: str, content: bytes) -> None:
    from fourlayer.project.schema.source import Source
    from fourlayer.project.schema.typescript import read_typescript

    read_typescript(draft, Source(path, content.decode("latin-1")))
