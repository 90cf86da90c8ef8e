"""`health.ts`: whether the service can be reached, asked for real, within a time limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fourlayer_rules.derive.shared import Field, import_path, locate, object_fields
from fourlayer_rules.derive.symbols import Declared, exported

if TYPE_CHECKING:
    from fourlayer_rules.derive.model import ProviderModel

_TYPE = "HealthStatus"


class Shape(NamedTuple):
    """How a health status is filled: its properties as expressions, and the one that holds the code."""

    source: Declared | None
    """Where the type is declared; None: health.ts declares it itself."""
    properties: tuple[tuple[str, str], ...]
    error: str | None


class HealthCode(NamedTuple):
    """The parts of health.ts: what to import, and the declarations in their order."""

    imports: tuple[tuple[str, str, bool], ...]
    """Specifier, name, whether as a type only."""
    text: str


def render(model: ProviderModel) -> str:
    """The whole file."""
    code = health_code(model, model.path("health"))
    lines = [
        f'import {"type " if type_only else ""}{{ {name} }} from "{specifier}";'
        for specifier, name, type_only in code.imports
    ]
    start = "\n".join(lines) + "\n\n" if lines else ""
    return model.style.apply(start + code.text)


def health_code(model: ProviderModel, path: str, probe: Probe | None = None) -> HealthCode:
    """The health check and what it needs; `probe` instead of the derived one."""
    shape = status_shape(model)
    imports: list[tuple[str, str, bool]] = []
    if shape.source is not None:
        source = import_path(model.view, shape.source, _TYPE)
        imports.append((model.specifier(source, path), _TYPE, True))
    asked = probe if probe is not None else _probe(model, path, imports)
    parts = [_OWN_STATUS] if shape.source is None else []
    parts += [asked.constant + "const HEALTH_TIMEOUT_MS = 3_000;\n"]
    parts += [_probe_type(model, asked), _check(model, shape, asked), _failure(model.pascal, asked)]
    if asked.body is not None:
        result = "number | undefined" if asked.optional else "number"
        parts.append(
            f"async function reach{model.pascal}({asked.parameter}): Promise<{result}> {{\n{asked.body}}}\n"
        )
    parts.append(_REJECT)
    return HealthCode(tuple(imports), "\n".join(parts))


class Probe(NamedTuple):
    """The default probe: its body (None: there is none), and what stands before it."""

    body: str | None
    constant: str = ""
    optional: bool = False
    """Whether it may find nothing to ask."""
    validated: bool = False
    """Whether it may meet an environment that does not validate."""
    parameter: str = "signal: AbortSignal"


def _probe_type(model: ProviderModel, asked: Probe) -> str:
    result = "number | undefined" if asked.optional else "number"
    otherwise = ", or with nothing where no address is configured" if asked.optional else ""
    return f"""\
/** Asks {model.display} for any answer and resolves with its HTTP status{otherwise}. */
export type {model.pascal}Probe = (signal: AbortSignal) => Promise<{result}>;
"""


def _check(model: ProviderModel, shape: Shape, asked: Probe) -> str:
    pascal = model.pascal
    probe = f"probe: {pascal}Probe = reach{pascal}" if asked.body is not None else f"probe?: {pascal}Probe"
    lines = [f"    {key}," if key == value else f"    {key}: {value}," for key, value in shape.properties]
    if shape.error is not None:
        held = "errorCode" if shape.error == "errorCode" else f"{shape.error}: errorCode"
        lines.append(f"    ...(errorCode === undefined ? {{}} : {{ {held} }}),")
    properties = "\n".join(lines)
    return f"""\
/** Whether {model.display} can be reached. Never rejects, answers in time, names a failure by a code. */
export async function {model.names.health_check}(
  {probe},
  timeoutMs: number = HEALTH_TIMEOUT_MS
): Promise<{_TYPE}> {{
  const startedAt = Date.now();
  const errorCode = await failureOf(probe, timeoutMs);
  return {{
{properties}
  }};
}}
"""


def _failure(pascal: str, asked: Probe) -> str:
    given = f"{pascal}Probe" if asked.body is not None else f"{pascal}Probe | undefined"
    unset = "" if asked.body is not None else '  if (probe === undefined) return "not_configured";\n'
    silent = '    if (status === undefined) return "not_configured";\n' if asked.optional else ""
    invalid = (
        '    if (error instanceof Error && error.name === "ZodError") return "invalid_config";\n'
        if asked.validated
        else ""
    )
    return f"""\
