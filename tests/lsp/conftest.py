"""Servers and workspaces for the tests of the language server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lsp.raw import Raw

Start = Callable[[], Raw]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start servers that are gone when the test ends."""
    started: list[Raw] = []

    def begin() -> Raw:
        server = Raw()
        started.append(server)
        return server

    yield begin
    for server in started:
        server.kill()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A small monorepo: shared base, one provider that lacks files, a backend with a migration."""
    return write_workspace(tmp_path / "ws")


FILES = {
    "package.json": '{"name": "root", "private": true}\n',
    "pnpm-workspace.yaml": 'packages:\n  - "packages/*"\n',
    "packages/integrations/package.json": '{"name": "@valueos/integrations", "type": "module"}\n',
    "packages/integrations/base/index.ts": (
        'export { EnterpriseAdapter } from "./EnterpriseAdapter.js";\n'
        'export { IntegrationError } from "./errors.js";\n'
    ),
    "packages/integrations/base/errors.ts": "export class IntegrationError extends Error {}\n",
    "packages/integrations/base/EnterpriseAdapter.ts": (
        "export abstract class EnterpriseAdapter {\n"
        "  abstract readonly provider: string;\n"
        "  abstract validate(): Promise<boolean>;\n"
        "}\n"
    ),
    "packages/integrations/acme/index.ts": 'export { AcmeAdapter } from "./AcmeAdapter.js";\n',
    "packages/integrations/acme/types.ts": "export interface AcmeDeal {\n  id: string;\n}\n",
    "packages/integrations/acme/AcmeAdapter.ts": (
        'import { EnterpriseAdapter } from "../base/index.js";\n'
        "\n"
        "export class AcmeAdapter extends EnterpriseAdapter {\n"
        '  readonly provider = "acme";\n'
        "  async validate(): Promise<boolean> {\n"
        "    return true;\n"
        "  }\n"
        "}\n"
    ),
    "packages/integrations/acme/services/DealService.ts": (
        "interface Filter {\n  eq(column: string, value: string): Filter;\n}\n"
        "interface Database {\n  from(table: string): { select(columns: string): Filter };\n}\n"
        "\n"
        "export class DealService {\n"
        "  constructor(private readonly supabase: Database) {}\n"
        "\n"
        "  async deals(organizationId: string): Promise<Filter> {\n"
        '    return await this.supabase.from("deals").select("*").eq("organization_id", organizationId);\n'
        "  }\n"
        "}\n"
    ),
    "packages/backend/migrations/001_deals.sql": (
        "CREATE TABLE deals (\n  id uuid PRIMARY KEY,\n  organization_id uuid NOT NULL\n);\n"
    ),
}


def write_workspace(root: Path) -> Path:
    """Write the sample workspace below a folder."""
    for path, text in FILES.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return root
