"""env-outside-config: a provider reads the environment outside its config.ts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourlayer.rule.model import Finding
from fourlayer.syntax import nodes as n
from fourlayer.syntax.functions import function_of
from fourlayer_rules.config._env import env_uses
from fourlayer_rules.derive.env import takes_env

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Change, FixPlan
    from fourlayer.syntax.facts import FileFacts
    from fourlayer_rules.config._env import EnvUse

_ID = "env-outside-config"
_TOOLS = (".config.ts", ".config.mts", ".config.cts", ".setup.ts", "vitest.workspace.ts")


class EnvOutsideConfig:
    """Judges every file of a provider but its `config.ts`."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each read of a variable, and each use of the environment as a whole."""
        provider = ctx.view.provider_of(target)
        if provider is None or target == f"{provider.path}/config.ts" or target.endswith(_TOOLS):
            return
        facts = ctx.view.facts(target)
        if facts is None:
            return
        for use in env_uses(ctx.view, target, facts):
            if not _is_handed_on(ctx, provider.path, target, facts, use):
                yield _finding(target, provider.name, use)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Move the variable into the configuration, where that can be done whole."""
        from fourlayer_rules.config.env_outside_config._fix import plans

        yield from plans(ctx, finding)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Add the setting to `config.ts` and read it from the loaded configuration."""
        from fourlayer_rules.config.env_outside_config._fix import edits

        return edits(ctx, finding)


def _finding(path: str, provider: str, use: EnvUse) -> Finding:
    if use.name is not None:
        what = f"`{use.name}` is read from the environment"
        risk = "nobody validates it, and where it is missing that shows at the first call"
        key = use.name
    else:
        what = "The environment is used" if use.kind == "whole" else "A variable of the environment is read"
        risk = "what the code needs from it is declared and validated nowhere"
        key = use.decl.text_of(use.node)[:80]
    return Finding(
        rule=_ID,
        path=path,
        span=use.decl.span(use.node),
        message=f"{what} outside config.ts: {risk}.",
        help="Declare it in the schema of config.ts and take it from the loaded configuration.",
        scope=use.decl.qualified_name,
        key=key,
        provider=provider,
    )


def _is_handed_on(ctx: Context, folder: str, path: str, facts: FileFacts, use: EnvUse) -> bool:
    """Whether the environment is merely passed to where it is read.

    That is a function of the provider's own `config.ts`, or one of the same file that takes an environment:
    what it reads is reported there.
    """
    call = use.decl.parent(use.node) if use.kind == "whole" else None
    if not isinstance(call, n.Call) or use.node not in call.args or not isinstance(call.callee, n.Name):
        return False
    for item in facts.imports:
        if any(bound.local == call.callee.name for bound in item.names):
            return ctx.view.resolve(item.specifier, path).path == f"{folder}/config.ts"
    own = facts.decl(call.callee.name)
    function = function_of(own) if own is not None else None
    index = call.args.index(use.node)
    return function is not None and index < len(function.params) and takes_env(function.params[index])


rule = EnvOutsideConfig()
