"""What a single call shows of a webhook's defence: by what it runs, or by its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fourlayer.project.summaries import signs
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, chain_of, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.project.follow import Follow
    from fourlayer.project.frames import Frame, Outside
    from fourlayer.project.snapshot import View
    from fourlayer.project.summaries.effects import Effects
    from fourlayer.syntax.facts import Decl

Steps = frozenset[str]
_NONE: Steps = frozenset()
_VERIFIED: Steps = frozenset({"verified"})
_CLAIMED: Steps = frozenset({"claimed"})
_ASKED: Steps = frozenset({"asked"})
_STEPS: Steps = frozenset({"limited", "tenant", "verified", "claimed"})

_WRITES = frozenset({"insert", "upsert", "create", "createMany", "add"})
_ONCE = frozenset({"setnx", "setNX", "hsetnx", "hSetNX", "zaddnx"})
_MEMORY = frozenset({"Set", "Map", "WeakSet", "WeakMap"})
_KEEPING = frozenset({"add", "delete", "entries", "get", "has", "keys", "set", "size", "values"})
_DERIVING = frozenset(
    {
        "Buffer",
        "String",
        "Number",
        "JSON",
        "Object",
        "Array",
        "parseInt",
        "parseFloat",
        "Boolean",
        "Date",
        "Math",
    }
    | {
        "encodeURIComponent",
        "decodeURIComponent",
        "structuredClone",
        "createHash",
        "createHmac",
        "URLSearchParams",
    }
    | {
        "TextDecoder",
        "TextEncoder",
        "atob",
        "btoa",
        "BigInt",
        "Symbol",
        "Promise",
        "setTimeout",
        "clearTimeout",
    }
    | {"isNaN", "isFinite", "crypto", "console", "import", "require", "process"}
)
_ANSWERING = frozenset({"Response", "NextResponse", "HttpResponse"})
_HASHES = frozenset({"createHmac", "createHash", "createVerify", "update", "digest", "subtle"})


class Told(NamedTuple):
    """What a call shows. `after` holds once it is done, `true` and `false` where its result says so.

    `steps` are all that it is evidence of, used or not. `inert` tells that it does nothing with what it is
    given. `effects` are those of the function that it runs, where that is known.
    """

    after: Steps = _NONE
    true: Steps = _NONE
    false: Steps = _NONE
    may: Steps = _NONE
    steps: Steps = _NONE
    notes: Steps = _NONE
    inert: bool = False
    effects: Effects | None = None
    open: bool = False
    """Code of the workspace that is running already, or too deep."""


NOTHING_TOLD = Told()
INERT = Told(inert=True)


def of_function(view: View, frame: Frame, call: n.Call, effects: Effects) -> Told:
    """What a call of the workspace's own code shows; its name counts for what it does out of reach."""
    name = callee_name(call)
    last = name.rpartition(".")[2]
    after, true, false, may = effects.after, effects.true, effects.false, effects.may
    endless = len(after) > len(_STEPS)
    steps = _NONE if endless else (after | true | false) & _STEPS
    if effects.opaque and signs.limits(view, name):
        after |= signs.scopes_of_limit(_said(frame, call))
    if effects.opaque and signs.claims(view, name) and ("memory" not in may or "claims" in may):
        notes = _key_notes(frame, call)
        true, false, steps = true | _CLAIMED, false | _CLAIMED, steps | _CLAIMED
        after = after | _CLAIMED if _is_unused(frame, call) else after
        return Told(after, true, false, may, steps, notes, effects=effects)
    if effects.opaque and "asked" not in may and signs.is_verifier(view, name):
        true, steps, may = true | _VERIFIED, steps | _VERIFIED, may | _ASKED
        after = after | _VERIFIED if signs.throws(last) else after
    return Told(after, true, false, may, steps, effects=effects)


def of_outside(view: View, follow: Follow, frame: Frame, call: n.Call, target: Outside) -> Told:
    """What a call shows that leads out of reach."""
    name = callee_name(call)
    last = name.rpartition(".")[2]
    if target.kind == "global" and not signs.compares(last):
        plain = _of_global(target, name, last)
        if plain is not None:
            return plain
    if signs.compares(last):
        return Told(true=_VERIFIED, may=_ASKED, steps=_VERIFIED, inert=True)
    if _HASHES & set(chain_of(call).names) and last in {"update", "digest", "createHmac", "createHash"}:
        return Told(inert=True)
    claim = _claim(view, frame, call, name, last)
    if claim is not None:
        return claim
    if signs.is_verifier(view, _with_class(target, name)) or signs.verifies(last):
        return _verifier(frame, call, last, target)
    if signs.limits(view, name) or signs.limits(view, _kind_of(follow, frame, call)):
        found = signs.scopes_of_limit(_said(frame, call))
        return Told(after=found, steps=found, inert=True)
    if signs.looks_up(view, name):
        return Told(after=frozenset({"looked"}), notes=_NONE, inert=True)
    return Told(open=target.kind == "open")


