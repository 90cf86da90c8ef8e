"""The other tools that `bench` compares with, where a set-up folder of them is given."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Peer(NamedTuple):
    """A command relative to the set-up folder; the path to check is appended."""

    name: str
    executable: str
    arguments: tuple[str, ...]
    scopes: tuple[str, ...] = ("int", "repo")
    environment: Mapping[str, str] = MappingProxyType({})
    initialization: str = "null"
    """JSON for a server's start; `{uri}` stands for the workspace."""


_AST_GREP = "node_modules/@ast-grep/cli-linux-x64-gnu/ast-grep"

PEERS = (
    Peer("oxlint", "node_modules/.bin/oxlint", ("-A", "typescript/no-floating-promises")),
    Peer("ast-grep", _AST_GREP, ("scan", "--report-style", "short")),
    Peer(
        "biome",
        "node_modules/.bin/biome",
        (
            "lint",
            "--max-diagnostics=none",
            "--skip=suspicious/noImportCycles",
            "--skip=nursery/noFloatingPromises",
        ),
    ),
    Peer("eslint", "node_modules/.bin/eslint", ("-c", "eslint.config.mjs"), ("int",)),
    Peer(
        "dependency-cruiser",
        "node_modules/.bin/depcruise",
        ("--config", "depcruise.cjs", "--output-type", "err"),
        ("int",),
    ),
)
SERVERS = (
    Peer(
        "oxlint",
        "node_modules/.bin/oxlint",
        ("--lsp",),
        initialization='[{"workspaceUri": "{uri}", "options": {"configPath": ".oxlintrc.json"}}]',
    ),
    Peer("ast-grep", _AST_GREP, ("lsp",)),
)
SERVER_ROOT = "ws/lsp"
"""The workspace of the set-up folder that servers are measured in."""
SERVER_FILES = (
    "packages/integrations/bench/services/f300.ts",
    "packages/integrations/bench/services/f1500.ts",
)
