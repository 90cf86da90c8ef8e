"""Which packages are third parties' SDKs, and which are databases, frameworks and helpers."""

from __future__ import annotations

_INFRASTRUCTURE = frozenset(
    {
        "zod", "express", "fastify", "hono", "koa", "next", "react", "vue", "pino", "winston", "lodash",
        "redis", "ioredis", "bullmq", "bull", "pg", "mysql2", "knex", "kysely", "drizzle-orm", "mongodb",
        "mongoose", "typeorm", "sequelize", "vitest", "jest", "axios", "got", "ky", "uuid", "nanoid",
        "date-fns", "dayjs", "luxon", "p-limit", "p-queue", "rxjs", "fs", "path", "crypto", "events", "http",
        "https", "url", "util", "stream", "buffer", "async_hooks", "child_process", "os", "zlib", "ws",
    }
)  # fmt: skip
_INFRASTRUCTURE_SCOPES = (
    "@supabase/",
    "@prisma/",
    "@types/",
    "@opentelemetry/",
    "@nestjs/",
    "@testing-library/",
)


def is_vendor(specifier: str) -> bool:
    """Whether a specifier names a third party's SDK, and no database, framework or helper."""
    if specifier.startswith((".", "node:", "@/", "~", "#", "/")) or specifier.startswith(
        _INFRASTRUCTURE_SCOPES
    ):
        return False
    first, _, rest = specifier.partition("/")
    name = f"{first}/{rest.partition('/')[0]}" if first.startswith("@") else first
    return name not in _INFRASTRUCTURE