/** A code of ours for what went wrong, never the vendor's words; undefined when there was an answer. */
async function failureOf(probe: {given}, timeoutMs: number): Promise<string | undefined> {{
{unset}  const signal = AbortSignal.timeout(timeoutMs);
  try {{
    const status = await Promise.race([probe(signal), rejectOnAbort(signal)]);
{silent}    return status >= 500 ? `http_${{status}}` : undefined;
  }} catch{" (error)" if asked.validated else ""} {{
    if (signal.aborted) return "timeout";
{invalid}    return "unreachable";
  }}
}}
"""


_REJECT = """\
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
"""

_OWN_STATUS = """\
export interface HealthStatus {
  status: "healthy" | "unhealthy";
  latencyMs: number;
  checkedAt: string;
  /** A code of ours, never the vendor's message. */
  errorCode?: string;
}
"""


def _probe(model: ProviderModel, path: str, imports: list[tuple[str, str, bool]]) -> Probe:
    """Asks the configured address, else the one that the adapter names, else nobody."""
    config = model.config
    if config is not None and config.url_key is not None:
        imports.append((model.specifier(config.path, path), config.loader, False))
        loaded = f"{'await ' if config.asynchronous else ''}{config.loader}()"
        if config.url_optional:
            read = f"  const {{ {config.url_key} }} = {loaded};\n"
            unset = f"  if ({config.url_key} === undefined) return undefined;\n"
            return Probe(read + unset + _ask(config.url_key), optional=True, validated=True)
        value = f"({loaded})" if config.asynchronous else loaded
        return Probe(_ask(f"{value}.{config.url_key}"), validated=True)
    url = model.url()
    if url is not None and url.default is not None:
        return Probe(_ask("BASE_URL"), f"const BASE_URL = {url.default};\n")
    return Probe(None)


def _ask(address: str) -> str:
    return f"""\
  const response = await fetch({address}, {{ redirect: "manual", signal }});
  await response.body?.cancel();
  return response.status;
"""


def status_shape(model: ProviderModel) -> Shape:
    """How the workspace's `HealthStatus` is filled; one of our own where it has none that can be."""
    source = _status_type(model)
    fields = object_fields(model.view, source) if source is not None else None
    if source is not None and fields is not None:
        shape = _filled(model, source, fields)
        if shape is not None:
            return shape
    own = (
        Field("status", '"healthy" | "unhealthy"', False),
        Field("latencyMs", "number", False),
        Field("checkedAt", "string", False),
        Field("errorCode", "string", True),
    )
    filled = _filled(model, None, own)
    return filled if filled is not None else Shape(None, (), None)


def shape_of(model: ProviderModel, source: Declared) -> Shape | None:
    """How a status of a type of the workspace is filled; None where it asks for what nobody knows."""
    fields = object_fields(model.view, source)
    return None if fields is None else _filled(model, source, fields)


def unhealthy(shape: Shape, started: str) -> str:
    """An object literal for a service that is down, in one line.

    `started` names when the check began, in milliseconds; `errorCode` must be a variable where the shape
    has a place for it.
    """
    parts = [_when_down(key, value, started) for key, value in shape.properties]
    if shape.error is not None:
        parts.append("errorCode" if shape.error == "errorCode" else f"{shape.error}: errorCode")
    return "{ " + ", ".join(parts) + " }"


def _when_down(key: str, value: str, started: str) -> str:
    """One property as it is where `errorCode` is set."""
    if value == "errorCode === undefined":
        value = "false"
    elif value.startswith("errorCode === undefined ?"):
        value = value.rpartition(" : ")[2]
    elif value == "errorCode ?? null":
        value = "errorCode"
    value = value.replace("startedAt", started)
    return key if key == value else f"{key}: {value}"


def _status_type(model: ProviderModel) -> Declared | None:
    path = model.path("types")
    if model.view.exists(path):
        own = exported(model.view, path, _TYPE)
        if isinstance(own, tuple):
            return own
    return locate(model.view, model.provider, _TYPE)


def _filled(model: ProviderModel, source: Declared | None, fields: tuple[Field, ...]) -> Shape | None:
    properties: list[tuple[str, str]] = []
    error: str | None = None
    for field in fields:
        value = _value(model, source, field)
        if field.name.lower() in {"errorcode", "code", "error", "reason"} and "string" in field.type:
            if field.optional:
                error = error or field.name
            elif "null" in field.type:
                properties.append((field.name, "errorCode ?? null"))
            elif "undefined" in field.type:
                properties.append((field.name, "errorCode"))
            else:
                return None
        elif value is not None:
            properties.append((field.name, value))
        elif not field.optional:
            return None
    if not any("errorCode ===" in value for _, value in properties):
        return None
    return Shape(source, tuple(properties), error)


def _value(model: ProviderModel, source: Declared | None, field: Field) -> str | None:
    name = field.name.lower()
    if name in {"healthy", "ok", "ishealthy", "up"} and field.type == "boolean":
        return "errorCode === undefined"
    if name in {"status", "state"}:
        good, bad = _words(model, source, field.type)
        return (
            f'errorCode === undefined ? "{good}" : "{bad}"' if good is not None and bad is not None else None
        )
    if name in {"latencyms", "latency", "responsetimems", "responsetime", "durationms", "duration"}:
        return "Date.now() - startedAt" if "number" in field.type else None
    if name in {"checkedat", "timestamp", "lastchecked", "lastcheckedat", "checkedon", "time"}:
        return {
            "string": "new Date(startedAt).toISOString()",
            "Date": "new Date(startedAt)",
            "number": "startedAt",
        }.get(field.type)
    if name in {"provider", "name", "service", "integration", "source"} and not field.optional:
        return f'"{model.folder}"'
    return None


def _words(model: ProviderModel, source: Declared | None, text: str) -> tuple[str | None, str | None]:
    """What the type calls a service that answers and one that does not."""
    if '"' not in text and "'" not in text and source is not None:
        found = locate(model.view, model.provider, text)
        text = found.decl.text_of(found.decl.node) if found is not None else ""
    good = next((word for word in ("healthy", "ok", "up", "pass") if _says(text, word)), None)
    bad = next((word for word in ("unhealthy", "error", "down", "fail") if _says(text, word)), None)
    return good, bad


def _says(text: str, word: str) -> bool:
    return f'"{word}"' in text or f"'{word}'" in text
