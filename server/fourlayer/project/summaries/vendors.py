"""Which imported names are clients that talk to a third party over the network."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

from fourlayer.project.tsconfig import split_package
from fourlayer.syntax import nodes as n
from fourlayer.syntax.chains import chain_of, dotted, uncast
from fourlayer.syntax.glob import names_match

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fourlayer.project.snapshot import View
    from fourlayer.syntax.chains import Chain
    from fourlayer.syntax.facts import FileFacts

NODE_HTTP = frozenset({"http", "https", "http2", "node:http", "node:https", "node:http2"})
BUILDERS = frozenset({"create", "extend", "defaults", "instance"})
"""What HTTP packages offer to make a client of; that sends nothing."""
_SENDS = frozenset(
    {
        "",
        "default",
        "*",
        "axios",
        "got",
        "ky",
        "fetch",
        "request",
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "del",
        "head",
        "options",
        "postForm",
        "putForm",
        "patchForm",
        "stream",
        "pipeline",
        "paginate",
        "trace",
    }
)
_HTTP_CLIENTS = frozenset(
    {"AxiosInstance", "AxiosStatic", "KyInstance", "Got", "Client", "Dispatcher", "Pool", "SuperAgentStatic"}
)
_STAYS = frozenset(
    {
        "on",
        "once",
        "off",
        "addListener",
        "removeListener",
        "use",
        "setCredentials",
        "generateAuthUrl",
        "constructEvent",
        "constructEventAsync",
        "generateTestHeaderString",
        "setApiKey",
        "setAccessToken",
        "setTimeout",
        "setHeader",
        "setConfig",
        "destroy",
        "toString",
        "toJSON",
        "bind",
        "isAxiosError",
    }
)
"""Methods of SDK clients that work in the process itself."""
_PASSIVE = (
    "Error",
    "Exception",
    "Response",
    "Request",
    "Options",
    "Config",
    "Params",
    "Input",
    "Output",
    "Event",
    "Payload",
    "Message",
    "Result",
    "Schema",
    "Credentials",
    "Token",
    "Signature",
    "Verifier",
    "Builder",
    "Status",
    "Type",
    "Enum",
    "Command",
)
_INFRASTRUCTURE = (
    "zod",
    "express",
    "fastify",
    "hono",
    "koa",
    "next",
    "react",
    "react-dom",
    "vue",
    "pino",
    "winston",
    "lodash",
    "redis",
    "ioredis",
    "bullmq",
    "bull",
    "pg",
    "mysql2",
    "knex",
    "kysely",
    "drizzle-orm",
    "mongodb",
    "postgres",
    "mongoose",
    "typeorm",
    "sequelize",
    "vitest",
    "jest",
    "uuid",
    "nanoid",
    "prom-client",
    "opossum",
    "date-fns",
    "dayjs",
    "luxon",
    "p-limit",
    "p-queue",
    "rxjs",
    "ws",
    "@supabase/*",
    "@prisma/*",
    "@types/*",
    "@opentelemetry/*",
    "@nats-io/*",
    "@nestjs/*",
    "@testing-library/*",
    "amqplib",
    "kafkajs",
    "nats",
    "nodemailer",
    "@tanstack/*",
)


class At(NamedTuple):
    """The file that is looked at."""

    view: View
    path: str


class Vendor(NamedTuple):
    """Where a local name comes from: the package, the exporter's name, and whether it is a type alone."""

    package: str
    imported: str
    type_only: bool
    kind: str
    """"sdk", "http", "node" (Node's own), or "other": a third party nobody configured."""


def vendors(facts: FileFacts, at: At) -> Mapping[str, Vendor]:
    """By local name, what a file imports from packages that may talk to the network."""
    key = ("vendors", at.path)
    known = at.view.memo.get(key)
    if known is not None:
        return cast("dict[str, Vendor]", known)
    found: dict[str, Vendor] = {}
    for item in facts.imports:
        package = _package(item.specifier) if item.kind == "import" else None
        kind = _kind(item.specifier, package, at) if package is not None else None
        if package is None or kind is None:
            continue
        for bound in item.names:
            if bound.local is not None:
                found[bound.local] = Vendor(package, bound.imported, item.type_only or bound.type_only, kind)
    at.view.memo[key] = found
    return found


def _package(specifier: str) -> str | None:
    if specifier in NODE_HTTP:
        return specifier
    if specifier.startswith((".", "/", "#", "~", "node:", "@/")):
        return None
    return split_package(specifier)[0]


def _kind(specifier: str, package: str, at: At) -> str | None:
    if package in NODE_HTTP:
        return "node"
    symbols = at.view.layout.symbols
    if names_match(symbols.get("http_modules", ()), package):
        return "http"
    if names_match(symbols.get("sdk_modules", ()), package):
        return "sdk"
    groups = ("infrastructure_modules", "database_modules", "http_frameworks", "ui_modules")
    if names_match(_INFRASTRUCTURE, package) or package == at.view.layout.package:
        return None
    if any(names_match(symbols.get(group, ()), package) for group in groups):
        return None
    own = at.view.layout.package.partition("/")[0]
    if own.startswith("@") and package.startswith(f"{own}/"):
        return None
    resolution = at.view.resolve(specifier, at.path)
    return "other" if resolution.kind == "external" and resolution.path is None else None


