"""Providers and their names, from globs and from the adapter's file."""

from __future__ import annotations

import pytest

from fourlayer.project.layout import (
    Layout,
    derived_pascal,
    env_prefix,
    find_providers,
    integration_roots,
    shared_folders,
)
from fourlayer.project.tree import MemoryTree


def _tree(*paths: str) -> MemoryTree:
    return MemoryTree(dict.fromkeys(paths, b""))


def test_providers_are_folders_with_code_that_are_neither_shared_nor_hidden_nor_tests() -> None:
    tree = _tree(
        "packages/integrations/index.ts",
        "packages/integrations/base/index.ts",
        "packages/integrations/.cache/a.ts",
        "packages/integrations/__tests__/a.ts",
        "packages/integrations/docs/README.md",
        "packages/integrations/new/deep/a.tsx",
        "packages/integrations/slack/index.ts",
        "packages/other/index.ts",
    )

    providers = find_providers(Layout(), tree)

    assert [(p.name, p.path, p.entry) for p in providers] == [
        ("new", "packages/integrations/new", None),
        ("slack", "packages/integrations/slack", "packages/integrations/slack/index.ts"),
    ]
    assert shared_folders(Layout(), tree) == ("packages/integrations/base",)


def test_globs_may_have_braces_several_roots_and_stars_anywhere() -> None:
    tree = _tree(
        "packages/integrations/a/x.ts", "packages/connectors/b/x.ts", "apps/web/plugins/c/x.ts", "lib/d/x.ts"
    )
    layout = Layout(integrations=("packages/{integrations,connectors}/*", "apps/**/plugins/*", "lib/d"))

    assert [p.path for p in find_providers(layout, tree)] == [
        "apps/web/plugins/c",
        "lib/d",
        "packages/connectors/b",
        "packages/integrations/a",
    ]
    assert integration_roots(layout) == ("apps", "lib", "packages/connectors", "packages/integrations")


def test_two_providers_of_one_name_are_told_apart_by_their_path() -> None:
    layout = Layout(integrations=("one/*", "two/*"))

    providers = find_providers(layout, _tree("one/a/x.ts", "two/a/x.ts", "two/b/x.ts"))

    assert [p.name for p in providers] == ["one/a", "two/a", "b"]


def test_a_file_belongs_to_the_innermost_provider() -> None:
    layout = Layout(integrations=("packages/*", "packages/integrations/*"), shared=())

    providers = find_providers(
        layout, _tree("packages/integrations/a/x.ts", "packages/integrations/index.ts")
    )

    assert {p.path: p.files for p in providers} == {
        "packages/integrations": ("packages/integrations/index.ts",),
        "packages/integrations/a": ("packages/integrations/a/x.ts",),
    }


@pytest.mark.parametrize(
    ("folder", "files", "adapter", "pascal"),
    [
        ("hubspot", ["HubSpotAdapter.ts"], "HubSpotAdapter.ts", "HubSpot"),
        ("google-drive", ["GoogleDriveAdapter.ts"], "GoogleDriveAdapter.ts", "GoogleDrive"),
        ("google_drive", ["client/GoogleDriveAdapter.ts"], "client/GoogleDriveAdapter.ts", "GoogleDrive"),
        ("x", ["a/XAdapter.ts", "XAdapter.ts"], "XAdapter.ts", "X"),
        ("slack", ["SlackAdapter.test.ts", "index.ts"], None, "Slack"),
        ("slack", ["__tests__/SlackAdapter.ts", "index.ts"], None, "Slack"),
        ("slack", ["OtherAdapter.ts"], None, "Slack"),
        ("google-drive", ["client.ts"], None, "GoogleDrive"),
    ],
)
def test_the_name_is_the_adapters(folder: str, files: list[str], adapter: str | None, pascal: str) -> None:
    path = f"packages/integrations/{folder}"

    [provider] = find_providers(Layout(), _tree(*(f"{path}/{file}" for file in files)))

    assert provider.adapter == (None if adapter is None else f"{path}/{adapter}")
    assert provider.pascal == pascal
    assert provider.root == "packages/integrations"


@pytest.mark.parametrize(
    ("folder", "prefix", "pascal"),
    [
        ("google-drive", "GOOGLE_DRIVE", "GoogleDrive"),
        ("3cx", "_3CX", "_3cx"),
        ("a.b", "A_B", "AB"),
        ("über", "BER", "Ber"),
        ("--", "_", "_"),
    ],
)
def test_derived_names_are_identifiers(folder: str, prefix: str, pascal: str) -> None:
    assert env_prefix(folder) == prefix
    assert derived_pascal(folder) == pascal
    assert prefix.isidentifier()
    assert pascal.isidentifier()
