"""The fixes of missing-health-registry: a registry with its report, and the route that serves it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, Create, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.editing import FileEditor
from fourlayer_rules.derive.style import style_of
from fourlayer_rules.health._registry import registries
from fourlayer_rules.health.missing_health_registry._host import host_of, instance_of

if TYPE_CHECKING:
    from fourlayer.rule.context import Context
    from fourlayer_rules.derive.style import Style
    from fourlayer_rules.health.missing_health_registry._host import Made

_CLASS = "IntegrationHealthRegistry"
_INSTANCE = "integrationHealthRegistry"

_REGISTRY = """\
/** What a provider's `register.ts` tells the process that hosts it. */
export interface IntegrationHealthEntry {
  name: string;
  configSchema: { safeParse(input: unknown): { success: boolean } };
  /** Whether the process is unready while the service is down; an optional one only degrades it. */
  required: boolean;
  isEnabled: () => boolean;
  checkHealth: () => Promise<{ status: string }>;
}

export interface DependencyReport {
  ready: boolean;
  degraded: boolean;
  /** By name: what its check says, or "disabled". */
  dependencies: Record<string, string>;
}

/** Knows every integration that this process hosts. Start-up and readiness probes do not ask it. */
export class IntegrationHealthRegistry {
  private readonly entries = new Map<string, IntegrationHealthEntry>();

  registerIntegration(entry: IntegrationHealthEntry): void {
    this.entries.set(entry.name, entry);
  }

  /** Asks every enabled integration, all at once. Never rejects. */
  async report(): Promise<DependencyReport> {
    const found = await Promise.all(
      [...this.entries.values()].map(async (entry) => ({ entry, status: await statusOf(entry) }))
    );
    return {
      ready: !found.some(({ entry, status }) => entry.required && status === "unhealthy"),
      degraded: found.some(({ status }) => status === "unhealthy" || status === "degraded"),
      dependencies: Object.fromEntries(found.map(({ entry, status }) => [entry.name, status])),
    };
  }
}

async function statusOf(entry: IntegrationHealthEntry): Promise<string> {
  try {
    if (!entry.isEnabled()) return "disabled";
    const { status } = await entry.checkHealth();
    return status;
  } catch {
    return "unhealthy";
  }
}

export const integrationHealthRegistry = new IntegrationHealthRegistry();
"""

_REPORTED = {
    "express": """\
{app}.get("{path}", async (_req, res, next) => {{
  try {{
    const report = await {registry}.report();
    res.status(report.ready ? 200 : 503).json(report);
  }} catch (error) {{
    next(error);
  }}
}});
""",
    "fastify": """\
{app}.get("{path}", async (_request, reply) => {{
  const report = await {registry}.report();
  return reply.code(report.ready ? 200 : 503).send(report);
}});
""",
    "hono": """\
{app}.get("{path}", async (context) => {{
  const report = await {registry}.report();
  return context.json(report, report.ready ? 200 : 503);
}});
""",
}
"""By framework, a route for the registry above."""

_SERVED = {
    "express": """\
{app}.get("{path}", async (_req, res, next) => {{
  try {{
    res.json(await {registry}.{method}());
  }} catch (error) {{
    next(error);
  }}
}});
""",
    "fastify": '{app}.get("{path}", async () => {registry}.{method}());\n',
    "hono": '{app}.get("{path}", async (context) => context.json(await {registry}.{method}()));\n',
}
"""By framework, a route for a registry that is there."""

_ROUTER = """\
import {{ Router }} from "express";

import {{ {instance} }} from "{specifier}";

/** Serves the health of all integrations at {path}. */
export function integrationHealthRoutes(): Router {{
  const router = Router();
{route}  return router;
}}
"""


def create(ctx: Context, path: str) -> Change | None:
    """A registry in the host, and a route in its application; None where no host is known."""
    host = host_of(ctx)
    if host is None:
        return None
    folder = f"{host.folder}/health" if host.folder else "health"
    target = f"{folder}/{_CLASS}.ts"
    made = host.made
    witness = (
        [made.path] if made is not None else [one for one in ctx.view.roots if one.startswith(host.folder)]
    )
    style = style_of(ctx.view, sorted(witness)[:3])
    if ctx.view.exists(target):
        return None
    creates = [Create(target, style.apply(_REGISTRY))]
    edits: dict[str, tuple[TextEdit, ...]] = {}
    if made is not None:
        editor = FileEditor(made.facts, style)
        editor.want(style.specifier(target, made.path), _INSTANCE)
        text = _REPORTED[made.framework].format(app=made.name, path=path, registry=_INSTANCE)
        _insert(editor, made, style, text)
        edits[made.path] = editor.edits()
    elif host.framework == "express":
        router = f"{folder}/integrationHealthRoutes.ts"
        if not ctx.view.exists(router):
            creates.append(Create(router, style.apply(_router(style, target, router, path))))
    return Change(edits, tuple(creates))


def _router(style: Style, target: str, router: str, path: str) -> str:
    text = _REPORTED["express"].format(app="router", path=path, registry=_INSTANCE)
    route = "".join(f"  {line}\n" for line in text.splitlines())
    specifier = style.specifier(target, router)
    return _ROUTER.format(instance=_INSTANCE, specifier=specifier, path=path, route=route)


def serve(ctx: Context, path: str) -> Change | None:
    """A route for the report of a registry that is known where the application is made."""
    host = host_of(ctx)
    known = next((one for one in registries(ctx) if one.kind == "class"), None)
    made = host.made if host is not None else None
    if known is None or made is None:
        return None
    method = _report_method(ctx, known.path, known.name)
    instance = instance_of(ctx.view, made, known.name)
    if method is None or instance is None:
        return None
    style = style_of(ctx.view, [made.path])
    editor = FileEditor(made.facts, style)
    values = {"app": made.name, "path": path, "registry": instance, "method": method}
    _insert(editor, made, style, _SERVED[made.framework].format(**values))
    return Change({made.path: editor.edits()})


def _insert(editor: FileEditor, made: Made, style: Style, text: str) -> None:
    """Put statements after the one that makes the application."""
    lines = editor.local(text).rstrip().splitlines()
    indented = style.newline.join(made.indent + line if line else line for line in lines)
    end = made.end
    if made.facts.text.data[end : end + 1] == b";":
        end += 1
    editor.replace(end, end, style.newline + indented)


def _report_method(ctx: Context, path: str, name: str) -> str | None:
    """The registry's method that tells the state of all, without being told anything."""
    facts = ctx.view.facts(path)
    decl = facts.decl(name) if facts is not None else None
    for member in decl.members if decl is not None else ():
        node = member.node
        if not isinstance(node, n.ClassMember) or node.kind != "method" or node.function is None:
            continue
        if {"private", "protected", "static"} & set(node.modifiers) or not _tells(member.name or ""):
            continue
        if all(p.optional or p.rest or p.default is not None for p in node.function.params):
            return member.name
    return None


def _tells(name: str) -> bool:
    return (
        re.match(r"(?:get)?(?:report|status|snapshot|summary|health|checkall|runall|collect)", name.lower())
        is not None
    )
