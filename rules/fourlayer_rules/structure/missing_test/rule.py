"""missing-test: the adapter or the error mapping has no test."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer.rule.model import Change, Create, Finding, FixPlan
from fourlayer_rules.structure._anchor import anchor_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.layout import Provider
    from fourlayer.rule.context import Context
    from fourlayer.syntax.facts import FileFacts, Import
    from fourlayer_rules.templates.tests import TestKind

_ID = "missing-test"
_KIND = "create-test"
_ASSERTS = (b"expect", b"assert", b"should")


class _Tested(NamedTuple):
    """What a test is about: its kind, the file (None: absent), and the name that stands for it."""

    kind: TestKind
    path: str | None
    name: str


class MissingTest:
    """Judges one provider's tests."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each of the two tests that is absent and has no equivalent."""
        provider = ctx.view.provider(target)
        if provider is None:
            return
        for tested in _tested(ctx, provider):
            if _has_test(ctx, provider, tested):
                continue
            path, span = anchor_of(ctx, provider)
            yield Finding(
                rule=_ID,
                path=path,
                span=span,
                message=_message(provider, tested),
                help=_help(tested),
                key=f"{tested.kind}.test.ts",
                provider=provider.name,
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Write the test, where its subject exists and the workspace runs vitest."""
        provider = ctx.view.provider(finding.provider or "")
        tested = _of_key(ctx, provider, finding.key) if provider is not None else None
        if provider is None or tested is None or tested.path is None:
            return
        facts = ctx.view.facts(tested.path)
        if facts is not None and facts.trusted and _can_run(ctx, provider, facts):
            yield FixPlan(
                _KIND, f"Create __tests__/{tested.kind}.test.ts", "safe", "workspace", preferred=True
            )

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Write a test of what is certain of the code as it is; None where nothing is."""
        from fourlayer_rules.derive.model import build_model
        from fourlayer_rules.templates.tests import path_of, render

        provider = ctx.view.provider(finding.provider or "")
        tested = _of_key(ctx, provider, finding.key) if provider is not None else None
        if provider is None or tested is None or tested.path is None or plan.kind != _KIND:
            return None
        model = build_model(ctx.view, ctx.settings, provider)
        path = path_of(model, tested.kind)
        text = None if ctx.view.exists(path) else render(tested.kind, model)
        return Change(creates=(Create(path, text),)) if text is not None else None


def _message(provider: Provider, tested: _Tested) -> str:
    if tested.kind == "adapter":
        return (
            f"`{tested.name}` has no test: whether it connects, maps the service's refusals and lets go of the "
            "tenant shows in production only."
        )
    if tested.path is None:
        return (
            f"The errors of `{provider.path}/` have no test, nor is there an `errors.ts`: whether a refusal may "
            "be retried is decided by nothing."
        )
    return (
        f"The errors of `{provider.path}/` have no test: a status that is mapped wrongly is retried for ever, "
        "or never."
    )


def _help(tested: _Tested) -> str:
    if tested.kind == "errors" and tested.path is None:
        return "Create `errors.ts` first, then `__tests__/errors.test.ts`."
    return f"Create `__tests__/{tested.kind}.test.ts`; the fix derives it from what the code does today."


def _tested(ctx: Context, provider: Provider) -> Iterator[_Tested]:
    """What needs a test. An adapter that is absent is another rule's matter."""
    client = f"{provider.path}/client.ts"
    subject = provider.adapter or (client if ctx.view.exists(client) else None)
    errors = f"{provider.path}/errors.ts"
    has_errors = ctx.view.exists(errors)
    if subject is not None:
        yield _Tested("adapter", subject, _stem(subject) if subject != client else "client.ts")
    if subject is not None or has_errors:
        yield _Tested("errors", errors if has_errors else None, "errors.ts")


def _of_key(ctx: Context, provider: Provider, key: str) -> _Tested | None:
    return next((one for one in _tested(ctx, provider) if f"{one.kind}.test.ts" == key), None)


def _has_test(ctx: Context, provider: Provider, tested: _Tested) -> bool:
    for path in provider.files:
        if not ctx.view.is_test(path):
            continue
        relative = path[len(provider.path) + 1 :]
        if _is_named(relative, tested):
            return True
        data = ctx.view.read(path)
        if data is None or not any(word in data for word in _ASSERTS):
            continue
        if tested.path is not None and _stem(tested.path).encode() in data:
            facts = ctx.view.facts(path)
            if facts is not None and _is_about(ctx, provider, path, facts, tested):
                return True
        elif tested.path is not None and _entry_names(ctx, provider, path, data, tested):
            return True
    return False


def _is_named(relative: str, tested: _Tested) -> bool:
    """Whether a file is the test by its name: in `__tests__`, or beside its source."""
    folder, _, name = relative.rpartition("/")
    stem = name.removesuffix(".ts").removesuffix(".tsx").removesuffix(".mts").removesuffix(".cts")
    if not stem.endswith((".test", ".spec")):
        return False
    subject = stem[:-5]
    if folder == "__tests__" and subject == tested.kind:
        return True
    return folder in {"", "__tests__"} and tested.path is not None and subject == _stem(tested.path)


def _is_about(ctx: Context, provider: Provider, path: str, facts: FileFacts, tested: _Tested) -> bool:
    """Whether a test imports what it would have to be about, and does not mock it."""
    imports = [item for item in facts.imports if _leads_to(ctx, provider, path, item, tested.path or "")]
    if not imports or any(item.kind == "mock" for item in imports):
        return False
    if tested.kind == "adapter":
        return True
    names = {bound.imported for item in imports for bound in item.names}
    # Other tests import error classes to compare with them; the mapping itself is a function.
    return (
        not names or "error" in path.rpartition("/")[2].lower() or any(_is_function(name) for name in names)
    )


def _is_function(name: str) -> bool:
    return name == "*" or name[:1].islower()


def _leads_to(ctx: Context, provider: Provider, path: str, item: Import, target: str) -> bool:
    stem = _stem(target)
    if not item.specifier.startswith(".") or stem not in item.specifier:
        return False
    return ctx.view.resolve(item.specifier, path).path == target


def _entry_names(ctx: Context, provider: Provider, path: str, data: bytes, tested: _Tested) -> bool:
    """Whether a test takes the subject from the provider's public surface."""
    if provider.entry is None or tested.path is None or b"index" not in data:
        return False
    facts, subject = ctx.view.facts(path), ctx.view.facts(tested.path)
    if facts is None or subject is None:
        return False
    names = {export.name for export in subject.exports}
    for item in facts.imports:
        if item.kind != "mock" and _leads_to(ctx, provider, path, item, provider.entry):
            taken = {bound.imported for bound in item.names} & names
            if any(tested.kind == "adapter" or _is_function(name) for name in taken):
                return True
    return False


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _can_run(ctx: Context, provider: Provider, facts: FileFacts) -> bool:
    """Whether the workspace has the test runner and every package that the subject imports."""
    from fourlayer_rules.templates.tests import RUNNERS
    from fourlayer_rules.templates.tests.packages import is_installed

    runner = ctx.settings.conventions.test_runner
    packages = {
        item.specifier
        for item in facts.imports
        if item.kind == "import"
        and not item.type_only
        and not item.specifier.startswith((".", "/", "#", "node:"))
    }
    return runner in RUNNERS and all(
        is_installed(ctx.view, provider, name) or ctx.view.resolve(name, provider.files[0]).path is not None
        for name in (runner, *sorted(packages))
    )


rule = MissingTest()
