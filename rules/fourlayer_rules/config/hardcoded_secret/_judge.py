"""Judges the string literals of a declaration by what they are called and what they look like."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.classes import dotted
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of
from fourlayer_rules.config.hardcoded_secret.rule import Secret
from fourlayer_rules.derive.env import is_env, variable_of
from fourlayer_rules.derive.secret_names import is_fallback, strength_of
from fourlayer_rules.derive.secret_texts import (
    credentials_in_url,
    grade,
    is_placeholder,
    is_vendor_key,
    is_wordy,
    looks_random,
    tokens,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.rule.model import Certainty
    from fourlayer.syntax.facts import Decl, FileFacts
    from fourlayer.syntax.scope import Scopes

_SETTERS = frozenset({"set", "append", "header", "setHeader", "setRequestHeader", "setItem"})
_SIGNERS = {
    "createHmac": 1,
    "crypto.createHmac": 1,
    "jwt.sign": 1,
    "jwt.verify": 1,
    "jsonwebtoken.sign": 1,
    "jsonwebtoken.verify": 1,
    "createSecretKey": 0,
    "crypto.createSecretKey": 0,
}


class Called(NamedTuple):
    """What a text is called.

    `how`: "name", "fallback" of a variable or a schema's default, of a "setting" that was loaded, "signer".
    """

    name: str
    how: str
    full: str


def judged(facts: FileFacts, decl: Decl, ignored: tuple[str, ...], *, has_token: bool) -> Iterator[Secret]:
    """The credentials among the string literals of a declaration.

    `has_token` tells that a well-known token stands somewhere in it: looking into every literal for one of
    the many kinds is the costly part.
    """
    scopes = scopes_of(decl)
    for node in walk(decl.node):
        if not isinstance(node, n.Str) or not node.value:
            continue
        called = called_of(facts, decl, scopes, node)
        if called is not None and any(fnmatchcase(called.name, pattern) for pattern in ignored):
            continue
        secret = _judge(decl, node, called, has_token=has_token)
        if secret is not None:
            yield secret


def _judge(decl: Decl, node: n.Str, called: Called | None, *, has_token: bool) -> Secret | None:
    span, value = decl.span(node), node.value
    name = called.name if called is not None else ""
    hit = next(iter(tokens(value.encode("utf-8", "replace"))), None) if has_token else None
    if hit is not None:
        how = called.how if called is not None and called.how == "fallback" else "token"
        whole = hit.end - hit.start >= len(value.strip()) - 12
        if whole:
            return Secret(span, hit.label, name, how, "violation")
        return None
    if credentials_in_url(value) is not None or called is None:
        return None
    if called.how in {"fallback", "setting"}:
        strength = strength_of(name)
        if strength < 2 or not is_fallback(value) or "://" in value:
            return None
        # A password of our own is one even if it is "changeme"; a vendor takes no key of that kind.
        sure = strength == 3 or not is_placeholder(value)
        return Secret(span, "a fallback", name, "fallback", "violation" if sure else "suspicious")
    if called.how == "signer":
        certainty: Certainty = "violation" if not is_wordy(value) else "suspicious"
        return Secret(span, "a signing secret", name, "token", certainty) if value.strip() else None
    strength = strength_of(name)
    result = grade(strength, value) if strength else ""
    if not result and strength_of(called.full) == 0 and is_vendor_key(called.full, value):
        result = "violation" if looks_random(value, 15) else "suspicious"
    elif not result and is_vendor_key(called.full, value):
        result = "violation"
    if not result:
        return None
    return Secret(span, "a credential", name, "name", "violation" if result == "violation" else "suspicious")


def called_of(facts: FileFacts, decl: Decl, scopes: Scopes, node: n.Str) -> Called | None:
    """The name that a literal is given; None where it has none."""
    value: n.Node = node
    parent = decl.parent(value)
    while parent is not None:
        if isinstance(parent, n.Cast):
            pass
        elif isinstance(parent, n.Binary) and parent.op in {"??", "||"}:
            absent = _absent(scopes, facts, parent.left)
            if parent.right is value and absent is not None:
                return absent
        elif isinstance(parent, n.Cond) and parent.test is not value:
            pass
        else:
            break
        value, parent = parent, decl.parent(parent)
    if parent is None:
        return None
    return _named(facts, decl, scopes, value, parent)


def _absent(scopes: Scopes, facts: FileFacts, expr: n.Expr) -> Called | None:
    """The variable of the environment, or the secret setting, that a text would stand in for."""
    while isinstance(expr, (n.Cast, n.Binary)):
        expr = expr.value if isinstance(expr, n.Cast) else expr.left
    name = variable_of(expr)
    if name is None or not isinstance(expr, (n.Member, n.Index)):
        return None
    if is_env(scopes, expr.object, facts):
        return Called(name, "fallback", name)
    holder = expr.object.callee if isinstance(expr.object, n.Call) else expr.object
    held = (dotted(holder) or "").rpartition(".")[2]
    if strength_of(name) >= 2 and _settings().search(held) is not None:
        return Called(name, "setting", name)
    return None


@cache
def _settings() -> re.Pattern[str]:
    """What holds the application's settings is called so, or loads them: `config`, `loadAcmeConfig`."""
    return re.compile(r"^(?:config|cfg|env|settings)$|(?:Config|Env|Settings)$")


