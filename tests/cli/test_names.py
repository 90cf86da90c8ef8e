"""Names of rules and categories on the command line."""

from __future__ import annotations

import pytest

from fourlayer.cli.names import UnknownNameError, find_rule, resolve
from fourlayer.rule.model import RuleMeta


def meta(id_: str, category: str, *aliases: str) -> RuleMeta:
    return RuleMeta(id_, category, "error", "s", "c", "m.rule", "file", (), aliases=aliases)


RULES = (
    meta("explicit-any", "types", "no-any"),
    meta("double-assertion", "types"),
    meta("deep-import", "boundaries"),
    meta("config", "config"),
    meta("other-config", "config"),
)


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        (["explicit-any"], ("explicit-any",)),
        (["types"], ("explicit-any", "double-assertion")),
        (["deep-import, types,,", "explicit-any"], ("deep-import", "explicit-any", "double-assertion")),
        (["no-any"], ("explicit-any",)),
        (["config"], ("config",)),
        ([], ()),
    ],
)
def test_ids_categories_and_old_ids_are_understood(values: list[str], ids: tuple[str, ...]) -> None:
    assert resolve(values, RULES, "--select") == ids


@pytest.mark.parametrize(
    ("name", "hint"), [("explicit-ayn", "explicit-any"), ("Types", "types"), ("boundarys", "boundaries")]
)
def test_an_unknown_name_is_refused_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UnknownNameError, match=f"--ignore.*did you mean '{hint}'"):
        resolve(["deep-import", name], RULES, "--ignore")


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    with pytest.raises(UnknownNameError) as caught:
        resolve(["zzz"], RULES, "--select")
    assert "did you mean" not in str(caught.value)


def test_a_rule_is_found_by_its_id_and_its_old_ids() -> None:
    assert find_rule("no-any", RULES).id == "explicit-any"
    with pytest.raises(UnknownNameError, match="did you mean 'deep-import'"):
        find_rule("deep-imports", RULES)
