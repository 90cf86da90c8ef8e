"""The records themselves."""

from __future__ import annotations

import pytest

from fourlayer.config.settings import DEFAULT_LAYERS, Settings
from fourlayer.syntax.glob import names_match


@pytest.mark.parametrize(
    ("patterns", "name", "expected"),
    [
        (["*HealthRegistry"], "AppHealthRegistry", True),
        (["*HealthRegistry"], "HealthRegistry", True),
        (["*HealthRegistry"], "HealthRegistryPort", False),
        (["create*Service*Client"], "createAServiceBClient", True),
        (["create*Service*Client"], "createServiceClient", True),
        (["create*Service*Client"], "createClient", False),
        (["ab*ba"], "aba", False),
        (["@slack/*"], "@slack/web-api", True),
        (["stripe"], "stripes", False),
        ([], "x", False),
    ],
)
def test_symbols_are_matched_with_stars(patterns: list[str], name: str, expected: bool) -> None:
    assert names_match(patterns, name) is expected


def test_layers_import_only_layers() -> None:
    for layer in DEFAULT_LAYERS.values():
        assert set(layer.may_import) <= set(DEFAULT_LAYERS)


def test_the_catch_all_layer_comes_last() -> None:
    assert list(Settings().layers)[-1] == "client"
    assert Settings().layers["client"].files == ("**",)
