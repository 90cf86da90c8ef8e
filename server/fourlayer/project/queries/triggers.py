"""What a file that queries a database holds; kept apart so that reading it imports nothing."""

from __future__ import annotations

TRIGGERS: tuple[bytes, ...] = (
    *(b'rom("', b"rom('", b"rom(\n", b".from<", b"rom(this.", b".from(T", b"insertInto", b"updateTable"),
    *(b"risma", b"knex", b"Knex", b"rizzle", b".query(", b".query<", b"sql`", b"mysql"),
)
"""A file that holds none of these hardly queries a database: cheap to look for in every file."""
