"""From a module specifier in a TypeScript file to the file it means."""

from __future__ import annotations

from typing import Literal, NamedTuple

ResolutionKind = Literal["file", "external", "unresolved"]
SpecifierStyle = Literal["js", "extensionless", "ts"]


class Resolution(NamedTuple):
    """What a specifier means.

    "file": `path` is a file of the workspace. "external": a package, a builtin of Node or an asset
    outside the module graph. "unresolved": nothing is there yet. `package` is the bare package name
    of a bare specifier ("zod", "@valueos/integrations"; builtins as "node:fs"), None for relative
    ones. `tried` are the workspace paths whose creation would change the answer.
    """

    path: str | None
    kind: ResolutionKind
    package: str | None
    tried: tuple[str, ...]