def _of_global(target: Outside, name: str, last: str) -> Told | None:
    """What a call of the language or the platform shows; None for a method of what such a call returned."""
    made = target.name.partition("(")[0]
    if made in _MEMORY and last in _KEEPING:
        return Told(may=frozenset({"memory"}), inert=True)
    if last == "verify" and "subtle" in name:
        return Told(true=_VERIFIED, may=_ASKED, steps=_VERIFIED, inert=True)
    return None if "()" in target.name else Told(inert=name.partition(".")[0] in _DERIVING)


def _verifier(frame: Frame, call: n.Call, last: str, target: Outside) -> Told:
    """A call that verifies: it throws, or its result says so."""
    if signs.throws(last) and target.kind != "given":
        return Told(after=_VERIFIED, true=_VERIFIED, may=_ASKED, steps=_VERIFIED, inert=True)
    notes = _NONE
    if _is_unused(frame, call) and not last.lower().startswith(("is", "has", "timing", "validate")):
        return Told(after=_VERIFIED, may=_ASKED, steps=_VERIFIED, inert=True)
    if _is_kept(frame, call):
        return Told(after=_VERIFIED, true=_VERIFIED, may=_ASKED, steps=_VERIFIED, inert=True)
    return Told(true=_VERIFIED, may=_ASKED, steps=_VERIFIED, notes=notes, inert=True)


def _with_class(target: Outside, name: str) -> str:
    """`Webhook.verify` for a method of an object made with `new Webhook()`."""
    made = bare(target.made.expr) if target.made is not None else None
    if isinstance(made, n.New):
        return f"{(dotted(made.callee) or '').rpartition('.')[2]}.{name.rpartition('.')[2]}"
    return name


def _kind_of(follow: Follow, frame: Frame, call: n.Call) -> str:
    """What the object of a method was made with, and the method."""
    from fourlayer.project.frames import Outside, Value

    callee = uncast(call.callee)
    if not isinstance(callee, n.Member):
        return ""
    value = follow.value(Value(callee.object, frame))
    made = bare(value.expr) if not isinstance(value, Outside) else None
    return f"{dotted(made.callee) or ''}.{callee.name}" if isinstance(made, n.New) else ""


# Claims


def _claim(view: View, frame: Frame, call: n.Call, name: str, last: str) -> Told | None:
    if last in _ONCE or (last == "set" and _sets_once(call)):
        return _used(frame, call, _key_notes(frame, call))
    if last in _WRITES and _records_event(frame, call):
        return _used(frame, call, _NONE)
    if last in {"add", "addBulk"} and _has_job_id(call):
        return None
    if signs.claims(view, name):
        return _used(frame, call, _key_notes(frame, call))
    return None


def _used(frame: Frame, call: n.Call, notes: Steps) -> Told:
    """A claim whose result decides, or that throws for what is claimed already."""
    if _is_unused(frame, call):
        plain = frozenset({"claim-ignored"})
        return Told(after=_NONE, may=plain, steps=_CLAIMED, notes=notes | plain, inert=True)
    return Told(true=_CLAIMED, false=_CLAIMED, steps=_CLAIMED, notes=notes, inert=True)


def _sets_once(call: n.Call) -> bool:
    for arg in call.args[1:]:
        value = bare(arg)
        if isinstance(value, n.Str) and value.value.upper() == "NX":
            return True
        if isinstance(value, n.Object):
            keys = {prop.key for prop in value.props if isinstance(prop, n.Prop)}
            if keys & {"NX", "nx", "onlyIfNotExists"}:
                return True
            for prop in value.props:
                if isinstance(prop, n.Prop) and prop.key == "condition":
                    return True
    return False


def _records_event(frame: Frame, call: n.Call) -> bool:
    """Whether a row is written to a table of events that a key makes unique."""
    chain = chain_of(call)
    names = [link.name for link in chain.links]
    table = ""
    for link in chain.links:
        if (
            link.name in {"from", "into", "table", "insertInto"}
            and link.args
            and isinstance(link.args[0], n.Str)
        ) or (link.args is not None and not link.name and link.args and isinstance(link.args[0], n.Str)):
            table = link.args[0].value
    if not table and len(names) >= 2:
        table = names[-2]
    if not signs.is_event_store(table) or not call.args:
        return False
    if names[-1:] == ["upsert"]:
        text = frame.decl.text_of(call)
        return "ignoreDuplicates" in text or "update: {}" in text
    return True


def _has_job_id(call: n.Call) -> bool:
    options = bare(call.args[2]) if len(call.args) > 2 else None
    return isinstance(options, n.Object) and any(
        isinstance(prop, n.Prop) and prop.key == "jobId" for prop in options.props
    )


def job_claims(call: n.Call) -> bool:
    """Whether a job is queued under a key of its own: the queue drops what it has already."""
    return _last(call) in {"add", "addBulk"} and _has_job_id(call)


_PREFIX = re.compile(r"[\"'`][\w-]+[:./|_-]|[\"'`][a-zA-Z][\w-]{2,}[\"'`]")
_PROVIDER = re.compile(r"provider|source|vendor|integration|_event_id|Event_?Id|delivery", re.IGNORECASE)


