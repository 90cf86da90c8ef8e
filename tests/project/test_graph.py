"""Importers are found wherever they are and however they write it, and followed through changes."""

from __future__ import annotations

import random

import pytest

from fourlayer.project.graph import ImportIndex
from fourlayer.project.layout import Layout, is_code
from fourlayer.project.snapshot import Snapshot
from fourlayer.syntax.text import Text
from tests.project.test_snapshot import MemoryDisk

FILES = {
    "package.json": '{"workspaces": ["packages/*"]}',
    "tsconfig.json": '{"compilerOptions": {"paths": {"@acme": ["./packages/integrations/acme/index.ts"], '
    '"~lib/*": ["./packages/backend/src/lib/*"]}}}',
    "packages/integrations/package.json": (
        '{"name": "@v/int", "exports": {".": "./index.ts", "./*": "./*/index.ts"}}'
    ),
    "packages/integrations/index.ts": 'export * from "./acme/index.js";',
    "packages/integrations/acme/index.ts": 'export { A } from "./AcmeAdapter.js";',
    "packages/integrations/acme/AcmeAdapter.ts": 'export class A {}; export type T = import("./types").T;',
    "packages/integrations/acme/types.ts": "export type T = 1;",
    "packages/integrations/acme/sub/deep.ts": 'import { A } from "..";',
    "packages/backend/package.json": '{"name": "@v/backend", "imports": {"#db": "./src/lib/db.ts"}}',
    "packages/backend/src/a.ts": 'import { A } from "@v/int/acme"; // it\'s here',
    "packages/backend/src/b.ts": 'import { A } from "@acme";',
    "packages/backend/src/c.test.ts": 'vi.mock("../../integrations/acme/AcmeAdapter");',
    "packages/backend/src/d.ts": 'const a = await import("@v/int");',
    "packages/backend/src/e.ts": '// "@v/int/acme" is only mentioned',
    "packages/backend/src/lib/db.ts": "export const db = 1;",
    "packages/backend/src/lib/index.ts": 'export * from "./db";',
    "packages/backend/src/f.ts": 'import { db } from "#db"; import { db as two } from "~lib/db";',
    "packages/backend/src/g.ts": 'import { db } from "./lib"; import "./lib/";',
    "packages/backend/src/lib/h.ts": 'import { db } from ".";',
}
BACKEND = "packages/backend/src"
ACME = "packages/integrations/acme"


def _snapshot() -> Snapshot:
    files = {path: text.encode() for path, text in FILES.items()}
    return Snapshot(Layout(package="@v/int"), MemoryDisk(files))


def _importers(snapshot: Snapshot, path: str) -> list[str]:
    return [edge.importer for edge in snapshot.importers(path)]


@pytest.mark.parametrize(
    ("target", "importers"),
    [
        (
            f"{ACME}/index.ts",
            [f"{BACKEND}/a.ts", f"{BACKEND}/b.ts", f"{ACME}/sub/deep.ts", "packages/integrations/index.ts"],
        ),
        (f"{ACME}/AcmeAdapter.ts", [f"{BACKEND}/c.test.ts", f"{ACME}/index.ts"]),
        (f"{ACME}/types.ts", [f"{ACME}/AcmeAdapter.ts"]),
        ("packages/integrations/index.ts", [f"{BACKEND}/d.ts"]),
        (f"{BACKEND}/lib/db.ts", [f"{BACKEND}/f.ts", f"{BACKEND}/f.ts", f"{BACKEND}/lib/index.ts"]),
        (f"{BACKEND}/lib/index.ts", [f"{BACKEND}/g.ts", f"{BACKEND}/g.ts", f"{BACKEND}/lib/h.ts"]),
        (f"{BACKEND}/a.ts", []),
    ],
)
def test_every_importer_is_found(target: str, importers: list[str]) -> None:
    assert _importers(_snapshot(), target) == importers


def test_files_that_cannot_import_are_not_parsed() -> None:
    snapshot = _snapshot()

    snapshot.importers(f"{ACME}/index.ts")

    parsed = {bytes(facts.text.data).decode() for facts in snapshot.store._facts.values()}
    assert FILES[f"{BACKEND}/e.ts"] in parsed  # its comment holds a string that resolves there
    assert FILES[f"{BACKEND}/f.ts"] not in parsed


def test_files_that_mention_integrations_are_told_from_others() -> None:
    index = _snapshot().index

    assert index.mentioning_integrations() >= {
        f"{BACKEND}/{name}.ts" for name in ("a", "b", "c.test", "d", "e")
    }
    assert not index.mentions_integrations(f"{BACKEND}/f.ts")
    assert ImportIndex(_snapshot()).mentions_integrations(f"{BACKEND}/a.ts")


def test_a_creation_resolves_what_was_unresolved() -> None:
    first = _snapshot().derive({f"{BACKEND}/x.ts": Text(b'import "@v/int/zeta";')})
    zeta = "packages/integrations/zeta/index.ts"
    assert _importers(first, zeta) == []

    second = first.derive({**first.buffers, zeta: Text(b"export {};")})

    assert _importers(second, zeta) == [f"{BACKEND}/x.ts"]
    assert _importers(second.derive(first.buffers), zeta) == []


def test_any_sequence_of_edits_ends_where_a_fresh_index_does() -> None:
    chance = random.Random(7)
    paths = [path for path in FILES if is_code(path)]
    snapshot = _snapshot()
    targets = [*paths, "packages/integrations/zeta/index.ts", f"{BACKEND}/new.ts"]
    for _ in range(60):
        buffers = dict(snapshot.buffers)
        path = chance.choice(targets)
        if path in buffers and chance.random() < 0.4:
            del buffers[path]
        else:
            imports = chance.sample([FILES[one] for one in paths], 2)
            buffers[path] = Text(" ".join([*imports, 'import "@v/int/zeta";']).encode())
        snapshot = snapshot.derive(buffers)
        fresh = Snapshot(snapshot.layout, snapshot.disk, buffers=buffers)
        for target in chance.sample(targets, 6):
            assert snapshot.importers(target) == fresh.importers(target), target
