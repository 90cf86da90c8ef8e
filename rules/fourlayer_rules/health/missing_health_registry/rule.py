"""missing-health-registry: nothing knows the integrations' health, or nothing serves what it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from fourlayer.rule.model import Finding, FixPlan
from fourlayer.syntax.span import Span
from fourlayer_rules.derive.anchor import anchor_of, first_statement
from fourlayer_rules.health._registry import literals, registries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change
    from fourlayer_rules.health._registry import Registry
    from fourlayer_rules.health._routes import Served

_ID = "missing-health-registry"
_CREATE = "create-registry"
_SERVE = "serve-report"


class Options(NamedTuple):
    """Where the report is served."""

    path: Annotated[str, "The path under which the health of all integrations can be asked for."] = (
        "/health/deps"
    )


class MissingHealthRegistry:
    """Judges the workspace, once."""

    options = Options

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report that there is no registry; else that nobody can ask the one there is."""
        if not ctx.view.providers or not _has_consumer(ctx):
            return
        path = route_of(ctx)
        known = registries(ctx)
        if not known:
            yield _no_registry(ctx, path)
            return
        from fourlayer_rules.derive.processes import inert_without_roots
        from fourlayer_rules.health._routes import served

        if not ctx.view.roots:
            inert_without_roots(ctx, _ID)
            return
        answer = served(ctx.view, path)
        if answer.answer != "yes":
            yield _no_route(ctx, path, known[0], _with_computed(ctx, answer))

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Create the registry and its route; or the route alone, for a registry that can report."""
        from fourlayer_rules.health.missing_health_registry._fix import create, serve

        path = route_of(ctx)
        if finding.key == "registry" and create(ctx, path) is not None:
            title = f"Create a health registry and serve it at {path}"
            yield FixPlan(_CREATE, title, "unsafe", "workspace", preferred=True)
        elif finding.key == "route" and not finding.data.get("open") and serve(ctx, path) is not None:
            yield FixPlan(_SERVE, f"Serve its report at {path}", "unsafe", "workspace", preferred=True)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """See `plans`."""
        from fourlayer_rules.health.missing_health_registry._fix import create, serve

        return create(ctx, route_of(ctx)) if plan.kind == _CREATE else serve(ctx, route_of(ctx))


def route_of(ctx: Context) -> str:
    """The configured path."""
    path = ctx.options.path if isinstance(ctx.options, Options) else Options().path
    return "/" + path.strip("/")


def _has_consumer(ctx: Context) -> bool:
    """Whether a package may host integrations: an allowed consumer, or the application around them."""
    from fourlayer.syntax.glob import globs

    allowed = ctx.settings.workspace.allowed_consumers
    plain = [one for one in allowed if not any(char in one for char in "*?[{")]
    if any(ctx.view.exists(f"{folder}/package.json") for folder in plain):
        return True
    around = {provider.root for provider in ctx.view.providers}
    homes = {(_package(ctx, root), root.partition("/")[0]) for root in around}
    return any(
        globs(allowed).covers(path) or (_package(ctx, path), path.partition("/")[0]) in homes
        for path in ctx.view.roots
    )


def _package(ctx: Context, path: str) -> str:
    """The folder of the package that a file or folder belongs to; "" for the workspace's own."""
    folder = path
    while folder and not ctx.view.exists(f"{folder}/package.json"):
        folder = folder.rpartition("/")[0]
    return folder


def _with_computed(ctx: Context, answer: Served) -> Served:
    """Where no route is found: one that is computed beside a registry may be the wanted one."""
    from fourlayer_rules.health._routes import Served, computed_routes

    if answer.answer == "unknown":
        return answer
    triggers = tuple(part.encode() for part in literals(ctx.settings.symbols.health_registry))
    for path in ctx.view.survey(computed_routes(triggers)):
        if ctx.view.reach(path).verdict != "unreached":
            return Served("unknown", path)
    return answer


def _anchor(ctx: Context) -> tuple[str, Span]:
    """Where a person sees it: the index beside the providers, else the first provider's own place."""
    first = ctx.view.providers[0]
    index = f"{first.root}/index.ts" if first.root else "index.ts"
    if ctx.view.exists(index):
        return index, first_statement(ctx, index)
    return anchor_of(ctx, first)


def _no_registry(ctx: Context, path: str) -> Finding:
    at, span = _anchor(ctx)
    names = ", ".join(f"`{name}`" for name in ctx.settings.symbols.health_registry)
    return Finding(
        rule=_ID,
        path=at,
        span=span,
        message=(
            f"The workspace has no health registry ({names}): health checks have nowhere to go, and nobody "
            "can see which integrations there are and which of them is down."
        ),
        help=f"Create one in the package that hosts the integrations, and serve its report at `{path}`.",
        key="registry",
    )


def _no_route(ctx: Context, path: str, registry: Registry, answer: Served) -> Finding:
    from fourlayer_rules.derive.processes import likely_root

    at, span = _anchor(ctx)
    unknown = answer.answer == "unknown"
    root = likely_root(ctx)
    where = f" in `{root}` or what it loads" if root is not None else ""
    if unknown:
        message = (
            f"Whether `{path}` is served cannot be told: `{answer.where}` puts paths together as it runs."
        )
    elif answer.where:
        message = f"No process serves `{path}`: the route in `{answer.where}` is never set up."
    else:
        message = (
            f"Nothing serves `{path}`: `{registry.name}` knows the integrations, and their state is not where"
            " operators look for it."
        )
    return Finding(
        rule=_ID,
        path=at,
        span=span,
        message=message,
        help=f"Serve the report of `{registry.name}` (`{registry.path}`) at `{path}`{where}.",
        certainty="unverifiable" if unknown else "violation",
        key="route",
        data={"open": unknown or bool(answer.where)},
    )


rule = MissingHealthRegistry()
