"""`errors.ts`: the provider's error class and the wrapper that maps whatever a call threw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import chain_of, member_names
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer_rules.derive.shared import ErrorClass, Field, construct, describe_error, import_path
from fourlayer_rules.derive.style import import_statement

if TYPE_CHECKING:
    from fourlayer_rules.derive.model import ProviderModel
    from fourlayer_rules.derive.symbols import Declared


_WIDTH = 110


class ErrorCode(NamedTuple):
    """A part of errors.ts: the names of shared code that it needs, and its declarations."""

    shared: tuple[str, ...]
    text: str


class Codes(NamedTuple):
    """The error codes that the adapter uses today, or their usual names."""

    not_found: str
    timeout: str
    api: str
    unknown: str


def render(model: ProviderModel) -> str:
    """The whole file."""
    error_class = class_code(model)
    wrapper = wrapper_code(model)
    names = sorted({*error_class.shared, *wrapper.shared})
    lines = [
        import_statement(group, specifier)
        for specifier, group in shared_imports(model, model.path("errors"), names)
    ]
    start = "\n".join(lines) + "\n\n" if lines else ""
    return model.style.apply(f"{start}{error_class.text}\n{wrapper.text}")


def shared_imports(model: ProviderModel, path: str, names: list[str]) -> list[tuple[str, list[str]]]:
    """Which error classes of shared code come from which module."""
    by_name = {error.name: error for error in model.errors.values()}
    grouped: dict[str, list[str]] = {}
    for name in names:
        declared = by_name[name].declared
        target = import_path(model.view, declared, name) if declared is not None else path
        grouped.setdefault(model.specifier(target, path), []).append(name)
    return list(grouped.items())


def error_codes(model: ProviderModel) -> Codes:
    """Read the codes out of the errors that the adapter constructs."""
    prefix = model.provider.env_prefix.lstrip("_")
    used = _used_codes(model)
    general = [
        code for code in used if re.fullmatch(rf"{re.escape(prefix)}_(API_ERROR|HTTP|HTTP_ERROR|ERROR)", code)
    ]
    return Codes(
        next((code for code in used if re.search(r"NOT_?FOUND$", code, re.IGNORECASE)), "NOT_FOUND"),
        next((code for code in used if re.search(r"TIMED?_?OUT$", code, re.IGNORECASE)), "TIMEOUT"),
        general[0] if general else f"{prefix}_API_ERROR",
        f"{prefix}_UNKNOWN",
    )


def _used_codes(model: ProviderModel) -> tuple[str, ...]:
    """The texts like `NOT_FOUND` that stand as arguments of `new ...Error(...)` in the adapter."""
    if model.adapter is None:
        return ()
    codes: dict[str, None] = {}
    for member in model.adapter.decl.members:
        for node in walk(member.node):
            if not isinstance(node, n.New) or not isinstance(node.callee, n.Name):
                continue
            if not node.callee.name.endswith("Error"):
                continue
            for arg in node.args:
                if isinstance(arg, n.Str) and re.fullmatch(r"[A-Za-z]+(_[A-Za-z0-9]+)*", arg.value):
                    codes[arg.value] = None
    return tuple(codes)


# The class

_OWN_PARAMS = (
    Field("message", "string", False),
    Field("code", "string", False),
    Field("retryable", "boolean", False),
    Field("statusCode", "number", True),
    Field("originalError", "unknown", True),
)


def class_code(model: ProviderModel) -> ErrorCode:
    """The provider's error class, on top of the shared base class where it can be."""
    name = model.names.error_class
    base = model.errors.get("base")
    args = _super_args(model, base)
    inherited = _inherited(model) if base is not None and args is not None else set[str]()
    own = [
        ("code", "string"),
        ("retryable", "boolean"),
        ("statusCode", "number | undefined"),
        ("originalError", "unknown"),
    ]
    fields = [(field, type_) for field, type_ in own if field not in inherited]
    declared = "\n".join(f"  readonly {field}: {type_};" for field, type_ in fields)
    assigned = "\n".join(f"    this.{field} = {field};" for field, _ in fields)
    extends = base.name if base is not None and args is not None else "Error"
    shared = (base.name,) if base is not None and args is not None else ()
    text = f"""\
/** An error of {model.display}, or of the way to it. */
export class {name} extends {extends} {{
{declared}

  constructor(
    message: string,
    code: string,
    retryable: boolean,
    statusCode?: number,
    originalError?: unknown
  ) {{
    super({args if args is not None else "message"});
    this.name = "{name}";
{assigned}
  }}
}}
"""
    return ErrorCode(shared, text)


