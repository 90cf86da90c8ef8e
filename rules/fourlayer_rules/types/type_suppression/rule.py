"""Reports comments that switch the type checker off."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import Comment

_ID = "type-suppression"
_SHORTEST_REASON = 3
"""Letters or digits; less says nothing."""


class TypeSuppression:
    """One finding a directive that the compiler obeys."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """Judge the comments of one file."""
        facts = ctx.view.facts(target)
        if facts is None:
            return
        first = facts.decls[0].start if facts.decls else len(facts.text.data)
        for comment in facts.comments:
            for directive, at, reason in _directives(comment):
                if directive == "nocheck" and comment.span.start > first:
                    continue
                if directive == "expect-error" and len(_word().findall(reason)) >= _SHORTEST_REASON:
                    continue
                start = comment.span.start + len(comment.text[:at].encode())
                word = f"@ts-{directive}"
                decl = facts.decl_at(comment.span.end)
                yield Finding(
                    _ID,
                    target,
                    Span(start, start + len(word)),
                    f"`{word}` {_MEANING[directive]}",
                    _HELP[directive],
                    scope=decl.qualified_name if decl is not None else "",
                    key=word,
                )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """None: what the compiler objects to must be looked at."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


_MEANING = {
    "ignore": "hides every error of the next line, those of tomorrow too, and nobody learns when it is not "
    "needed any more.",
    "nocheck": "switches the type checker off for the whole file.",
    "expect-error": "gives no reason, so nobody can tell which error was meant.",
}
_HELP = {
    "ignore": "Fix the type, or use `@ts-expect-error` with the reason: it complains when the error is gone.",
    "nocheck": "Remove it and fix what the compiler says, place by place.",
    "expect-error": "Say after it why the error is right to be there, or fix the type.",
}


def _directives(comment: Comment) -> Iterable[tuple[str, int, str]]:
    """The directives of a comment, each with its place in the comment's text and the words after it.

    The compiler obeys a line comment that starts with one, and a block comment whose last line does.
    """
    if comment.text.startswith("//"):
        match = _line_directive().match(comment.text)
        if match is not None:
            yield match[1], match.start(1) - len("@ts-"), comment.text[match.end() :]
        return
    at = comment.text.rfind("\n") + 1
    match = _block_directive().match(comment.text, at)
    if match is not None and match[1] != "nocheck":
        yield match[1], match.start(1) - len("@ts-"), comment.text[match.end() :].removesuffix("*/")


@cache
def _line_directive() -> re.Pattern[str]:
    return re.compile(r"///?\s*@ts-(ignore|nocheck|expect-error)(?![\w-])")


@cache
def _block_directive() -> re.Pattern[str]:
    return re.compile(r"[/*\s]*@ts-(ignore|nocheck|expect-error)(?![\w-])")


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"\w")


rule = TypeSuppression()
