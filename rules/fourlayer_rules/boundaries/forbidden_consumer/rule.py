"""forbidden-consumer: a package outside the allow-list imports integrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from fourlayer.config.settings import GLOB
from fourlayer.project.tree import parent
from fourlayer.rule.model import Finding
from fourlayer.syntax.glob import globs
from fourlayer_rules.boundaries._places import in_integrations, is_allowed_consumer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, FixPlan
    from fourlayer.syntax.facts import Import


class Options(NamedTuple):
    """What is no consumer."""

    tooling: Annotated[
        tuple[str, ...],
        "Globs of files that are no part of the product and may import integrations.",
        GLOB,
    ] = ("*", "bench/**", "e2e/**", "scripts/**", "test/**", "tests/**", "tools/**")


class ForbiddenConsumer:
    """Judges the imports of one file outside the integrations."""

    options = Options

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each import of an integration in a file that may have none."""
        view = ctx.view
        if is_allowed_consumer(ctx.settings, target) or _is_tooling(ctx, target):
            return
        if in_integrations(view, target):
            return
        facts = view.facts(target)
        for item in facts.imports if facts is not None else ():
            if not item.trusted or item.kind == "mock":
                continue
            what = _imported(view, item, target)
            if what is not None:
                yield _finding(ctx, target, item, what)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """None: who needs the data must ask the backend for it."""
        yield from ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """None."""
        return None


rule = ForbiddenConsumer()


def _is_tooling(ctx: Context, path: str) -> bool:
    options = ctx.options
    return isinstance(options, Options) and globs(options.tooling).match(path)


def _imported(view: View, item: Import, importer: str) -> str | None:
    """What of the integrations an import names, in words; None where it names something else."""
    path = view.resolve(item.specifier, importer).path
    if path is None:
        package = view.layout.package
        named = item.specifier == package or item.specifier.startswith(package + "/")
        return f"`{item.specifier}`" if package and named else None
    if not in_integrations(view, path):
        return None
    provider = view.provider_of(path)
    return f"the `{provider.name}` integration" if provider is not None else f"`{item.specifier}`"


def _finding(ctx: Context, path: str, item: Import, what: str) -> Finding:
    consumer = _package_of(ctx.view, path)
    allowed = ", ".join(f"`{each}`" for each in ctx.settings.workspace.allowed_consumers)
    return Finding(
        rule="forbidden-consumer",
        path=path,
        span=item.span,
        message=(
            f"`{consumer}` imports {'types of ' if item.type_only else ''}{what}, but may not: integrations "
            "hold the tenants' credentials and count their calls, which is for the services that run them."
        ),
        help=(
            f"Ask a service that may import integrations ({allowed or 'none is allowed'}) for the data, "
            "or add this package to `allowed-consumers`."
        ),
        key=item.specifier,
    )


def _package_of(view: View, path: str) -> str:
    """The folder of the package that a file belongs to, else the file's own."""
    folder = parent(path)
    while folder:
        if view.exists(f"{folder}/package.json"):
            return folder
        folder = parent(folder)
    return parent(path)