def _super_args(model: ProviderModel, base: ErrorClass | None) -> str | None:
    if base is None:
        return None
    return construct(
        base,
        {
            "message": "message",
            "code": "code",
            "provider": f'"{model.folder}"',
            "retryable": "retryable",
            "status": "statusCode",
            "cause": "originalError",
        },
    )


def _inherited(model: ProviderModel) -> set[str]:
    declared = model.errors["base"].declared
    names: set[str] = set()
    for link in chain_of(model.view, declared).links if declared is not None else ():
        names |= member_names(link.decl)
    return names


# The wrapper


def wrapper_code(model: ProviderModel, own: Declared | None = None) -> ErrorCode:
    """The wrapper and its helpers. `own` is the provider's error class where it exists already."""
    parts = _Wrapper(model, own)
    text = parts.text().replace("error instanceof Error ? error : undefined", "causeOf(error)")
    if "causeOf(" in text:
        text += _CAUSE
    return ErrorCode(tuple(sorted(parts.shared)), _folded(text))


def _folded(text: str) -> str:
    """Long `if (...) return ...;` on three lines."""
    return "\n".join(
        re.sub(r"^( +)(if \(.+?\)) (return new .+;)$", r"\1\2 {\n\1  \3\n\1}", line)
        if len(line) > _WIDTH
        else line
        for line in text.split("\n")
    )


_CAUSE = """
function causeOf(error: unknown): Error | undefined {
  return error instanceof Error ? error : undefined;
}
"""

HELPERS = frozenset(
    {
        "DEFAULT_RETRY_AFTER_MS",
        "causeOf",
        "fromStatus",
        "isNetworkFailure",
        "property",
        "retryAfterMs",
        "statusOf",
    }
)
"""The names that the wrapper declares beside itself."""


