"""Snapshots: buffers over disk, lazy reading, derivation, and the stamps of what was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from fourlayer.project.layout import LayerRule, Layout, Scope
from fourlayer.project.snapshot import Snapshot, Survey, View
from fourlayer.project.store import Limits, StatKey, Store
from fourlayer.project.tree import index_directories
from fourlayer.syntax.facts import FileFacts
from fourlayer.syntax.text import Text

BASE = "packages/integrations/base/index.ts"
ADAPTER = "packages/integrations/acme/AcmeAdapter.ts"
INDEX = "packages/integrations/acme/index.ts"
USE = "packages/backend/src/use.ts"
SQL = "packages/backend/migrations/001.sql"

FILES = {
    "package.json": b'{"workspaces": ["packages/*"]}',
    "packages/integrations/package.json": (
        b'{"name": "@valueos/integrations", "exports": {"./*": "./*/index.ts"}}'
    ),
    BASE: b"export class EnterpriseAdapter {}\n",
    ADAPTER: b"export class AcmeAdapter { run() { return 1; } }\n",
    INDEX: b'export { AcmeAdapter } from "./AcmeAdapter.js";\n',
    USE: b'import { AcmeAdapter } from "@valueos/integrations/acme";\n',
    SQL: b"create table deals (id uuid, tenant_id uuid);\n",
}


class MemoryDisk:
    """A disk that counts what is read of it."""

    def __init__(self, files: Mapping[str, bytes], stats: Mapping[str, StatKey] | None = None) -> None:
        self.contents = dict(files)
        self.stats = dict(stats or {path: (len(data), 0, 0, 0) for path, data in files.items()})
        self.index = index_directories(self.stats)
        self.reads: list[str] = []
        self.walks = 0

    def stat(self, path: str) -> StatKey | None:
        return self.stats.get(path)

    def read(self, path: str) -> bytes | str:
        self.reads.append(path)
        return self.contents.get(path, "it cannot be read")

    def children(self, folder: str) -> Collection[str]:
        return self.index.get(folder, ())

    def is_dir(self, path: str) -> bool:
        return path in self.index

    def files(self) -> Mapping[str, StatKey]:
        self.walks += 1
        return self.stats

    def walk(self, folder: str) -> None:
        """Everything is known."""

    def changed(self, changes: Mapping[str, StatKey | None]) -> MemoryDisk:
        stats = {**self.stats, **{path: stat for path, stat in changes.items() if stat is not None}}
        for path, stat in changes.items():
            if stat is None:
                stats.pop(path, None)
        disk = MemoryDisk(self.contents, stats)
        disk.reads = self.reads
        return disk


def _snapshot(
    files: Mapping[str, bytes] | None = None, layout: Layout | None = None
) -> tuple[Snapshot, MemoryDisk]:
    disk = MemoryDisk({**FILES, **(files or {})})
    return Snapshot(layout or Layout(), disk, Store()), disk


def _with(snapshot: Snapshot, **buffers: str) -> Snapshot:
    return snapshot.derive({path: Text.from_str(text) for path, text in buffers.items()})


@pytest.mark.parametrize("path", [ADAPTER, SQL, "package.json", "fourlayer.toml"])
def test_a_buffer_wins_over_the_disk_for_every_kind_of_file(path: str) -> None:
    snapshot = _with(_snapshot()[0], **{path: "new"})

    assert snapshot.read(path) == b"new"
    assert snapshot.is_file(path)


def test_an_unsaved_new_file_exists_and_is_gone_when_closed() -> None:
    first, _ = _snapshot()
    new = "packages/integrations/acme/health/check.ts"

    opened = _with(first, **{new: "export {};"})
    assert opened.is_file(new)
    assert "check.ts" in opened.children("packages/integrations/acme/health")
    assert "health" in opened.children("packages/integrations/acme")
    assert new in opened.files()
    assert opened.provider("acme") != first.provider("acme")

    closed = opened.derive({})
    assert not closed.is_file(new)
    assert closed.children("packages/integrations/acme") == first.children("packages/integrations/acme")
    assert new not in closed.files()
    assert not first.is_file(new)


def test_a_file_that_left_the_disk_is_dropped() -> None:
    first, _ = _snapshot()

    second = first.derive(disk_changes={INDEX: None})

    assert second.read(INDEX) is None
    assert INDEX not in second.files()
    provider = second.provider("acme")
    assert provider is not None
    assert provider.entry is None


def test_contents_are_read_once_and_again_only_when_the_status_changes() -> None:
    first, disk = _snapshot()
    first.read(ADAPTER)
    second = first.derive({})
    second.facts(ADAPTER)
    second.digest(ADAPTER)
    assert disk.reads == [ADAPTER]

    disk.contents[ADAPTER] = b"export class Acme {}\n"
    third = second.derive(disk_changes={ADAPTER: (20, 1, 1, 1)})

    assert third.read(ADAPTER) == b"export class Acme {}\n"
    assert disk.reads == [ADAPTER, ADAPTER]


def test_a_file_that_cannot_be_read_is_absent_and_says_why() -> None:
    snapshot, disk = _snapshot()
    del disk.contents[ADAPTER]

    assert snapshot.read(ADAPTER) is None
    assert snapshot.facts(ADAPTER) is None
    assert snapshot.problem(ADAPTER) == "it cannot be read"
    assert snapshot.problem(INDEX) is None


def test_facts_are_shared_by_content() -> None:
    snapshot, _ = _snapshot({"a.ts": b"let a;\n", "b.ts": b"let a;\n", "c.tsx": b"let a;\n"})

    assert snapshot.facts("a.ts") is snapshot.facts("b.ts")
    assert snapshot.facts("a.ts") is not snapshot.facts("c.tsx")
    assert snapshot.facts("package.json") is None


def test_facts_after_an_edit_are_those_from_scratch() -> None:
    first = _with(_snapshot()[0], **{ADAPTER: "export class A { run() { return 1; } }\nlet x: any;\n"})
    first.facts(ADAPTER)

    second = _with(first, **{ADAPTER: "export class A { run() { return 22; } }\nlet x: any;\nlet é: any;\n"})
    facts = second.facts(ADAPTER)

    scratch = _with(_snapshot()[0], **{ADAPTER: str(second.text(ADAPTER))}).facts(ADAPTER)
    assert facts is not None
    assert scratch is not None
    assert facts.anys == scratch.anys
    assert [(d.kind, d.names, d.start, d.end) for d in facts.decls] == [
        (d.kind, d.names, d.start, d.end) for d in scratch.decls
    ]


def test_the_store_is_bounded() -> None:
    store = Store(Limits(content=100, facts=100, trees=1))
    files = {f"{n}.ts": b"let a = %d; // padding" % n for n in range(20)}
    snapshot = Snapshot(Layout(), MemoryDisk(files), store)

    facts = [snapshot.facts(path) for path in files]

    assert len(store._texts) < 10
    assert len(store._facts) < 10
    assert [one.tree is not None for one in facts if one is not None].count(True) == 1


# Surveys, schema


def _names(_path: str, facts: FileFacts) -> tuple[str, ...] | None:
    return tuple(name for decl in facts.decls if decl.kind == "class" for name in decl.names) or None


CLASSES = Survey("test-classes", _names, (b"class",))


def test_a_survey_collects_values_and_looks_again_at_what_changed_only() -> None:
    first, disk = _snapshot({"packages/integrations/acme/x.test.ts": b"class T {}\n"})
    assert first.survey(CLASSES) == {ADAPTER: ("AcmeAdapter",), BASE: ("EnterpriseAdapter",)}
    stamp = first.stamp(("survey", "test-classes"))
    disk.reads.clear()

    same = _with(first, **{ADAPTER: "// moved\nexport class AcmeAdapter {}\n"})
    assert same.stamp(("survey", "test-classes")) == stamp
    other = _with(same, **{ADAPTER: "export class B {}\n", "packages/new.ts": "class C {}"})
    assert dict(other.survey(CLASSES)) == {
        ADAPTER: ("B",),
        BASE: ("EnterpriseAdapter",),
        "packages/new.ts": ("C",),
    }
    assert list(other.survey(CLASSES)) == sorted(other.survey(CLASSES))
    assert other.stamp(("survey", "test-classes")) != stamp
    assert disk.reads == []


def test_a_survey_survives_a_file_that_it_cannot_digest() -> None:
    def extract(path: str, facts: FileFacts) -> int | None:
        return len(facts.decls) // (0 if path == ADAPTER else 1)

    snapshot, _ = _snapshot()
    values = snapshot.survey(Survey("test-crash", extract, (b"class",)))

    assert values == {BASE: 1}
    assert list(snapshot.survey_crashes) == [("test-crash", ADAPTER)]
    assert _with(snapshot, **{ADAPTER: "let a;"}).survey_crashes == {}


def test_the_schema_is_built_again_only_when_one_of_its_sources_changed() -> None:
    first, _ = _snapshot()
    assert list(first.schema.tables) == ["deals"]
    stamp = first.stamp(("schema",))

    assert _with(first, **{ADAPTER: "let a;"}).schema is first.schema
    assert _with(first, **{SQL: "-- only a comment\n" + FILES[SQL].decode().upper().lower()}).is_file(SQL)
    more = _with(first, **{"packages/backend/migrations/002.sql": "create table notes (id uuid);"})
    assert list(more.schema.tables) == ["deals", "notes"]
    assert more.stamp(("schema",)) != stamp


# Stamps and views


def test_a_view_records_what_was_read() -> None:
    view = View(_snapshot()[0])

    view.facts(ADAPTER)
    view.shape(INDEX)
    view.exists("packages/integrations/acme/health.ts")
    view.children("packages")
    view.resolve("./AcmeAdapter.js", INDEX)
    view.provider("acme")

    assert view.deps == {
        ("content", ADAPTER),
        ("interface", INDEX),
        ("exists", "packages/integrations/acme/health.ts"),
        ("children", "packages"),
        ("resolution", "./AcmeAdapter.js", INDEX),
        ("providers",),
    }


def test_stamps_differ_exactly_where_what_was_read_does() -> None:
    first, _ = _snapshot()
    deps = {
        "content": ("content", ADAPTER),
        "interface": ("interface", ADAPTER),
        "exists": ("exists", "packages/integrations/acme/errors.ts"),
        "children": ("children", "packages/integrations/acme"),
        "providers": ("providers",),
        "resolution": ("resolution", "./errors.js", INDEX),
        "importers": ("importers", INDEX),
    }
    before = {name: first.stamp(dep) for name, dep in deps.items()}

    def differing(second: Snapshot) -> set[str]:
        return {name for name, dep in deps.items() if second.stamp(dep) != before[name]}

    assert differing(first.derive({})) == set()
    body = _with(first, **{ADAPTER: "export class AcmeAdapter { run() { return 2; } }\n"})
    assert differing(body) == {"content"}
    member = _with(first, **{ADAPTER: "export class AcmeAdapter { stop() { return 2; } }\n"})
    assert differing(member) == {"content", "interface"}
    errors = _with(first, **{"packages/integrations/acme/errors.ts": "export {};"})
    assert differing(errors) == {"exists", "children", "providers", "resolution"}
    importer = _with(first, **{USE: "export {};\n"})
    assert differing(importer) == {"importers"}
    assert differing(body.derive({})) == set()


# Places


LAYERS = {
    "public": LayerRule(("index.ts",), ()),
    "contracts": LayerRule(("types.ts", "errors.ts"), ()),
    "queue": LayerRule(("jobs/queue.ts",), ()),
    "jobs": LayerRule(("jobs/**",), ()),
    "api": LayerRule(("handlers/**",), ()),
    "client": LayerRule(("**",), ()),
}


@pytest.mark.parametrize(
    ("path", "layer"),
    [
        ("packages/integrations/acme/index.ts", "public"),
        ("packages/integrations/acme/sub/index.ts", "client"),
        ("packages/integrations/acme/errors.ts", "contracts"),
        ("packages/integrations/acme/jobs/queue.ts", "queue"),
        ("packages/integrations/acme/jobs/a/b.ts", "jobs"),
        ("packages/integrations/acme/handlers/webhooks.ts", "api"),
        ("packages/integrations/acme/handlers/__tests__/x.ts", "test"),
        ("packages/integrations/base/index.ts", None),
        ("packages/integrations/index.ts", None),
        ("packages/backend/src/a.ts", "service"),
        ("packages/backend/src/workers/a.ts", "jobs"),
        ("apps/web/a.ts", None),
    ],
)
def test_every_file_has_its_layer(path: str, layer: str | None) -> None:
    scopes = (
        Scope(("packages/backend/src/**",), "service", ("tenancy",)),
        Scope(("packages/backend/src/workers/**",), "jobs", ("tenancy", "jobs")),
    )

    snapshot, _ = _snapshot(layout=Layout(layers=LAYERS, scopes=scopes))

    assert snapshot.layer_of(path) == layer


def test_specifiers_follow_the_importers_style() -> None:
    snapshot, _ = _snapshot({"packages/integrations/acme/old.ts": b'import "./AcmeAdapter";\n'})
    target = "packages/integrations/acme/types.ts"

    assert snapshot.specifier_for(target, INDEX) == "./types.js"
    assert snapshot.specifier_for(target, "packages/integrations/acme/old.ts") == "./types"
    assert snapshot.specifier_for(target, "packages/integrations/acme/sub/new.ts") == "../types.js"
