"""missing-test: the adapter or the error mapping has no test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Create, Finding, FixPlan, TextEdit
from fourlayer_rules.derive.anchor import anchor_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer_rules.structure.missing_test._tests import Tested

_ID = "missing-test"
_KIND = "create-test"
_OLDEST = 2
"""The major version of vitest that the tests are written for; mocks were typed otherwise before."""

_HELP = {
    "adapter": "Create `__tests__/adapter.test.ts`: with a mocked transport, what connects, what each status "
    "comes to, and that nothing is left after `disconnect`.",
    "errors": "Create `__tests__/errors.test.ts`: what each status comes to, that errors of ours come back "
    "unchanged, and what becomes of unknown ones.",
}


class MissingTest:
    """Judges one provider's tests."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each of the two tests that is absent and has no equivalent."""
        from fourlayer_rules.structure.missing_test._tests import has_test, tested

        provider = ctx.view.provider(target)
        if provider is None:
            return
        for subject in tested(ctx, provider):
            if has_test(ctx, provider, subject):
                continue
            path, span = anchor_of(ctx, provider)
            yield Finding(
                rule=_ID,
                path=path,
                span=span,
                message=_message(provider, subject),
                help=_HELP[subject.kind],
                key=subject.key,
                provider=provider.name,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Write the test, where the workspace runs vitest and something is certain of the code."""
        found = _subject(ctx, finding)
        if found is None:
            return
        provider, subject = found
        if _can_run(ctx, provider, subject) and _place(ctx, provider, subject) is not None:
            from fourlayer_rules.derive.model import build_model
            from fourlayer_rules.templates.tests import can_render

            if can_render(subject.kind, build_model(ctx.view, ctx.settings, provider)):
                title = f"Create __tests__/{subject.key}"
                yield FixPlan(_KIND, title, "safe", "workspace", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Write a test of what is certain of the code as it is; None where nothing is."""
        from fourlayer_rules.derive.model import build_model
        from fourlayer_rules.templates.tests import render

        found = _subject(ctx, finding)
        place = _place(ctx, *found) if found is not None else None
        if found is None or place is None or plan.kind != _KIND:
            return None
        text = render(found[1].kind, build_model(ctx.view, ctx.settings, found[0]))
        if text is None:
            return None
        if not ctx.view.exists(place):
            return Change(creates=(Create(place, text),))
        return Change({place: (TextEdit(0, len(ctx.view.read(place) or b""), text),)})


def _message(provider: Provider, subject: Tested) -> str:
    if subject.kind == "adapter":
        return (
            f"`{subject.path[len(provider.path) + 1 :]}` has no test: whether it connects, maps "
            "refusals and lets go of the tenant shows in production only."
        )
    return (
        f"The errors of `{provider.path}/` have no test: a status that is mapped wrongly is retried "
        "for ever, or never."
    )


def _subject(ctx: Context, finding: Finding) -> tuple[Provider, Tested] | None:
    from fourlayer_rules.structure.missing_test._tests import tested

    provider = ctx.view.provider(finding.provider or "")
    for subject in tested(ctx, provider) if provider is not None else ():
        if provider is not None and subject.key == finding.key:
            return provider, subject
    return None


def _place(ctx: Context, provider: Provider, subject: Tested) -> str | None:
    """Where the test goes; None where a file with something in it has the name."""
    from fourlayer_rules.templates.tests import path_of

    path = path_of(provider, subject.kind)
    data = ctx.view.read(path) if ctx.view.exists(path) else b""
    return path if data is not None and not data.strip() else None


def _can_run(ctx: Context, provider: Provider, subject: Tested) -> bool:
    """Whether the workspace runs vitest, would find the test, and has what the subject imports."""
    from fourlayer_rules.derive.runner import VITEST, collects, is_installed, is_older, version_of
    from fourlayer_rules.templates.tests import path_of

    facts = ctx.view.facts(subject.path)
    path = path_of(provider, subject.kind)
    if facts is None or not facts.trusted or ctx.settings.conventions.test_runner != VITEST:
        return False
    version = version_of(ctx.view, path, VITEST)
    if version is None or is_older(version, _OLDEST) or collects(ctx.view, path, VITEST) is False:
        return False
    packages = {
        item.specifier
        for item in facts.imports
        if item.kind == "import"
        and not item.type_only
        and not item.specifier.startswith((".", "/", "#", "node:"))
    }
    return all(
        is_installed(ctx.view, path, name) or ctx.view.resolve(name, subject.path).path is not None
        for name in packages
    )


rule = MissingTest()
