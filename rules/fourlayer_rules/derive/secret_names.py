"""Whether a name is one of a credential, and whether a text that stands in for one is used as one."""

from __future__ import annotations

import itertools
import re

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_STRONG = frozenset({"secret", "password", "passwd", "passphrase", "pwd", "apikey", "apisecret", "passcode"})
_GOOD = frozenset(
    {"token", "credential", "credentials", "authorization", "bearer", "dsn", "hapikey", "authtoken"}
)
_KEY_OWNERS = frozenset(
    {
        "access", "account", "admin", "api", "app", "application", "auth", "client", "consumer", "crypto",
        "deploy", "encryption", "hmac", "jwt", "license", "master", "private", "rest", "secret",
        "server", "service", "session", "shared", "sign", "signing", "ssh", "storage", "subscription",
        "webhook", "write", "read", "role", "sdk", "x",
    }
)  # fmt: skip
_KEY_PLACES = frozenset(
    {
        "bucket", "channel", "dedup", "dedupe", "event", "group", "item", "job", "lease", "lock", "map",
        "metric", "mutex", "object", "queue", "record", "redis", "row", "stream",
    }
)  # fmt: skip
"""Before `key`: what is found by it, not what it opens."""
_WEAK = frozenset(
    {"key", "auth", "pass", "creds", "cookie", "signature", "salt", "sid", "pin", "access", "api"}
)
_OTHERS = (
    "algorithm alias arn attribute audience budget claim class code column count cursor description "
    "digest endpoint env error event expires expiry fetcher field file fingerprint format getter "
    "hash header help hint host id ids issuer kind label length limit location message method mode "
    "name names ns param parameter params path pattern placeholder policy prefix prop property "
    "provider ref regex region rotation rule schema scope scopes selector size source state status "
    "strategy suffix table template templates text title topic ttl type types uri url usage uuid var "
    "variable version versions"
)
OTHER_THINGS = frozenset(_OTHERS.split())
"""Last words of names that say something about a credential and hold none."""
_INNOCENT = frozenset(
    {
        "public",
        "publishable",
        "pub",
        "page",
        "next",
        "sync",
        "continuation",
        "csrf",
        "xsrf",
        "cursor",
        "primary",
        "foreign",
        "sort",
        "partition",
        "cache",
        "idempotency",
        "query",
        "i18n",
        "translation",
        "react",
        "anon",
        "test",
        "mock",
        "fake",
        "dummy",
        "example",
        "invalid",
        "expired",
    }
)

Strength = int
"""How sure a name is: 3 a password, 2 a key or token, 1 maybe, 0 no."""


def words_of(name: str) -> list[str]:
    """The words of a name in any case style, lower-cased; numbers are none."""
    return [word.lower() for word in _PARTS.findall(name)]


def strength_of(name: str) -> Strength:
    """How surely what is called so is a credential."""
    words = words_of(name)
    if not words or words[-1] in OTHER_THINGS:
        return 0
    if any(word in _INNOCENT for word in words):
        return 0
    if words[-1] in {"key", "keys"} and len(words) > 1 and words[-2] in _KEY_PLACES:
        return 0
    pairs = set(itertools.pairwise(words))
    joined = "".join(words)
    if any(word in _STRONG for word in words) or ("pass", "word") in pairs or joined.endswith("password"):
        return 3
    if any(second in {"key", "keys"} and first in _KEY_OWNERS for first, second in pairs):
        return 2
    if any(word in _GOOD for word in words) or joined.endswith(("apikey", "authtoken", "accesstoken")):
        return 2
    return 1 if any(word in _WEAK for word in words) else 0


def may_be_secret(name: str) -> bool:
    """Whether a variable of the environment probably holds a credential."""
    return strength_of(name) >= 1


_NO_FALLBACK = re.compile(
    r"(?i)^(?:|[\d._]+|true|false|none|null|nil|undefined|unset|missing|n/a|<.*>|"
    r"not[-_ ](?:set|configured|available).*)$"
)


def is_fallback(value: str) -> bool:
    """Whether a text that stands in for an absent secret is used as one; even "changeme" would be."""
    return _NO_FALLBACK.match(value.strip()) is None
