"""Positions of TOML keys, against what tomllib reads."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourlayer.config.positions import Key, line_and_column, locate, position_of

DOCUMENT = (
    r'''
top = 1 # comment = "no"
"quoted key" . 'sub' = """multi
line ]] = " \""""
date = 1979-05-27 07:32:00
[a.b]
x = [ 1, [2, 3], # ]
  { y = "}", "z\u0041" = '''
    "'''#'''"
    r''' }, ]
[[list]]
k.l = '\'
[list.sub]
m = """"quoted""""
[[list]]
[[list.inner]]
n = {}
[[list.inner]]
n = { o.p = inf }
'''
)


def paths(value: object, prefix: Key = ()) -> Iterator[Key]:
    """Every path into parsed values."""
    items: list[tuple[str | int, object]] = []
    if isinstance(value, Mapping):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, item in items:
        yield (*prefix, key)
        yield from paths(item, (*prefix, key))


def test_every_key_and_element_is_found() -> None:
    found = locate(DOCUMENT)
    assert set(paths(tomllib.loads(DOCUMENT))) == set(found)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (("top",), "top = 1"),
        (("quoted key", "sub"), "'sub'"),
        (("a", "b"), "b]"),
        (("a", "b", "x", 1, 1), "3]"),
        (("a", "b", "x", 2, "zA"), '"z\\u0041"'),
        (("list", 0, "sub", "m"), 'm = """"q'),
        (("list", 1, "inner", 1, "n", "o", "p"), "p = inf"),
    ],
)
def test_a_position_is_where_the_name_starts(key: Key, text: str) -> None:
    assert DOCUMENT[locate(DOCUMENT)[key] :].startswith(text)


@given(st.text(alphabet="ab=.[]{}\"'\\#\n ,1", max_size=40))
def test_any_text_ends_and_accepted_text_is_followed_whole(text: str) -> None:
    found = locate(text)
    try:
        parsed = tomllib.loads(text)
    except ValueError:
        return
    assert set(paths(parsed)) <= set(found)


def test_what_is_not_there_stands_where_its_table_does() -> None:
    text = "[rules.explicit-any]\nmax = 1"
    assert position_of(text, ("rules", "explicit-any", "max")) == (2, 1)
    assert position_of(text, ("rules", "explicit-any", "min")) == (1, 8)
    assert position_of(text, ("tenancy", "columns")) == (1, 1)


def test_lines_and_columns_are_one_based_utf16() -> None:
    assert line_and_column("", 0) == (1, 1)
    assert line_and_column("a\r\n\U0001f600b", 4) == (2, 3)