def _key_notes(frame: Frame, call: n.Call) -> Steps:
    """What is wrong with the key under which an event is claimed, where all of it can be seen."""
    key = bare(call.args[0]) if call.args else None
    if isinstance(key, n.Name):
        binding = scopes_of(frame.decl).binding(key)
        key = bare(binding.value) if binding is not None and binding.value is not None else None
    if len(call.args) != 1 and signs.is_guarding(callee_name(call)):
        return _NONE
    if not isinstance(key, n.Member | n.Template):
        return _NONE
    text = _said(frame, call)
    if _PREFIX.search(text) or _PROVIDER.search(text) or _has_vendor(frame, callee_name(call)):
        return _NONE
    return frozenset({"key-without-provider"})


def _has_vendor(frame: Frame, name: str) -> bool:
    folder = frame.path.split("/")
    return any(len(part) > 2 and part.replace("-", "").lower() in name.lower() for part in folder[:-1])


# Text and use


def _said(frame: Frame, call: n.Call) -> str:
    """The callee and arguments of a call as written, names followed one step."""
    parts = [frame.decl.text_of(arg) for arg in call.args if not isinstance(uncast(arg), n.Function)]
    parts += [frame.decl.text_of(value) for value in _inits(frame, call)]
    return " ".join(parts)


def _inits(frame: Frame, call: n.Call) -> Iterator[n.Expr]:
    scopes = scopes_of(frame.decl)
    for arg in call.args:
        if isinstance(uncast(arg), n.Function):
            continue
        for inner in walk(arg):
            binding = scopes.binding(inner) if isinstance(inner, n.Name) else None
            if binding is not None and binding.init is not None and not isinstance(binding.init, n.Function):
                yield binding.init


def _is_unused(frame: Frame, call: n.Call) -> bool:
    """Whether nobody looks at what a call gives back."""
    parent = frame.decl.parent(call)
    while isinstance(parent, n.Await | n.Cast | n.Unary | n.Member | n.Call):
        if isinstance(parent, n.Unary) and parent.op != "void":
            return False
        if isinstance(parent, n.Call) and call in parent.args:
            return False
        parent = frame.decl.parent(parent)
    if isinstance(parent, n.ExprStmt):
        return True
    if isinstance(parent, n.Declarator):
        return not any(binding.uses for binding in scopes_of(frame.decl).declared_by(parent))
    return False


def _is_kept(frame: Frame, call: n.Call) -> bool:
    """Whether what a call gives back is used, but never asked yes or no: it throws what is not authentic."""
    parent = frame.decl.parent(call)
    while isinstance(parent, n.Await | n.Cast):
        parent = frame.decl.parent(parent)
    if not isinstance(parent, n.Declarator):
        return False
    uses = [use for binding in scopes_of(frame.decl).declared_by(parent) for use in binding.uses]
    return bool(uses) and not any(_is_asked(frame, use) for use in uses)


def _is_asked(frame: Frame, use: n.Node) -> bool:
    child = use
    for around in frame.decl.ancestors(use):
        if isinstance(around, n.If | n.Cond | n.Loop):
            return around.test is child
        if isinstance(around, n.Unary) and around.op == "!":
            return True
        if isinstance(around, n.Binary) and around.op in {"&&", "||", "===", "!==", "==", "!="}:
            return True
        if isinstance(around, n.Return):
            return True
        if isinstance(around, n.Stmt | n.Call):
            return False
        child = around
    return False


def answers(name: str, owner: str) -> bool:
    """Whether a call answers the request."""
    head = name.partition(".")[0]
    return head in _ANSWERING or (
        owner == "request" and name.rpartition(".")[2] in {"json", "text", "html", "body"}
    )


_READING = re.compile(
    r"^(get|find|load|look_?up|resolve|fetch|count|exists?|is|has|list|read|select|query)(?![a-z])",
    re.IGNORECASE,
)
_WRITING = frozenset(
    {"delete", "insert", "update", "upsert", "create", "add", "save", "publish", "send", "set"}
)


def reads(decl: Decl, call: n.Call) -> bool:
    """Whether the chain of calls that a call belongs to only looks something up."""
    outer: n.Expr = call
    for around in decl.ancestors(call):
        inner = around.object if isinstance(around, n.Member) else None
        inner = around.callee if isinstance(around, n.Call) else inner
        if inner is not outer or not isinstance(around, n.Expr):
            break
        outer = around
    names = chain_of(outer).names
    if _WRITING & set(names):
        return False
    return "select" in names or _READING.match(names[-1]) is not None


_TESTING = frozenset({"endsWith", "exec", "has", "includes", "indexOf", "match", "startsWith", "test"})


def derives(name: str, owner: str) -> bool:
    """Whether a call only makes one value of another."""
    if name.rpartition(".")[2] in _TESTING:
        return True
    return owner in {"raw", "valid", "input", "param"} or name.partition(".")[0] in _DERIVING


def callee_name(call: n.Call) -> str:
    """The names along a call's callee, calls on the way passed over: `db.from.insert`."""
    return ".".join(name for name in chain_of(call).names if name)


def _last(call: n.Call) -> str:
    callee = uncast(call.callee)
    return callee.name if isinstance(callee, n.Member | n.Name) else ""