def _named(facts: FileFacts, decl: Decl, scopes: Scopes, value: n.Node, parent: n.Node) -> Called | None:
    if isinstance(parent, n.Prop) and parent.value is value:
        key = parent.key or (parent.computed.value if isinstance(parent.computed, n.Str) else "")
        return Called(key, "name", _path(decl, parent, key)) if key else None
    if isinstance(parent, n.Declarator) and parent.init is value:
        return _plain(parent.target.name if isinstance(parent.target, n.Name) else None)
    if isinstance(parent, n.Assign) and parent.value is value and parent.op in {"=", "??=", "||="}:
        return _assigned(scopes, facts, parent)
    if isinstance(parent, n.ClassMember) and parent.init is value:
        return _plain(parent.name)
    if isinstance(parent, n.Param) and parent.default is value:
        return _plain(parent.target.name if isinstance(parent.target, n.Name) else None)
    if isinstance(parent, n.PatternProp) and parent.default is value:
        return _taken(decl, scopes, facts, parent)
    if isinstance(parent, n.Call):
        return _argument(decl, value, parent)
    if isinstance(parent, n.Binary) and parent.op in {"===", "!==", "==", "!="}:
        other = parent.left if parent.right is value else parent.right
        name = other.name if isinstance(other, (n.Name, n.Member)) else None
        return _plain(name)
    return None


def _plain(name: str | None) -> Called | None:
    return Called(name.lstrip("#"), "name", name) if name else None


def _path(decl: Decl, prop: n.Prop, name: str) -> str:
    """A property's name behind those of the objects around it: `algolia_key`."""
    parts = [name]
    for around in decl.ancestors(prop):
        if isinstance(around, n.Prop) and around.key:
            parts.append(around.key)
        elif isinstance(around, n.Declarator):
            if isinstance(around.target, n.Name):
                parts.append(around.target.name)
            break
        elif not isinstance(around, (n.Object, n.Prop, n.Cast)):
            break
        if len(parts) > 3:
            break
    return "_".join(reversed(parts))


def _assigned(scopes: Scopes, facts: FileFacts, assign: n.Assign) -> Called | None:
    target = assign.target
    if isinstance(target, (n.Member, n.Index)):
        name = variable_of(target)
        if name is not None and is_env(scopes, target.object, facts):
            return Called(name, "fallback", name)
        return _plain(name)
    return _plain(target.name if isinstance(target, n.Name) else None)


def _taken(decl: Decl, scopes: Scopes, facts: FileFacts, prop: n.PatternProp) -> Called | None:
    pattern = decl.parent(prop)
    owner = decl.parent(pattern) if pattern is not None else None
    source = owner.init if isinstance(owner, n.Declarator) else None
    if source is not None and prop.key is not None and is_env(scopes, source, facts):
        return Called(prop.key, "fallback", prop.key)
    return _plain(prop.key)


def _argument(decl: Decl, value: n.Node, call: n.Call) -> Called | None:
    if value not in call.args:
        return None
    position = call.args.index(value)
    callee = call.callee
    if isinstance(callee, n.Member):
        if callee.name in {"default", "prefault", "catch"} and position == 0:
            key = _schema_key(decl, call)
            return Called(key, "fallback", key) if key is not None else None
        if callee.name in _SETTERS and position == 1 and isinstance(call.args[0], n.Str):
            return _plain(call.args[0].value)
    name = dotted(callee)
    if name is not None and _SIGNERS.get(name) == position:
        return Called(name, "signer", name)
    if isinstance(value, n.Str) and position == 0 and _is_basic(decl, name, call):
        user, colon, password = value.value.partition(":")
        if colon and user and password and " " not in value.value:
            return Called("password", "name", "password")
    return None


def _is_basic(decl: Decl, name: str | None, call: n.Call) -> bool:
    """Whether a text is encoded for basic authentication: `btoa`, `Buffer.from(...).toString("base64")`."""
    if name == "btoa":
        return True
    if name != "Buffer.from":
        return False
    member = decl.parent(call)
    outer = decl.parent(member) if isinstance(member, n.Member) and member.name == "toString" else None
    return isinstance(outer, n.Call) and any(
        isinstance(arg, n.Str) and arg.value == "base64" for arg in outer.args
    )


def _schema_key(decl: Decl, call: n.Call) -> str | None:
    """The key whose schema a call of `default` ends."""
    for around in decl.ancestors(call):
        if isinstance(around, n.Prop):
            return around.key
        if not isinstance(around, (n.Call, n.Member, n.Cast)):
            return None
    return None
