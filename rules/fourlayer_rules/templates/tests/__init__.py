"""The tests that fixes write: what they assert was found by running the provider's own code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fourlayer.project.layout import Provider
    from fourlayer_rules.derive.model import ProviderModel

TestKind = Literal["adapter", "errors"]
"""The tests that every provider has."""


def path_of(provider: Provider, kind: TestKind) -> str:
    """Where a test lies."""
    return f"{provider.path}/__tests__/{kind}.test.ts"


def can_render(kind: TestKind, model: ProviderModel) -> bool:
    """Whether `render` gives a file: a part of its work, done until that is certain."""
    if kind == "errors":
        from fourlayer_rules.templates.tests import errors

        return errors.can_render(model, path_of(model.provider, kind))
    from fourlayer_rules.templates.tests import adapter

    return adapter.can_render(model, path_of(model.provider, kind))


def render(kind: TestKind, model: ProviderModel) -> str | None:
    """A test file for vitest in the provider's style; None where nothing can be asserted for sure.

    The model must be one of files that exist: what a change only plans cannot be run.
    """
    if kind == "errors":
        from fourlayer_rules.templates.tests import errors

        return errors.render(model, path_of(model.provider, kind))
    from fourlayer_rules.templates.tests import adapter

    return adapter.render(model, path_of(model.provider, kind))
