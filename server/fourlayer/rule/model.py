"""What a rule is, what it reports and how it says what would fix it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from fourlayer.rule.context import Context

Severity = Literal["error", "warning", "info", "hint", "off"]
Certainty = Literal["violation", "suspicious", "unverifiable"]
Applicability = Literal["safe", "unsafe", "input"]
Reach = Literal["document", "workspace"]
Need = Literal["document", "provider", "workspace", "schema"]
Unit = Literal["file", "provider", "workspace"]
Status = Literal["preview", "stable"]
Data = Mapping[str, "str | int | bool | list[str] | None"]


class FixMeta(NamedTuple):
    """One kind of fix that a rule offers, as its page and `fourlayer rules` show it."""

    kind: str
    applicability: tuple[Applicability, ...]
    reach: Reach
    preferred: bool = False
    needs: tuple[Need, ...] = ("document",)


class RuleMeta(NamedTuple):
    """The static description of a rule; reading it never imports the rule.

    `triggers` are plain byte strings of which a file must hold one for the rule to find anything in it:
    other files are not parsed for the rule, nor is its code loaded for them. An empty tuple means that
    every file is.
    """

    id: str
    category: str
    severity: Severity
    summary: str
    clause: str
    module: str
    unit: Unit
    needs: tuple[Need, ...]
    fixes: tuple[FixMeta, ...] = ()
    triggers: tuple[bytes, ...] = ()
    status: Status = "stable"
    confidence: Literal["high", "medium", "low"] = "high"
    aliases: tuple[str, ...] = ()
    anchors_outside: bool = False
    """Whether it also judges files outside providers and scopes (consumers, shared code)."""
    about_tests: bool = False
    """Whether it judges test files, and nothing else; other rules see them only when configured to."""
    sensitive: bool = False
    """Whether its ranges hold what nobody may be shown: reports and patches mask them."""


class Related(NamedTuple):
    """Another place that explains a finding. `span` counts bytes, 0-based, end exclusive."""

    message: str
    path: str
    span: Span


class Finding(NamedTuple):
    """One problem at one place. `span` counts bytes, 0-based, end exclusive.

    `message` says what is wrong and why it matters, `help` what to do. `scope` and `key` identify the
    finding without line numbers: the enclosing declaration's dotted name, and the normalised text
    (or, for `missing-file`, the file's name). `data` is JSON-like and private to the rule: whatever its
    `plans` and `edits` need to find the place again.
    """

    rule: str
    path: str
    span: Span
    message: str
    help: str
    certainty: Certainty = "violation"
    related: tuple[Related, ...] = ()
    scope: str = ""
    key: str = ""
    provider: str | None = None
    data: Data = {}  # noqa: RUF012 - never mutated: Mapping
    severity: Severity | None = None
    """What this finding weighs where it differs from the rule's severity; None: the rule's."""


class FixPlan(NamedTuple):
    """A fix that could be applied: cheap to make, enough for a list of actions and the JSON report.

    `kind` names the variant within the rule and is stable; `argument` tells variants apart
    (a candidate value, a column).
    """

    kind: str
    title: str
    applicability: Applicability
    reach: Reach = "document"
    preferred: bool = False
    argument: str = ""


class TextEdit(NamedTuple):
    """Replace the bytes `start`..`end` (0-based, end exclusive, of the snapshot's content) by `text`."""

    start: int
    end: int
    text: str


class Create(NamedTuple):
    """Create a file that is absent."""

    path: str
    text: str


class Rename(NamedTuple):
    """Rename a file; text edits for it are given under its old path."""

    path: str
    to: str


class Delete(NamedTuple):
    """Delete a file."""

    path: str


class Change(NamedTuple):
    """Everything that one fix does, applied whole or not at all."""

    edits: Mapping[str, tuple[TextEdit, ...]] = {}
    creates: tuple[Create, ...] = ()
    renames: tuple[Rename, ...] = ()
    deletes: tuple[Delete, ...] = ()


class Rule(Protocol):
    """A rule's code. The module that `RuleMeta.module` names holds one instance, called `rule`.

    `options` is the NamedTuple type of the rule's own options (every field with a default and a
    doc comment through `Annotated`), or None.
    """

    options: type | None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """Judge one unit. `target` is a file's path, a provider's name, or "" for the workspace."""
        ...

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """List the fixes of one of this rule's findings, preferred first. Cheap."""
        ...

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Compute one fix on the context's snapshot; None when it no longer applies."""
        ...
