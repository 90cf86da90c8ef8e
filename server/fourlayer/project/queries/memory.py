"""Accesses to what is remembered outside tables: vector stores, semantic memory, Redis, caches in memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from fourlayer.project.queries.builder import receiver_name
from fourlayer.project.queries.triggers import MEMORY_TRIGGERS
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import bare, dotted, uncast
from fourlayer.syntax.facts import walk
from fourlayer.syntax.scope import scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fourlayer.syntax.facts import Decl, FileFacts

Kind = Literal["store", "redis", "map"]

_STORE = re.compile(
    r"(?i)vector_?(?:store|db|index|search|memory|database)|semantic_?(?:memory|store|search|index)"
    r"|memory_?(?:system|service|backend)|embeddings?_?(?:store|index|db)"
    r"|pinecone|qdrant|weaviate|chroma|milvus|(?:episodic|agent|longterm)_?memory"
)
_STORE_VERB = re.compile(
    r"(?:search|similaritySearch|query|retrieve|recall|findSimilar|findNearest|hybridSearch|maxMarginalRelevance"
    r"|store|remember|add(?=$|Documents|Vectors|Texts|Memory|Chunk)|upsert|insert|ingest)\w*$"
)
_NOT_DATA = re.compile(
    r"(?:store|search|query|add|insert)(?:Size|Count|Stats|Listener|Config|Metrics|EventListener)\w*$"
)
_RECALLS = re.compile(r"(?:search|recall|retrieve|remember|similaritySearch|hybridSearch)")
_WRITES = re.compile(r"(?:store|remember|add|upsert|insert|ingest)")
_REDIS = re.compile(r"(?i)redis")
_REDIS_VERBS = frozenset(
    {
        *("get", "set", "setex", "setEx", "psetex", "setnx", "setNX", "getset", "getdel", "del", "unlink"),
        *("hget", "hset", "hgetall", "hdel", "hGet", "hSet", "hGetAll", "hDel", "incr", "incrby", "decr"),
        *(
            "lpush",
            "rpush",
            "lrange",
            "lPush",
            "rPush",
            "sadd",
            "smembers",
            "sAdd",
            "sMembers",
            "zadd",
            "zAdd",
        ),
    }
)
_MAP_VERBS = frozenset({"get", "set", "has", "delete"})
_MAP_TYPES = frozenset({"Map", "LRUCache", "LRU", "WeakMap", "NodeCache", "QuickLRU", "TTLCache"})
_SITE = re.compile(rb"[\w$)\]!]\s*\??\.\s*\w+\s*(?:<[^()]{0,80}>)?\s*\(")


class Access(NamedTuple):
    """One access. Nodes belong to `decl`. `verb` is the method, `key` the key of a cache."""

    kind: Kind
    decl: Decl
    call: n.Call
    receiver: n.Expr
    verb: str
    writes: bool

    @property
    def key(self) -> n.Expr | None:
        """The key of a cache's entry."""
        return self.call.args[0] if self.kind != "store" and self.call.args else None


def may_remember(data: bytes) -> bool:
    """Whether a file may hold such an access."""
    return any(trigger in data for trigger in MEMORY_TRIGGERS)


def memory_of(facts: FileFacts) -> tuple[Access, ...]:
    """The accesses of a file in source order."""
    known = facts.memo.get(memory_of)
    if known is None:
        known = facts.memo[memory_of] = tuple(_found(facts)) if may_remember(facts.text.data) else ()
    return cast("tuple[Access, ...]", known)


def _found(facts: FileFacts) -> Iterator[Access]:
    for decl in facts.all_decls():
        if decl.members or decl.kind in ("import", "interface", "type", "enum"):
            continue
        if not may_remember(decl.data) or _SITE.search(decl.data) is None:
            continue
        for node in walk(decl.node):
            if not isinstance(node, n.Call):
                continue
            callee = uncast(node.callee)
            if isinstance(callee, n.Member):
                access = _access(facts, decl, node, callee)
                if access is not None:
                    yield access


def _access(facts: FileFacts, decl: Decl, call: n.Call, callee: n.Member) -> Access | None:
    receiver, verb = callee.object, callee.name
    name = receiver_name(receiver)
    if name in ("", "this"):
        return None
    if _STORE_VERB.match(verb) and not _NOT_DATA.match(verb):
        type_ = _type_name(decl, receiver)
        plain = name.lower() == "memory" and _RECALLS.match(verb) is not None
        if plain or _STORE.search(name) or (type_ and _STORE.search(type_)):
            return Access("store", decl, call, receiver, verb, bool(_WRITES.match(verb)))
        return None
    if not call.args or verb not in _REDIS_VERBS | _MAP_VERBS:
        return None
    if verb in _REDIS_VERBS and (_REDIS.search(name) or _REDIS.search(_type_name(decl, receiver))):
        return Access("redis", decl, call, receiver, verb, not verb.lower().startswith(("get", "hget")))
    if verb in _MAP_VERBS and "cache" in name.lower() and _is_map(facts, decl, receiver):
        return Access("map", decl, call, receiver, verb, verb == "set")
    return None


def _type_name(decl: Decl, receiver: n.Expr) -> str:
    """The name of the type that a local, a parameter or a field is declared with."""
    expr = bare(receiver)
    kind: n.Type | None = None
    if isinstance(expr, n.Name):
        binding = scopes_of(decl).binding(expr)
        kind = binding.type if binding is not None and binding.path == () else None
    elif isinstance(expr, n.Member) and dotted(expr) == f"this.{expr.name}":
        kind = _field(decl, expr.name)[1]
    if isinstance(kind, n.TypeUnion):
        kind = next((item for item in kind.items if isinstance(item, n.TypeRef)), None)
    return kind.name.rpartition(".")[2] if isinstance(kind, n.TypeRef) else ""


def _field(decl: Decl, name: str) -> tuple[n.Expr | None, n.Type | None]:
    """A field of the class around, or a parameter property: initial value and type."""
    for member in decl.owner.members if decl.owner is not None else ():
        node = member.node if name.encode() in member.data else None
        if not isinstance(node, n.ClassMember):
            continue
        if node.kind == "field" and node.name == name:
            return node.init, node.type
        if node.kind == "constructor" and node.function is not None:
            for param in node.function.params:
                if param.modifiers and isinstance(param.target, n.Name) and param.target.name == name:
                    return None, param.type
    return None, None


def _is_map(facts: FileFacts, decl: Decl, receiver: n.Expr) -> bool:
    """Whether a field or a variable of the module is a map: it outlives the call, and the tenant."""
    expr = bare(receiver)
    init: n.Expr | None = None
    kind: n.Type | None = None
    if isinstance(expr, n.Member) and dotted(expr) == f"this.{expr.name}":
        init, kind = _field(decl, expr.name)
    elif isinstance(expr, n.Name) and scopes_of(decl).binding(expr) is None:
        outer = facts.decl(expr.name)
        for item in outer.node.declarators if outer is not None and isinstance(outer.node, n.VarDecl) else ():
            if isinstance(item.target, n.Name) and item.target.name == expr.name:
                init, kind = item.init, item.type
    if init is not None and isinstance(bare(init), n.New):
        return (dotted(cast("n.New", bare(init)).callee) or "") in _MAP_TYPES
    return isinstance(kind, n.TypeRef) and kind.name in _MAP_TYPES
