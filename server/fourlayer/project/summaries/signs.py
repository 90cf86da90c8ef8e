"""The names by which code that is out of reach shows what it does to an inbound request."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from fourlayer.syntax.glob import names_match

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View

_VERIFIES = re.compile(
    r"(verif|valid|authentic|check|assert|ensure|match)\w*(signature|hmac|webhook|digest)"
    r"|(signature|hmac)\w*(valid|verif|match|ok)|^verify(key|request|event|payload|token)?$|^verifyand\w+$",
    re.IGNORECASE,
)
_NOT_VERIFYING = re.compile(r"(payload|body|schema|url|config|input|headers?|exists|id)$", re.IGNORECASE)
_MAKES = re.compile(r"^(create|make|build|get|set|reset|record|format|derive|compute)(?!AndV)", re.IGNORECASE)
_COMPARES = re.compile(
    r"^(timing_?safe|constant_?time|secure_?compare|safe_?(compare|equal))\w*|^(tsscmp|scmp)$", re.IGNORECASE
)
_LIMIT_ASIDE = re.compile(r"(key|headers?|config|options|status|reset|remaining|error)$", re.IGNORECASE)
_CLAIMS = re.compile(
    r"^(try)?_?(claim|reserve|acquire|consume|once|isduplicate|isreplay|isnew|isfirst|seen|markonce|remember"
    r"|register|record|check|mark|add|put|save|set|insert|create|begin|start|run|execute|with|ensure|guard|lock"
    r"|reject|assert|process|store|track|already|detect)",
    re.IGNORECASE,
)
_LOOKS = re.compile(
    r"^(has|get|exists?|find|was|load|read|fetch|list|select|query|is_?processed|has\w*)$|^(has|find|get|was)[A-Z]"
)
_GUARDING = re.compile(
    r"^(claim|consumeOnce|tryClaim|isDuplicate|isReplay|isNew|isFirst|alreadyProcessed"
    r"|markOnce|processOnce|runOnce|once)(?![a-z])"
    r"|(claim|reserve|record|register|is_?(duplicate|replay)|check)\w*(event|delivery|webhook|nonce|replay|duplicate)",
)
_EVENTS = re.compile(r"event|webhook|nonce|idempot|deliver|processed|dedup|inbox|replay", re.IGNORECASE)
_RELEASES = re.compile(
    r"release|^del$|delete|remove|unclaim|roll_?back|clear|forget|fail|retry|abort|undo|unlock|expire|reset"
    r"|dead_?letter|dlq",
    re.IGNORECASE,
)
_LOGS = re.compile(r"(^|\.)(\w*[lL]og(ger)?|console|\w*[mM]etrics?|tracer|span|[sS]entry|telemetry)(\.|$)")
_TELLS = re.compile(r"^(log|audit|track|report)(?=[A-Z_])")
_LOG_METHODS = frozenset(
    {"captureException", "captureMessage", "debug", "error", "inc", "info", "labels", "log", "observe"}
    | {"setAttribute", "setAttributes", "startTimer", "trace", "warn", "increment", "histogram"}
)
_TENANT = re.compile(
    r"tenant|organi[sz]ation|\borg\b|org_?id|workspace|account|customer|connection|team_?id|portal|installation",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\bip\b|ip_?addr|remote_?addr|forwarded|global|client_?ip|\.ip\b", re.IGNORECASE)
_SIGNATURE = re.compile(r"(^|[a-z_])(signature|hmac|digest)$", re.IGNORECASE)
_SIGNATURE_HEADER = re.compile(r"signature|hmac|-sig\b|[-_]digest", re.IGNORECASE)
_SIGNATURE_META = re.compile(r"(version|algo|timestamp|type|input|method|key-?id)", re.IGNORECASE)
_SCHEMA = re.compile(r"(schema|validator)$|^z[A-Z]\w*$", re.IGNORECASE)
_THROWS = frozenset({"constructEvent", "constructEventAsync", "verify", "jwtVerify", "unwrap"})


@cache
def _fits(patterns: tuple[str, ...], name: str) -> bool:
    return names_match(patterns, name)


def is_verifier(view: View, name: str) -> bool:
    """Whether a dotted callee is one of the configured functions that verify."""
    patterns = view.layout.symbols.get("verifiers", ())
    last = name.rpartition(".")[2]
    return _fits(patterns, last) or _fits(patterns, name)


def is_verifying_field(view: View, name: str) -> bool:
    """Whether a property is one of the configured fields that tell who sent a request."""
    return _fits(view.layout.symbols.get("verifiers", ()), name)


def verifies(name: str) -> bool:
    """Whether the last part of a callee's name says that it verifies a signature."""
    if _NOT_VERIFYING.search(name) is not None and "ignature" not in name:
        return False
    return _VERIFIES.search(name) is not None and _MAKES.match(name) is None


