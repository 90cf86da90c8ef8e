"""The tests that fixes and scaffold write: what they assert was found by running the provider's own code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fourlayer_rules.derive.model import ProviderModel

TestKind = Literal["adapter", "errors"]
"""The tests that every provider has."""

RUNNERS = ("vitest",)
"""The test runners that there is a template for."""


def path_of(model: ProviderModel, kind: TestKind) -> str:
    """Where a test lies."""
    return f"{model.provider.path}/__tests__/{kind}.test.ts"


def render(kind: TestKind, model: ProviderModel) -> str | None:
    """A test file in the provider's style; None where nothing can be asserted for sure.

    The model must be one of files that exist: what a change only plans cannot be run.
    """
    if model.conventions.conventions.test_runner not in RUNNERS:
        return None
    if kind == "errors":
        from fourlayer_rules.templates.tests import errors

        return errors.render(model, path_of(model, kind))
    from fourlayer_rules.templates.tests import adapter

    return adapter.render(model, path_of(model, kind))
