"""What a file that queries a database holds; kept apart so that reading it imports nothing."""

from __future__ import annotations

TRIGGERS: tuple[bytes, ...] = (
    *(b'rom("', b"rom('", b"rom(\n", b".from<", b"rom(this.", b".from(T", b"insertInto", b"updateTable"),
    *(b"risma", b"knex", b"Knex", b"rizzle", b".query(", b".query<", b"sql`", b"mysql"),
)
"""A file that holds none of these hardly queries a database: cheap to look for in every file."""

MEMORY_TRIGGERS: tuple[bytes, ...] = (
    *(b"emory", b"ector", b"mbedding", b"inecone", b"drant", b"eaviate", b"hroma", b"ilvus"),
    *(b"edis", b"ache"),
)
"""A file that holds none of these uses no vector store, memory or cache by name."""
