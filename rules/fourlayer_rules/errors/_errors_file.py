"""What the rules about `errors.ts` share: finding the file, the class and the wrapper by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Finding
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.names import convention
from fourlayer_rules.derive.symbols import UNKNOWN, Declared, alike, exported, exported_names, named

if TYPE_CHECKING:
    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import FileFacts


class ErrorsFile(NamedTuple):
    """A provider's `errors.ts`."""

    path: str
    facts: FileFacts

    @property
    def anchor(self) -> Span:
        """The first statement; the file's start where there is none."""
        decls = self.facts.decls
        return Span(decls[0].start, decls[0].end) if decls else Span(0, 0)


class Lookup(NamedTuple):
    """What became of a name: its declaration, or whether it is surely not exported.

    `hidden` is a declaration of that name that is not exported.
    """

    found: Declared | None
    absent: bool
    hidden: Declared | None
    name: str


def out_of_reach(rule: str, provider: Provider, file: ErrorsFile, lookup: Lookup) -> Finding:
    """The finding where a name may come from code that cannot be read."""
    return Finding(
        rule=rule,
        path=file.path,
        span=file.anchor,
        message=f"Whether `errors.ts` exports `{lookup.name}` cannot be told: it passes on other code.",
        help=f"Export `{lookup.name}` by name.",
        certainty="unverifiable",
        key=lookup.name,
        provider=provider.name,
    )


def errors_file(ctx: Context, provider: Provider) -> ErrorsFile | None:
    """The file, where it exists and parses: absent files are `missing-file`'s business."""
    path = f"{provider.path}/errors.ts"
    facts = ctx.view.facts(path) if ctx.view.exists(path) else None
    return ErrorsFile(path, facts) if facts is not None and facts.trusted else None


def look_up(ctx: Context, provider: Provider, file: ErrorsFile, pattern: str) -> Lookup:
    """The export whose name is a convention's, whatever the case of the provider's name in it."""
    expected = convention(pattern, provider)
    names, complete = exported_names(ctx.view, file.path)
    for name in sorted(names, key=lambda name: (name != expected, name)):
        if alike(name) == alike(expected):
            found = exported(ctx.view, file.path, name)
            if isinstance(found, tuple):
                return Lookup(found, False, None, name)
            return Lookup(None, found != UNKNOWN, None, name)
    for decl in file.facts.decls:
        for name in decl.names:
            if alike(name) == alike(expected) and decl.kind != "import":
                found = named(ctx.view, file.path, file.facts, name)
                hidden = found if isinstance(found, tuple) else None
                return Lookup(None, complete, hidden, name)
    return Lookup(None, complete, None, expected)
