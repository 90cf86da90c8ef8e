"""What is known of the runtime and of packages: which of their calls give a promise.

A shape is a table from a member's name (`*`: every other one, `()`: a call of the thing itself) to what
that is. "promise", "plain" and "builder" tell what a call of the member gives; a builder is a promise that
sends nothing until somebody waits for it, and its methods give builders. Any other word is a shape: what
the member, a call of it and `new` of it are; with `=` before it what only a call of it gives. "self" is
the same shape again, "unknown" an exception from `*`. What no table knows is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping

Shape = Mapping[str, str]

_EMITTER: Shape = dict.fromkeys(("on", "once", "off", "addListener", "removeListener"), "self") | {
    "emit": "plain",
    "removeAllListeners": "self",
}
_HTTP = ("get", "post", "put", "patch", "delete", "head", "options", "request")

SHAPES: Mapping[str, Shape] = {
    "Promise": {
        **dict.fromkeys(("resolve", "reject", "all", "allSettled", "race", "any", "try"), "promise"),
        "withResolvers": "plain",
    },
    "fetch": {"()": "promise"},
    "timer": {"()": "plain"},
    "harmless": {"*": "plain", "()": "plain"},
    "async": {"()": "promise"},
    "all async": {"*": "promise"},
    "node:fs": {"promises": "all async", "*": "plain"},
    "node:fs/promises": {"watch": "plain", "constants": "plain", "*": "promise"},
    "node:dns": {"promises": "all async", "*": "plain"},
    "node:stream": {"promises": "all async", "pipeline": "plain"},
    "node:util": {"promisify": "=async"},
    "node:events": {"once": "promise", "EventEmitter": "EventEmitter", "default": "EventEmitter"},
    "EventEmitter": _EMITTER,
    "Crypto": {"subtle": "all async", "*": "plain"},
    "Response": {
        **dict.fromkeys(("json", "text", "arrayBuffer", "blob", "formData", "bytes"), "promise"),
        "clone": "self",
    },
    "axios": {
        **dict.fromkeys((*_HTTP, "postForm", "putForm", "patchForm", "()"), "promise"),
        "create": "=axios",
        "default": "axios",
        "interceptors": "plain",
    },
    "got": {
        **dict.fromkeys((*_HTTP, "()"), "promise"),
        "extend": "=got",
        "stream": "plain",
        "default": "got",
        "got": "got",
    },
    "ky": {
        **dict.fromkeys((*_HTTP, "()"), "promise"),
        "create": "=ky",
        "extend": "=ky",
        "default": "ky",
        "stop": "plain",
    },
    "undici": {"fetch": "promise", "request": "promise", "stream": "promise", "pipeline": "plain"},
    "redis": {
        **_EMITTER,
        "default": "redis",
        "Redis": "redis",
        "Cluster": "redis",
        "createClient": "redis",
        "createCluster": "redis",
        "duplicate": "redis",
        "pipeline": "redis.pipeline",
        "multi": "redis.pipeline",
        "disconnect": "unknown",
        "options": "plain",
        "status": "plain",
        "isOpen": "plain",
        "isReady": "plain",
        "scanStream": "plain",
        "defineCommand": "plain",
        "*": "promise",
    },
    "redis.pipeline": {"exec": "promise", "execAsPipeline": "promise", "*": "self", "length": "plain"},
    "bullmq": {
        "Queue": "queue",
        "QueueEvents": "queue",
        "FlowProducer": "queue",
        "Worker": "queue",
        "Job": "job",
        "UnrecoverableError": "plain",
    },
    "queue": {
        **_EMITTER,
        **dict.fromkeys(("name", "opts", "isRunning", "isPaused", "concurrency", "jobsOpts"), "plain"),
        "resume": "unknown",
        "toKey": "plain",
        "*": "promise",
    },
    "job": {
        **dict.fromkeys(
            (
                "extendLock",
                "getState",
                "log",
                "moveToCompleted",
                "moveToDelayed",
                "moveToFailed",
                "promote",
                "remove",
                "retry",
                "updateData",
                "updateProgress",
                "waitUntilFinished",
            ),
            "promise",
        ),
    },
    "nodemailer": {"createTransport": "transport", "default": "nodemailer", "Transporter": "transport"},
    "transport": {**_EMITTER, "sendMail": "promise", "verify": "promise", "close": "plain"},
    "postgrest": {
        "SupabaseClient": "supabase",
        "createClient": "supabase",
        "createServerClient": "supabase",
        "createBrowserClient": "supabase",
        "PostgrestClient": "supabase",
    },
    "supabase": {
        "from": "supabase.table",
        "schema": "supabase",
        "rpc": "builder",
        "auth": "supabase.auth",
        "storage": "supabase.storage",
        "functions": "supabase.functions",
        "channel": "plain",
        "removeChannel": "promise",
        "removeAllChannels": "promise",
    },
    "supabase.table": dict.fromkeys(("select", "insert", "update", "upsert", "delete"), "builder"),
    "supabase.auth": {
        "onAuthStateChange": "plain",
        "admin": "all async",
        "mfa": "all async",
        "*": "promise",
    },
    "supabase.storage": {"from": "supabase.bucket", "*": "promise"},
    "supabase.bucket": {"getPublicUrl": "plain", "*": "promise"},
    "supabase.functions": {"invoke": "promise", "setAuth": "plain"},
    "@prisma/client": {"PrismaClient": "prisma"},
    "prisma": {
        "$on": "plain",
        "$use": "plain",
        "$extends": "prisma",
        **dict.fromkeys(("$connect", "$disconnect", "$transaction"), "promise"),
        **dict.fromkeys(
            ("$queryRaw", "$queryRawUnsafe", "$executeRaw", "$executeRawUnsafe", "$runCommandRaw"), "builder"
        ),
        "*": "prisma.model",
    },
    "prisma.model": {"fields": "plain", "*": "builder"},
    "knex": {
        "default": "knex",
        "knex": "knex",
        "Knex": "knex.instance",
        "()": "knex.instance",
        "raw": "builder",
        "transaction": "promise",
        "destroy": "promise",
    },
    "knex.instance": {
        "()": "builder",
        "raw": "builder",
        "transaction": "promise",
        "destroy": "promise",
        "schema": "knex.schema",
        "fn": "plain",
        "ref": "plain",
        **dict.fromkeys(
            ("select", "insert", "from", "table", "into", "with", "del", "delete", "update"), "builder"
        ),
        **_EMITTER,
    },
    "knex.schema": {"*": "builder"},
    "drizzle": {"drizzle": "drizzle.db"},
    "drizzle.db": {
        "insert": "drizzle.insert",
        "update": "drizzle.update",
        "delete": "builder",
        "select": "drizzle.select",
        "selectDistinct": "drizzle.select",
        "execute": "builder",
        "transaction": "promise",
        "query": "drizzle.query",
    },
    "drizzle.insert": {"values": "builder", "select": "builder", "overridingSystemValue": "self"},
    "drizzle.update": {"set": "builder"},
    "drizzle.select": {"from": "builder"},
    "drizzle.query": {"*": "drizzle.model"},
    "drizzle.model": {"findMany": "builder", "findFirst": "builder"},
    "pg": {"Pool": "pg.client", "Client": "pg.client", "PoolClient": "pg.client", "default": "pg"},
    "pg.client": {
        **_EMITTER,
        "query": "promise",
        "connect": "promise",
        "end": "promise",
        "release": "plain",
    },
    "express": {
        **dict.fromkeys(
            ("Request", "Response", "NextFunction", "Application", "Express", "Router"), "harmless"
        ),
        "default": "harmless",
        "()": "plain",
    },
    "stripe": {"default": "stripe.client", "Stripe": "stripe.client"},
    "stripe.client": {"webhooks": "plain", "*": "stripe.resource"},
    "stripe.resource": {"list": "unknown", "search": "unknown", "*": "unknown"}
    | dict.fromkeys(
        ("create", "retrieve", "update", "del", "cancel", "capture", "confirm", "pay", "void"), "promise"
    ),
    "slack": {"WebClient": "slack.client"},
    "slack.client": {"*": "slack.group", "apiCall": "promise", "paginate": "unknown"},
    "slack.group": {"*": "promise"},
    "aws": {"*": "aws.client"},
    "aws.client": {"send": "promise"},
    "sendgrid": {"default": "sendgrid", "send": "promise", "sendMultiple": "promise", "setApiKey": "plain"},
    "p-limit": {"default": "=async"},
    "package of one": {"default": "async"},
    "node-fetch": {"default": "fetch", "fetch": "fetch"},
    "p-queue": {"default": "p-queue.queue"},
    "p-queue.queue": {
        **_EMITTER,
        "add": "promise",
        "addAll": "promise",
        "onIdle": "promise",
        "onEmpty": "promise",
    },
}

GLOBALS: Mapping[str, str] = {
    "Promise": "Promise",
    "fetch": "fetch",
    "crypto": "Crypto",
    "console": "harmless",
    "Math": "harmless",
    "JSON": "harmless",
    "Object": "harmless",
    "Number": "harmless",
    "String": "harmless",
    "Boolean": "harmless",
    "Date": "harmless",
    **dict.fromkeys(
        (
            "setTimeout",
            "setInterval",
            "setImmediate",
            "clearTimeout",
            "clearInterval",
            "clearImmediate",
            "queueMicrotask",
        ),
        "timer",
    ),
}
"""Shapes of values of the runtime."""

GLOBAL_TYPES: Mapping[str, str] = {
    "Response": "Response",
    "Request": "Response",
    "Crypto": "Crypto",
    "Date": "harmless",
    "Error": "harmless",
    "URL": "harmless",
    "RegExp": "harmless",
    "Buffer": "harmless",
    "AbortController": "harmless",
    "PrismaClient": "prisma",
}
"""Shapes of types of the runtime."""

PACKAGES: Mapping[str, str] = {
    "fs/promises": "node:fs/promises",
    "fs": "node:fs",
    "dns": "node:dns",
    "dns/promises": "all async",
    "stream": "node:stream",
    "stream/promises": "all async",
    "timers/promises": "all async",
    "util": "node:util",
    "events": "node:events",
    "axios": "axios",
    "got": "got",
    "ky": "ky",
    "undici": "undici",
    "node-fetch": "node-fetch",
    "cross-fetch": "node-fetch",
    "ioredis": "redis",
    "redis": "redis",
    "bullmq": "bullmq",
    "nodemailer": "nodemailer",
    "@supabase/supabase-js": "postgrest",
    "@supabase/ssr": "postgrest",
    "@supabase/postgrest-js": "postgrest",
    "@prisma/client": "@prisma/client",
    "knex": "knex",
    "drizzle-orm/*": "drizzle",
    "pg": "pg",
    "express": "express",
    "stripe": "stripe",
    "@slack/web-api": "slack",
    "@aws-sdk/client-*": "aws",
    "@sendgrid/mail": "sendgrid",
    "p-limit": "p-limit",
    "p-retry": "package of one",
    "p-map": "package of one",
    "p-timeout": "package of one",
    "p-queue": "p-queue",
    "delay": "package of one",
}
"""Shapes of packages by name, `node:` left out; `*` at the end matches any text."""
