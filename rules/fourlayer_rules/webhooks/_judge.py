"""The verdicts on the handlers of a file, made once for the rules that ask in turn."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.project.summaries.effects import Effects, State
from fourlayer.project.summaries.inputs import inputs_used
from fourlayer.project.summaries.steps import Walk, seeds_of
from fourlayer.syntax import nodes as n
from fourlayer_rules.webhooks._handlers import Handler, entry, handlers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.project.summaries.labels import Label
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer_rules.webhooks._before import Before


class Verdict(NamedTuple):
    """A handler, what was done before it, and what it does."""

    handler: Handler
    before: Before
    effects: Effects

    @property
    def asks(self) -> bool:
        """Whether it, or what runs before it, verifies anything at all."""
        known = self.effects.may | self.before.may | self.before.must
        return bool(known & {"asked", "verified"})


def judged(ctx: Context, path: str) -> tuple[Verdict, ...]:
    """The verdicts on a file's handlers that take webhooks or stand among them, where they parse."""
    key = ("webhooks", path)
    known = cast("tuple[Verdict, ...] | None", ctx.view.memo.get(key))
    if known is None:
        known = ctx.view.memo[key] = tuple(
            _judge(ctx.view, handler, entry(ctx.view, handler))
            for handler in _found(ctx.view, path)
            if handler.trusted and handler.kind != "api"
        )
    return known


def judged_inputs(ctx: Context, path: str, wanted: frozenset[Label]) -> Iterator[Verdict]:
    """The verdicts on a file's other handlers: those that may use input with these labels unchecked."""
    for handler in _found(ctx.view, path):
        verdict = _judge_input(ctx.view, handler, wanted)
        if verdict is not None:
            yield verdict


def _judge_input(view: View, handler: Handler, wanted: frozenset[Label]) -> Verdict | None:
    """The verdict on a handler that may use what comes in unchecked, the cheap questions first."""
    if not handler.trusted or handler.kind != "api" or not _takes_input(handler, wanted):
        return None
    frame, labels = handler.frame, handler.labels
    if not inputs_used(view, frame, labels, wanted):
        return None
    before = entry(view, handler)
    if before.valid and not inputs_used(view, frame, labels, wanted, parsed_body=True):
        return None
    return _judge(view, handler, before)


def _found(view: View, path: str) -> tuple[Handler, ...]:
    key = ("webhooks: handlers", path)
    known = cast("tuple[Handler, ...] | None", view.memo.get(key))
    if known is None:
        known = view.memo[key] = handlers(view, path)
    return known


_INPUT = (
    rb"body|rawBody|rawbody|raw_body|payload|query|queries|searchParams|nextUrl|request|req|raw|json|text"
    rb"|arrayBuffer|formData|blob|buffer|bytes|parseBody"
)


def _takes_input(handler: Handler, wanted: frozenset[Label]) -> bool:
    """Whether a handler may look at the wanted parts of what comes in, by its words alone."""
    function = handler.frame.function
    if function is None or not function.params:
        return False
    first = function.params[0].target
    taken = {at for at, label in handler.labels.items() if label in {"request", "raw"}}
    if not isinstance(first, n.Name) or taken != {0} or handler.labels[0] != "request":
        return True
    data = handler.frame.decl.data[function.start : function.end]
    found = _reading(first.name, "param" in wanted).findall(data)
    return len(found) > 1


@cache
def _reading(request: str, path_parameters: bool) -> re.Pattern[bytes]:
    """The name of a request where it is handed on, or a part of it is read that counts."""
    parts = _INPUT + (b"|param|params" if path_parameters else b"")
    name = re.escape(request.encode())
    return re.compile(
        rb"(?<![\w$])" + name + rb"(?![\w$])(?!\s*[?!]?\.\s*(?!(?:" + parts + rb")(?![\w$]))\w)"
    )


def _judge(view: View, handler: Handler, before: Before) -> Verdict:
    function = handler.frame.function
    seeds = seeds_of(function, handler.labels) if function is not None else {}
    walk = Walk(view, handler.frame, seeds, State(before.must, before.may), parsed_body=before.valid)
    return Verdict(handler, before, walk.run())


def finding(ctx: Context, rule: str, verdict: Verdict, message: str, help_: str) -> Finding:
    """A finding anchored on a handler's name, or on the registration that holds it."""
    from fourlayer.rule.model import Finding

    handler = verdict.handler
    path = handler.route.path if handler.route is not None else handler.frame.path
    provider = ctx.view.provider_of(path)
    return Finding(
        rule=rule,
        path=path,
        span=handler.span,
        message=message,
        help=help_,
        scope=handler.name.partition(" ")[0],
        key=handler.name,
        provider=provider.name if provider is not None else None,
    )


def listed(flaws: list[str]) -> str:
    """Flaws as one clause: `a; b, and c`."""
    if len(flaws) < 2:
        return "".join(flaws)
    return f"{'; '.join(flaws[:-1])}; and {flaws[-1]}"


def does_something(verdict: Verdict) -> bool:
    """Whether a handler uses its payload, or sets anything off at all."""
    return verdict.effects.used or verdict.effects.opaque


def lacks(verdict: Verdict, step: str) -> bool:
    """Whether a step is missing where the payload is used; where it is not, wherever the handler acts."""
    return step in (verdict.effects.lacks if verdict.effects.used else verdict.effects.acts)