def _is_test(name: str) -> bool:
    """Whether a function tells values apart by its name: `isFullPage`."""
    return name.startswith("is") and name[2:3].isupper()


@cache
def _client() -> re.Pattern[str]:
    return re.compile(r"(?:Client|SDK|Sdk|API|Api)$")


def is_client(vendor: Vendor, name: str) -> bool:
    """Whether a class or type of a package is a client; `name` as written, `calendar_v3.Calendar`."""
    head, _, member = name.partition(".")
    last = name.rpartition(".")[2]
    if vendor.kind in {"http", "node"}:
        imported = last if member else vendor.imported
        return imported in _HTTP_CLIENTS
    if "$" in last or last.endswith(_PASSIVE):
        return False
    if vendor.kind == "sdk":
        return not member or re.search(r"_v\d", head) is not None or _client().search(last) is not None
    return _client().search(last) is not None and (not member or vendor.imported == "*")


def makes(facts: FileFacts, at: At, value: n.Expr | None) -> Vendor | None:
    """The package whose client an expression makes: `new Sdk()`, `axios.create()`, `google.drive()`."""
    if value is None:
        return None
    value = uncast(value)
    if isinstance(value, n.Binary) and value.op in {"??", "||"}:
        return makes(facts, at, value.right)
    if isinstance(value, n.Assign):
        return makes(facts, at, value.value)
    chain = chain_of(value)
    if isinstance(chain.head, n.New) and not chain.calls:
        name = dotted(chain.head.callee)
        vendor = vendors(facts, at).get(name.partition(".")[0]) if name is not None else None
        if name is None or vendor is None or vendor.type_only:
            return None
        last = name.rpartition(".")[2]
        if vendor.kind in {"http", "node"}:
            return vendor if is_client(vendor, name) else None
        if vendor.kind == "sdk":
            return None if "$" in last or last.endswith(_PASSIVE) else vendor
        return vendor if is_client(vendor, name) else None
    return _called(facts, at, chain)


def _called(facts: FileFacts, at: At, chain: Chain) -> Vendor | None:
    """`axios.create()`, `google.calendar()`, `calendar()`: a client that a function of the package makes."""
    head = chain.head
    if not isinstance(head, n.Name) or len(chain.calls) != 1 or not 1 <= len(chain.links) <= 2:
        return None
    vendor = vendors(facts, at).get(head.name)
    last = chain.links[-1]
    if vendor is None or vendor.type_only or not last.is_call or last.awaited:
        return None
    if vendor.kind == "http":
        return vendor if last.name in BUILDERS or (not last.name and vendor.imported in BUILDERS) else None
    if vendor.kind == "sdk":
        name = last.name or vendor.imported
        return None if name in _STAYS or _is_test(name) else vendor
    name = last.name or vendor.imported
    return vendor if vendor.kind == "other" and name.startswith("create") and _client().search(name) else None


def sends(vendor: Vendor, chain: Chain) -> n.Expr | None:
    """The call of a chain that begins with an imported name which leaves the process, if one does."""
    first = chain.links[0]
    if vendor.kind in {"http", "node"}:
        name = first.name or (vendor.imported if vendor.imported not in {"default", "*"} else "")
        if first.name == "default" and not first.is_call and len(chain.links) > 1:
            first = chain.links[1]
            name = first.name
        return first.node if first.is_call and name in _SENDS and name not in BUILDERS else None
    if vendor.kind == "sdk" and len(chain.calls) > 1 and not _is_test(vendor.imported):
        return last_call(chain)
    return None


def last_call(chain: Chain) -> n.Expr | None:
    """The last call before the promise is dealt with, unless it works in the process itself."""
    calls = [link for link in chain.calls if link.name not in {"then", "catch", "finally"}]
    if not calls or any(link.name in _STAYS for link in chain.links):
        return None
    awaited = next((at for at, link in enumerate(chain.links) if link.awaited), None)
    if awaited is not None:
        calls = [link for link in chain.links[:awaited] if link.is_call] or calls
    return calls[-1].node


def type_name(type_: n.Type | None) -> str:
    """The dotted name of a type, `| undefined` and `| null` around it left out; empty for other types."""
    if isinstance(type_, n.TypeUnion):
        names = [name for item in type_.items if (name := type_name(item)) not in {"", "undefined", "null"}]
        return names[0] if len(names) == 1 else ""
    if isinstance(type_, n.TypeRef):
        return type_.name
    return ""


def typed(facts: FileFacts, at: At, type_: n.Type | None) -> Vendor | None:
    """The package whose client a type stands for."""
    name = type_name(type_)
    vendor = vendors(facts, at).get(name.partition(".")[0]) if name else None
    return vendor if vendor is not None and is_client(vendor, name) else None
