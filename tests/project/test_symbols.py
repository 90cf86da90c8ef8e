"""The symbol index finds declarations by name and by pattern, and follows edits."""

from __future__ import annotations

from pathlib import Path

from fourlayer.app import App
from fourlayer.project.snapshot import Snapshot, View
from fourlayer.project.symbols import find_symbols
from fourlayer.syntax.text import Text


def workspace(root: Path) -> App:
    files = {
        "package.json": "{}",
        "packages/a/registry.ts": "export class IntegrationHealthRegistry extends Base.Registry {}\n",
        "packages/b/use.ts": "const a = 'IntegrationHealthRegistry';\nfunction HealthRegistryFactory() {}\n",
        "packages/c/own.ts": "class LocalHealthRegistry {}\nexport { LocalHealthRegistry };\n",
        "packages/c/own.test.ts": "class TestHealthRegistry {}\n",
    }
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return App.open(str(root))


def test_patterns_match_whole_names(tmp_path: Path) -> None:
    snapshot = workspace(tmp_path).snapshot()
    found = find_symbols(View(snapshot), "*HealthRegistry")
    assert [(item.name, item.path, item.exported, item.extends) for item in found] == [
        ("IntegrationHealthRegistry", "packages/a/registry.ts", True, "Base.Registry"),
        ("LocalHealthRegistry", "packages/c/own.ts", True, None),
    ]
    start, end = found[0].span
    assert (tmp_path / found[0].path).read_bytes()[start:end] == b"IntegrationHealthRegistry"


def test_plain_names(tmp_path: Path) -> None:
    snapshot = workspace(tmp_path).snapshot()
    assert [item.kind for item in find_symbols(View(snapshot), "HealthRegistryFactory")] == ["function"]
    assert find_symbols(View(snapshot), "Nothing") == ()


def test_an_unsaved_buffer_counts(tmp_path: Path) -> None:
    app = workspace(tmp_path)
    snapshot = app.snapshot()
    before = snapshot.stamp(("survey", _asked(snapshot)))
    buffers = {"packages/d/new.ts": Text(b"export class FreshHealthRegistry {}")}
    after = app.snapshot(buffers, previous=snapshot, changed=())
    names = [item.name for item in find_symbols(View(after), "*HealthRegistry")]
    assert "FreshHealthRegistry" in names
    assert after.stamp(("survey", "symbols:*HealthRegistry")) != before


def _asked(snapshot: Snapshot) -> str:
    view = View(snapshot)
    find_symbols(view, "*HealthRegistry")
    return next(dep[1] for dep in view.deps if dep[0] == "survey")
