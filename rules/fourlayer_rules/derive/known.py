"""Functions, packages and methods whose behaviour is known by their names."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import dotted

if TYPE_CHECKING:
    from collections.abc import Collection

ASKING_GLOBALS = frozenset({"fetch", "WebSocket", "EventSource", "XMLHttpRequest"})
PURE_GLOBALS = frozenset(
    {
        "AbortController", "AbortSignal", "Array", "ArrayBuffer", "BigInt", "Blob", "Boolean", "Buffer",
        "clearInterval", "clearTimeout", "console", "crypto", "Date", "decodeURI", "decodeURIComponent",
        "DOMException", "encodeURI", "encodeURIComponent", "Error", "Event", "EventTarget", "FormData",
        "Function", "Headers", "Infinity", "Intl", "isFinite", "isNaN", "JSON", "Map", "Math", "NaN",
        "Number", "Object", "parseFloat", "parseInt", "performance", "process", "Promise", "queueMicrotask",
        "RangeError", "Reflect", "RegExp", "Request", "Response", "Set", "setImmediate", "setInterval",
        "setTimeout", "String", "structuredClone", "Symbol", "SyntaxError", "TextDecoder", "TextEncoder",
        "TypeError", "Uint8Array", "undefined", "URL", "URLSearchParams", "WeakMap", "WeakSet",
    }
)  # fmt: skip
PURE_PACKAGES = frozenset(
    {
        "node:crypto", "node:path", "node:perf_hooks", "node:process", "node:timers",
        "node:timers/promises", "node:url", "node:util", "date-fns", "dayjs", "p-timeout", "pino", "uuid",
        "winston", "zod",
    }
)  # fmt: skip
PURE_METHODS = frozenset(
    {
        "abort", "addEventListener", "at", "bind", "catch", "charAt", "concat", "endsWith", "entries",
        "every", "filter", "finally", "find", "findIndex", "flat", "flatMap", "forEach", "getTime", "has",
        "includes", "indexOf", "join", "keys", "map", "match", "padEnd", "padStart", "parse", "pop", "push",
        "reduce", "repeat", "replace", "replaceAll", "reverse", "safeParse", "shift", "slice", "some",
        "sort", "split", "startsWith", "stringify", "substring", "then", "toFixed", "toISOString", "toJSON",
        "toLocaleString", "toLowerCase", "toString", "toUpperCase", "trim", "trimEnd", "trimStart",
        "valueOf", "values",
    }
)  # fmt: skip
WAITS = frozenset({"delay", "sleep", "wait", "setTimeout", "setImmediate"})
"""What ends after some time by itself."""
LOGGERS = ("log", "logger", "console")
OBSERVERS = (*LOGGERS, "metrics", "tracer")


def is_called_on(callee: n.Expr, owners: Collection[str]) -> bool:
    """Whether a method is called on something that is named like one of them: `this.logger.warn`."""
    name = dotted(callee) or ""
    return any(part.lower().endswith(tuple(owners)) for part in name.split(".")[:-1])


@cache
def _limit() -> re.Pattern[str]:
    return re.compile(r"time_?-?out|timed|deadline|timelimit|max_?time", re.IGNORECASE)


def says_limit(text: str) -> bool:
    """Whether a name or an expression speaks of a time-out."""
    return bool(text) and _limit().search(text) is not None


def last_name(callee: n.Expr) -> str:
    """The last name of a callee: `get` of `http.get`."""
    return callee.name if isinstance(callee, n.Member | n.Name) else ""
