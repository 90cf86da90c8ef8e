"""The database schema of a workspace, read from migrations, generated types, Prisma and Drizzle."""

from __future__ import annotations

from fourlayer.project.schema.build import build_schema, is_schema_source
from fourlayer.project.schema.model import Definition, Schema, Table, TenantColumns, Variant

__all__ = [
    "Definition",
    "Schema",
    "Table",
    "TenantColumns",
    "Variant",
    "build_schema",
    "is_schema_source",
]