class _Wrapper:
    def __init__(self, model: ProviderModel, own: Declared | None) -> None:
        self.model = model
        self.codes = error_codes(model)
        self.shared: set[str] = set()
        fresh = ErrorClass(model.names.error_class, None, _OWN_PARAMS, {})
        self.own = describe_error(model.view, own) if own is not None else fresh

    def text(self) -> str:
        name = self.model.display
        base = self._base()
        limit = self._limit()
        unknown = self.service(f"The call to {name} failed", self.codes.unknown, retryable="false")
        timeout = self.service(f"{name} did not answer in time", self.codes.timeout, retryable="true")
        network = self.special("connection", f"{name} could not be reached") or self.service(
            f"{name} could not be reached", "CONNECTION_ERROR", retryable="true"
        )
        invalid = self.special("validation", f"{name} answered in an unknown shape")
        shape = f'  if (name === "ZodError") return {invalid};\n' if invalid is not None else ""
        return f"""\
/** Maps whatever a call threw to an error of ours; an error of ours comes back unchanged. */
export function {self.model.names.error_wrapper}(error: unknown): {base} {{
  if (error instanceof {base}) return error;
  const name = property(error, "name");
  if (name === "TimeoutError" || name === "AbortError") {{
    return {timeout};
  }}
{shape}  const status = statusOf(error);
  if (status !== undefined) return fromStatus(status, error);
  if (isNetworkFailure(error)) return {network};
  return {unknown};
}}

function fromStatus(status: number, error: unknown): {base} {{
{self._statuses()}
}}
{limit}
/** The HTTP status, wherever clients put it. */
function statusOf(error: unknown): number | undefined {{
  const response = property(error, "response");
  const places = [property(error, "status"), property(error, "statusCode"), property(response, "status")];
  return places.find((place): place is number => typeof place === "number");
}}

/** Whether the service was never reached: the reason is a `code`, of the error or of its cause. */
function isNetworkFailure(error: unknown): boolean {{
  const code = property(error, "code") ?? property(property(error, "cause"), "code");
  return typeof code === "string" && /^(E(CONN|NOTFOUND|AI_AGAIN|HOST|NET|PIPE|TIMEDOUT)|UND_ERR)/.test(code);
}}

function property(value: unknown, key: string): unknown {{
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}}
"""

    def _base(self) -> str:
        """What the wrapper returns: the shared base error where the provider's class is one."""
        base = self.model.errors.get("base")
        if base is None or not self._own_is(base):
            return self.own.name
        self.shared.add(base.name)
        return base.name

    def _own_is(self, base: ErrorClass) -> bool:
        if self.own.declared is None:
            return _super_args(self.model, base) is not None
        chain = chain_of(self.model.view, self.own.declared)
        return any(link.decl.name == base.name for link in chain.links)

    def _statuses(self) -> str:
        name = self.model.display
        auth = self.special("auth", f"{name} rejected the credentials") or self.service(
            f"{name} rejected the credentials", "AUTH_ERROR", "false", "status"
        )
        absent = self.service(f"{name} has no such record", self.codes.not_found, "false", "status")
        limited = self._limited() or self.service(f"{name} asks to wait", "RATE_LIMIT", "true", "status")
        invalid = self.special("validation", f"{name} rejected the request") or self.service(
            f"{name} rejected the request", "VALIDATION_ERROR", "false", "status"
        )
        slow = self.service(f"{name} did not answer in time", self.codes.timeout, "true", "status")
        failed = self.service(
            f"{name} answered ${{status}}", self.codes.api, "status >= 500", "status", template=True
        )
        return f"""\
  if (status === 401 || status === 403) return {auth};
  if (status === 404) return {absent};
  if (status === 408) return {slow};
  if (status === 429) return {limited};
  if (status >= 400 && status < 500) return {invalid};
  return {failed};"""

    def _limited(self) -> str | None:
        error = self.model.errors.get("rate_limit")
        if error is None or self._returns_own():
            return None
        args = construct(error, {**self._values(""), "retry_after": "retryAfterMs(error)"})
        if args is None or "retryAfterMs" not in args:
            return None
        self.shared.add(error.name)
        return f"new {error.name}({args})"

    def _limit(self) -> str:
        if self._limited() is None:
            return ""
        return """
const DEFAULT_RETRY_AFTER_MS = 1_000;

/** How long to wait, from `Retry-After` in seconds or as a date. */
function retryAfterMs(error: unknown): number {
  const headers = property(error, "headers") ?? property(property(error, "response"), "headers");
  const value = headers instanceof Headers ? headers.get("retry-after") : property(headers, "retry-after");
  const seconds = Number(value ?? Number.NaN);
  if (Number.isFinite(seconds)) return Math.max(seconds, 0) * 1000;
  const until = Date.parse(String(value));
  return Number.isNaN(until) ? DEFAULT_RETRY_AFTER_MS : Math.max(until - Date.now(), 0);
}
"""

    def special(self, role: str, message: str) -> str | None:
        """`new AuthError(...)` and the like, where the shared code has the class."""
        error = self.model.errors.get(role)
        if error is None or self._returns_own():
            return None
        args = construct(error, self._values(f'"{message}"'))
        if args is None:
            return None
        self.shared.add(error.name)
        return f"new {error.name}({args})"

    def _returns_own(self) -> bool:
        return self._base() == self.own.name

    def _values(self, message: str) -> dict[str, str]:
        return {"message": message, "provider": f'"{self.model.folder}"', "cause": "error"}

    def service(
        self, message: str, code: str, retryable: str, status: str = "undefined", *, template: bool = False
    ) -> str:
        """`new AcmeServiceError(...)`."""
        args = construct(
            self.own,
            {
                "message": f"`{message}`" if template else f'"{message}"',
                "code": f'"{code}"',
                "provider": f'"{self.model.folder}"',
                "retryable": retryable,
                "status": status,
                "cause": "error",
            },
        )
        return f"new {self.own.name}({args or ''})"

    def constructible(self) -> bool:
        """Whether the provider's own class can be constructed from what is known."""
        roles = ("message", "code", "provider", "retryable", "status", "cause")
        return construct(self.own, dict.fromkeys(roles, "undefined")) is not None


def can_wrap(model: ProviderModel, own: Declared) -> bool:
    """Whether a wrapper can construct the provider's existing error class."""
    return _Wrapper(model, own).constructible()
