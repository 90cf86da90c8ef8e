"""What a file that queries a database holds; kept apart so that reading it imports nothing."""

from __future__ import annotations

TRIGGERS: tuple[bytes, ...] = (
    *(b'.from("', b".from('", b".from(`", b".from(\n", b".from(\r", b".from(this.", b".from<", b".from(t"),
    *(b".from(T", b".from(C", b"selectFrom", b"insertInto", b"updateTable", b"deleteFrom"),
    *(b"prisma", b"Prisma", b"knex", b"Knex", b"drizzle", b".query(", b".query<", b"queryRaw", b"executeRaw"),
    *(b"sql`", b".execute(", b".unsafe("),
)
"""A file that holds none of these hardly queries a database: cheap to look for in every file."""
