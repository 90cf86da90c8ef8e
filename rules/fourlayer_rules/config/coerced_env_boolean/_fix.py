"""Turns `z.coerce.boolean()` into a schema that knows the words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fourlayer.rule.model import Change, TextEdit
from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import walk
from fourlayer_rules.config._schema import PARSES, zod_name

if TYPE_CHECKING:
    from fourlayer.project.snapshot import View
    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Finding
    from fourlayer.syntax.facts import Decl, FileFacts

_AFTER = frozenset(
    {"optional", "nullable", "nullish", "describe", "refine", "superRefine", "transform", "pipe", "catch"}
)
_WORDS = '["true", "false", "1", "0"]'
_ON = '.transform((value) => value === "true" || value === "1")'


def change(ctx: Context, finding: Finding) -> Change | None:
    """The change; None where a default is no literal or comes after something else."""
    facts = ctx.view.facts(finding.path)
    decl = facts.decl_at(finding.span.start) if facts is not None else None
    if facts is None or decl is None:
        return None
    call = next(
        (node for node in walk(decl.node) if isinstance(node, n.Call) and decl.span(node) == finding.span),
        None,
    )
    if call is None or not isinstance(call.callee, n.Member) or not isinstance(call.callee.object, n.Member):
        return None
    owner = call.callee.object.object
    if not isinstance(owner, n.Name):
        return None
    default = _default(decl, call)
    if default is None:
        return None
    end, value = default
    knows_words = _knows_words(ctx.view, finding.path, zod_name(facts, owner.name) or "zod")
    text = _text(facts, owner.name, value, knows_words=knows_words)
    return Change({finding.path: (TextEdit(finding.span.start, end, text),)})


def _default(decl: Decl, call: n.Call) -> tuple[int, str] | None:
    """The end of what is replaced, and what absence means: "true", "false", or "" where it stays absent."""
    member = decl.parent(call)
    following = decl.parent(member) if isinstance(member, n.Member) else None
    end = decl.span(call).end
    if (
        not isinstance(member, n.Member)
        or not isinstance(following, n.Call)
        or following.callee is not member
    ):
        return end, "false"
    if member.name in {"default", "prefault"}:
        value = following.args[0] if len(following.args) == 1 else None
        if isinstance(value, n.Const) and value.value in {"true", "false"}:
            return decl.span(following).end, value.value
        return None
    if member.name in PARSES:
        return end, "false"
    if member.name not in _AFTER or _has_default(decl, following):
        return None
    return end, "" if member.name in {"optional", "nullish", "catch"} else "false"


def _has_default(decl: Decl, call: n.Call) -> bool:
    """Whether a default comes later in the chain, where its type would no longer fit."""
    current: n.Node | None = call
    while current is not None:
        member = decl.parent(current)
        if not isinstance(member, n.Member):
            return False
        if member.name in {"default", "prefault"}:
            return True
        current = decl.parent(member)
    return False


def _text(facts: FileFacts, zod: str, value: str, *, knows_words: bool) -> str:
    quote = "'" if facts.text.data.count(b"'") > facts.text.data.count(b'"') else '"'
    if knows_words:
        text = f"{zod}.stringbool()" + (f".default({value})" if value else "")
    else:
        fallback = f'.default("{value}")' if value else ""
        text = f"{zod}.enum({_WORDS}){fallback}{_ON}"
    return text.replace('"', quote)


def _knows_words(view: View, path: str, module: str) -> bool:
    """Whether the zod in use has `z.stringbool`: version 4."""
    if module.startswith("zod/"):
        return module.startswith("zod/v4")
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        manifest = f"{folder}/package.json" if folder else "package.json"
        data = view.read(manifest) if view.exists(manifest) else None
        version = _version(data) if data is not None else None
        if version is not None:
            match = re.search(r"\d+", version)
            return match is not None and int(match[0]) >= 4
    return False


def _version(data: bytes) -> str | None:
    """The range of versions of zod that a manifest asks for."""
    match = re.search(rb'"zod"\s*:\s*"([^"]*)"', data)
    return match[1].decode("utf-8", "replace") if match is not None else None
