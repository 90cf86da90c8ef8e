"""Which names and types are those of a health check of the service, not of the health of something in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.syntax import nodes as n
from fourlayer_rules.derive.shared import object_fields
from fourlayer_rules.derive.symbols import alike, qualified

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fourlayer.project.layout import Provider
    from fourlayer.project.snapshot import View
    from fourlayer.syntax.facts import Decl, FileFacts

_VERBS = frozenset(
    {
        "assess", "check", "do", "evaluate", "execute", "fetch", "get", "perform", "ping", "probe", "query",
        "read", "report", "run", "test", "verify",
    }
)  # fmt: skip
_SERVICE = frozenset(
    {
        "adapter", "api", "app", "client", "connection", "connectivity", "endpoint", "external",
        "integration", "own", "provider", "remote", "service", "system", "upstream", "vendor",
    }
)  # fmt: skip
"""Whose health a check of the service asks for, the provider's own name aside."""
_NOUNS = frozenset({"check", "checker", "checks", "info", "monitor", "probe", "report", "state", "status"})
_ASKING = frozenset({"check", "probe", "test", "verify", "perform", "run"})
_RUNS = frozenset({"check", "execute", "perform", "probe", "run"})
"""What the one method of a class that is called after the check is named."""

GOOD = frozenset({"healthy", "ok", "up", "operational", "pass"})
BAD = frozenset({"unhealthy", "error", "down", "degraded", "fail", "unavailable", "outage"})
STATE_KEYS = frozenset({"status", "state", "health"})
FLAG_KEYS = frozenset({"healthy", "isHealthy", "ok", "up"})
_STATUS = re.compile(r"Health(Status|State|Report|Check|CheckResult|Result)$")


def is_check_name(name: str, owner: str, provider: Provider) -> bool:
    """Whether a function or a method (of `owner`; empty: none) is called after a health check."""
    known = _known(provider)
    words = _words(name, provider)
    if "health" in words:
        return set(words) <= known | _VERBS and words[-1] in _NOUNS | {"health"}
    held = _words(owner, provider)
    return "health" in held and set(held) <= known and len(words) == 1 and words[0] in _RUNS


def claims_to_check(name: str) -> bool:
    """Whether a name says that something is found out: `checkHealth`, `healthProbe`, not `getHealth`."""
    return not _ASKING.isdisjoint(_split(name))


def is_status_type(view: View, path: str, facts: FileFacts, decl: Decl, type_: n.Type) -> bool:
    """Whether a type is that of a health status: by its shape, by its name where that is out of reach."""
    if isinstance(type_, n.TypeUnion):
        return any(is_status_type(view, path, facts, decl, item) for item in type_.items)
    if isinstance(type_, n.TypeObject):
        return any(
            _is_field(view, path, facts, item.name or "", decl.text_of(item.type) if item.type else "")
            for item in type_.members
        )
    if not isinstance(type_, n.TypeRef):
        return False
    if type_.name == "Readonly" and type_.args:
        return is_status_type(view, path, facts, decl, type_.args[0])
    found = qualified(view, path, facts, type_.name)
    fields = object_fields(view, found) if isinstance(found, tuple) else None
    if not isinstance(found, tuple) or fields is None:
        return _STATUS.search(type_.name) is not None
    return any(_is_field(view, found.path, found.facts, field.name, field.type) for field in fields)


def says(words: Iterable[str], texts: frozenset[str]) -> bool:
    """Whether one of the words is among some texts, in any case."""
    return any(word.lower() in texts for word in words)


def _is_field(view: View, path: str, facts: FileFacts, name: str, text: str) -> bool:
    """`status: "healthy" | "unhealthy"`, an alias or enumeration of such words, or `healthy: boolean`."""
    if name in FLAG_KEYS:
        return text == "boolean"
    if name not in STATE_KEYS:
        return False
    if text == "string":
        return True
    if text.isidentifier():
        found = qualified(view, path, facts, text)
        text = found.decl.text_of(found.decl.node) if isinstance(found, tuple) else ""
    words = re.findall(r"[\"'](\w+)[\"']", text)
    return says(words, GOOD) and says(words, BAD)


def _known(provider: Provider) -> frozenset[str]:
    return _SERVICE | _NOUNS | {"health", alike(provider.pascal)}


def _words(name: str, provider: Provider) -> list[str]:
    """The words of a name, the provider's own as one word."""
    marked = re.sub(re.escape(provider.pascal), f"_{alike(provider.pascal)}_", name, flags=re.IGNORECASE)
    return _split(marked)


def _split(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]
