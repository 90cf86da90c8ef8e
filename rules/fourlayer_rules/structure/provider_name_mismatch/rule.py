"""provider-name-mismatch: an adapter's file, class and provider literal do not agree with the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Finding, FixPlan, Related
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer_rules.structure.provider_name_mismatch._names import Named


class ProviderNameMismatch:
    """Judges the names of one provider's adapter."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report the adapter once, whatever of it does not agree."""
        from fourlayer_rules.structure.provider_name_mismatch._names import named

        provider = ctx.view.provider(target)
        names = named(ctx, provider) if provider is not None else None
        if provider is None or names is None or not names.faults:
            return
        path, span = _anchor(names)
        yield Finding(
            rule="provider-name-mismatch",
            path=path,
            span=span,
            message=(
                f"{_told(names)}: what is keyed by the folder, the class or the literal (registry, limits, "
                "stored ids) is looked for under the wrong name."
            ),
            help=f"Let them agree: {_agreed(names)}.",
            related=tuple(_related(names, path, span)),
            key=" ".join(names.faults),
            provider=provider.name,
        )

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Rename to one of the names that the code gives; the likeliest first."""
        from fourlayer_rules.structure.provider_name_mismatch._fix import plans

        provider = ctx.view.provider(finding.provider or "")
        if provider is not None:
            yield from plans(ctx, provider)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Rename file, class and literal, and rewrite the importers."""
        from fourlayer_rules.structure.provider_name_mismatch._fix import change

        provider = ctx.view.provider(finding.provider or "")
        return change(ctx, provider, plan.argument) if provider is not None else None


def _anchor(names: Named) -> tuple[str, Span]:
    """The class name, the literal, or the first statement of a file that has the wrong name itself."""
    if "class" in names.faults and names.class_span is not None:
        return names.path, names.class_span
    if "file" in names.faults:
        first = next(iter(names.facts.decls), None)
        return names.path, Span(first.start, first.end) if first is not None else Span(0, 0)
    literal = names.literal
    if literal is not None and literal.path == names.path:
        return literal.path, literal.span
    return names.path, names.class_span or Span(0, 0)


def _related(names: Named, path: str, span: Span) -> Iterator[Related]:
    literal = names.literal
    if literal is not None and "provider" in names.faults and (literal.path, literal.span) != (path, span):
        yield Related(f'the provider is called "{literal.value}" here', literal.path, literal.span)


def _told(names: Named) -> str:
    told: list[str] = []
    if "file" in names.faults:
        told.append(f"the file `{names.file}`")
    if "class" in names.faults:
        told.append(f"the class `{names.class_name}`")
    if "provider" in names.faults and names.literal is not None:
        told.append(f'the provider literal "{names.literal.value}"')
    what = _listed(told)
    verb = "does" if len(told) == 1 else "do"
    if names.cased:
        return f"The file `{names.file}` and its class `{names.class_name}` differ in case" + (
            f', and the provider literal is "{names.literal.value}"'
            if "provider" in names.faults and names.literal is not None
            else ""
        )
    return f"{what[0].upper()}{what[1:]} {verb} not agree with the folder `{names.folder}`"


def _agreed(names: Named) -> str:
    wanted: list[str] = []
    if "file" in names.faults:
        wanted.append(f"`{names.pascal}Adapter.ts`")
    if "class" in names.faults:
        wanted.append(f"`class {names.pascal}Adapter`")
    if "provider" in names.faults:
        wanted.append(f'`provider = "{names.folder}"`')
    return _listed(wanted)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


rule = ProviderNameMismatch()