def throws(name: str) -> bool:
    """Whether a verifier is known to throw on what is not authentic, and to return the event."""
    return name in _THROWS


def compares(name: str) -> bool:
    """Whether a function compares without telling by its duration how much was equal."""
    return _COMPARES.match(name) is not None


def limits(view: View, name: str) -> bool:
    """Whether a dotted callee counts requests against a limit."""
    last = name.rpartition(".")[2]
    if _LIMIT_ASIDE.search(last) is not None or _MAKES.match(last) is not None:
        return False
    return is_limiter(view, name)


def is_limiter(view: View, name: str) -> bool:
    """Whether the name of a middleware or its object says that it limits the rate."""
    return _fits(view.layout.symbols.get("rate_limiters", ()), name)


def claims(view: View, name: str) -> bool:
    """Whether a dotted callee claims an event for one handler."""
    holder, _, last = name.rpartition(".")
    if _LOOKS.search(last) is not None or _RELEASES.search(last) is not None:
        return False
    if _GUARDING.search(last) is not None:
        return True
    if _is_guard(view, holder):
        return _CLAIMS.match(last) is not None
    return _is_guard(view, last) and not last.lower().endswith(("key", "id")) and _MAKES.match(last) is None


def is_guarding(name: str) -> bool:
    """Whether the last part of a callee's name says that it claims."""
    return _GUARDING.search(name.rpartition(".")[2]) is not None


def _is_guard(view: View, name: str) -> bool:
    return _fits(view.layout.symbols.get("replay_guards", ()), name)


def looks_up(view: View, name: str) -> bool:
    """Whether a dotted callee asks a store of seen events, without claiming."""
    holder, _, last = name.rpartition(".")
    return (_is_guard(view, holder) or _EVENTS.search(holder) is not None) and _LOOKS.search(last) is not None


def is_event_store(name: str) -> bool:
    """Whether a table, model or collection keeps inbound events."""
    return _EVENTS.search(name) is not None


def releases(name: str) -> bool:
    """Whether the last part of a callee's name says that a claim is given back, or the failure is kept."""
    return _RELEASES.search(name) is not None


def logs(name: str) -> bool:
    """Whether a dotted callee only tells what happens."""
    holder, _, last = name.rpartition(".")
    return _LOGS.search(holder) is not None or last in _LOG_METHODS or _TELLS.match(last) is not None


def scopes_of_limit(text: str) -> frozenset[str]:
    """What a limit's key tells apart: `tenant`, or the address (`limited`), or both."""
    tenant = _TENANT.search(text) is not None
    if tenant and _ADDRESS.search(text) is None:
        return frozenset({"tenant"})
    return frozenset({"limited", "tenant"}) if tenant else frozenset({"limited"})


def is_signature_name(name: str) -> bool:
    """Whether a variable or property is named as a signature or digest is."""
    return _SIGNATURE.search(name) is not None


def is_signature_header(name: str) -> bool:
    """Whether a header carries a signature."""
    return _SIGNATURE_HEADER.search(name) is not None and _SIGNATURE_META.search(name) is None


def is_schema_name(name: str) -> bool:
    """Whether a value is named as a schema is."""
    return _SCHEMA.search(name) is not None
