"""Globs: what matches, what covers, and that the fast paths agree with the regex."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourlayer.syntax.glob import GlobError, Globs, expand_braces, globs, translate


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("packages/integrations/*", "packages/integrations/slack", True),
        ("packages/integrations/*", "packages/integrations/slack/index.ts", False),
        ("packages/integrations/*", "packages/integrations", False),
        ("packages/{integrations,vendors}/*", "packages/vendors/x", True),
        ("./packages/x/", "packages/x", True),
        ("**/dist/**", "dist/a.js", True),
        ("**/dist/**", "a/dist/b/c", True),
        ("**/dist/**", "a/dist", False),
        ("**/dist/**", "a/distant/b", False),
        ("**/*.test.{ts,tsx}", "a.test.tsx", True),
        ("**/*.test.{ts,tsx}", "a/b/c.test.ts", True),
        ("**/*.test.ts", "a/b/test.ts", False),
        ("**/schema.prisma", "schema.prisma", True),
        ("**/schema.prisma", "db/schema.prisma", True),
        ("**/schema.prisma", "db/my-schema.prisma", False),
        ("**/migrations/**/*.sql", "db/migrations/1.sql", True),
        ("**/migrations/**/*.sql", "migrations/a/b/1.sql", True),
        ("**/migrations/**/*.sql", "migrations/a/b/1.txt", False),
        ("handlers/**", "handlers/a/b.ts", True),
        ("handlers/**", "handlers", False),
        ("**", "a/b", True),
        ("*", "a/b", False),
        ("index.ts", "a/index.ts", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[a-c]x", "bx", True),
        ("[!a-c]x", "bx", False),
        ("[!a]b", "/b", False),
        ("[]x]", "]", True),
        ("[z-a]", "m", False),
        ("a[b", "a[b", True),
        ("a{b", "a{b", True),
        ("a{b}", "a{b}", True),
        ("{a,{b,c}}d", "cd", True),
        ("{a,}b", "b", True),
        (r"a\*b", "a*b", True),
        (r"a\*b", "axb", False),
        (r"a\{b,c}", "a{b,c}", True),
        ("a**b", "axxb", True),
        ("a**b", "a/b", False),
        ("a.b", "axb", False),
        ("**/été/*.ts", "x/été/a.ts", True),
        ("a\nb*", "a\nbc", True),
    ],
)
def test_a_glob_matches_whole_paths(pattern: str, path: str, expected: bool) -> None:
    assert Globs([pattern]).match(path) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("**/dist/**", "a/dist", True),
        ("**/dist/**", "a/dist/b/c", True),
        ("**/dist/**", "a/distant", False),
        ("legacy", "legacy/a/b.ts", True),
        ("packages/*/old", "packages/x/old/a.ts", True),
        ("packages/*/old", "packages/x/new/a.ts", False),
        ("{a,b}/**", "b", True),
        ("a/*.ts", "a", False),
        ("a/?", "a", False),
        ("**", "anything", True),
    ],
)
def test_a_glob_covers_what_lies_in_a_folder_it_means(pattern: str, path: str, expected: bool) -> None:
    assert Globs([pattern]).covers(path) is expected


def test_no_globs_match_nothing() -> None:
    assert not Globs([])
    assert not Globs([]).match("a")
    assert not Globs([]).covers("a")


def test_too_many_alternatives_are_refused() -> None:
    with pytest.raises(GlobError, match="1024"):
        Globs(["{a,b}" * 11])


def test_braces_are_expanded_in_order() -> None:
    assert expand_braces("{a,b{c,d}}{e,f}") == ["ae", "af", "bce", "bcf", "bde", "bdf"]


def test_equal_globs_are_compiled_once() -> None:
    assert globs(("a/*", "b")) is globs(("a/*", "b"))


_PIECES = st.sampled_from(["**", "*", "a", "b", "a*", "*.ts", "?", "[ab]", "x.ts", "*a.ts"])
_NAMES = st.sampled_from(["a", "b", "ab", "x.ts", "a.ts", "xa.ts", "ts", ".ts"])


@given(st.lists(_PIECES, min_size=1, max_size=4), st.lists(_NAMES, min_size=1, max_size=4))
def test_fast_paths_agree_with_the_regex(pieces: list[str], names: list[str]) -> None:
    glob, path = "/".join(pieces), "/".join(names)
    while "**/**" in glob:
        glob = glob.replace("**/**", "**")
    assert Globs([glob]).match(path) is bool(re.fullmatch(translate(glob), path))
