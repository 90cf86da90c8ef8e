"""Public names lead to their declarations through imports, barrels, stars and cycles."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.project.exports import (
    UNKNOWN,
    Declared,
    Origin,
    exported,
    exported_names,
    is_type,
    named,
    origin_in,
    origin_of,
    public_names,
    qualified,
)
from fourlayer.project.layout import Layout
from fourlayer.project.snapshot import Snapshot, View
from fourlayer.syntax.text import Text
from tests.project.test_snapshot import MemoryDisk


def view_of(root: Path, files: Mapping[str, str]) -> View:
    for path, content in {"package.json": "{}", **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, encoding="utf-8")
    return View(App.open(str(root)).snapshot())


def told(view: View, path: str) -> dict[str, tuple[str | None, str]]:
    return {name: (origin.path, origin.name) for name, origin in public_names(view, path).items()}


def test_names_are_followed_through_barrels_and_aliases(tmp_path: Path) -> None:
    view = view_of(
        tmp_path,
        {
            "index.ts": 'import { inner as mine } from "./barrel.js";\n'
            'export { outer as renamed } from "./barrel.js";\nexport { mine };\nexport const own = 1;\n'
            "const local = 2;\nexport { local as shown };\n",
            "barrel.ts": 'export { deep as outer, deep as inner } from "./deep.js";\n',
            "deep.ts": "export const deep = 1;\n",
        },
    )
    assert told(view, "index.ts") == {
        "renamed": ("deep.ts", "deep"),
        "mine": ("deep.ts", "deep"),
        "own": ("index.ts", "own"),
        "shown": ("index.ts", "local"),
    }
    found = exported(view, "index.ts", "mine")
    assert isinstance(found, Declared)
    assert (found.path, found.decl.name) == ("deep.ts", "deep")


def test_stars_leave_out_defaults_and_what_the_module_names_itself(tmp_path: Path) -> None:
    view = view_of(
        tmp_path,
        {
            "index.ts": 'export * from "./a.js";\nexport const b = 2;\n',
            "a.ts": "export const b = 1;\nexport const a = 1;\nexport default a;\n",
        },
    )
    assert told(view, "index.ts") == {"b": ("index.ts", "b"), "a": ("a.ts", "a")}
    assert exported_names(view, "index.ts") == (frozenset({"a", "b"}), True)
    assert exported(view, "index.ts", "default") is None


def test_two_stars_that_mean_different_things_export_neither(tmp_path: Path) -> None:
    view = view_of(
        tmp_path,
        {
            "index.ts": 'export * from "./a.js";\nexport * from "./b.js";\n',
            "a.ts": 'export const one = 1;\nexport { same } from "./c.js";\n',
            "b.ts": 'export const one = 2;\nexport { same } from "./c.js";\nexport const two = 2;\n',
            "c.ts": "export const same = 1;\n",
        },
    )
    assert told(view, "index.ts") == {"same": ("c.ts", "same"), "two": ("b.ts", "two")}
    assert exported(view, "index.ts", "one") is None
    assert exported_names(view, "index.ts").names == {"one", "two", "same"}


def test_cycles_of_stars_end(tmp_path: Path) -> None:
    view = view_of(
        tmp_path,
        {
            "a.ts": 'export * from "./b.js";\nexport const a = 1;\nexport { lost } from "./b.js";\n',
            "b.ts": 'export * from "./a.js";\nexport const b = 1;\nexport { lost } from "./a.js";\n',
        },
    )
    assert told(view, "a.ts") == {"a": ("a.ts", "a"), "b": ("b.ts", "b")}
    assert told(view, "b.ts") == {"b": ("b.ts", "b"), "a": ("a.ts", "a")}
    assert exported(view, "a.ts", "lost") is None


def test_what_cannot_be_read_is_unknown_not_absent(tmp_path: Path) -> None:
    view = view_of(
        tmp_path,
        {
            "index.ts": 'export * from "./gone.js";\nexport { client } from "vendor";\n'
            'export * as vendor from "vendor";\nexport * as own from "./half.js";\n',
            "half.ts": "export const one = 1;\nexport const two = {\n",
        },
    )
    names = public_names(view, "index.ts")
    assert names["client"] == Origin(None, "client", specifier="vendor", importer="index.ts")
    assert (names["vendor"].specifier, names["vendor"].name) == ("vendor", "*")
    assert (names["own"].path, names["own"].name) == ("half.ts", "*")
    assert exported(view, "index.ts", "client") == UNKNOWN
    assert exported(view, "index.ts", "other") == UNKNOWN
    assert not exported_names(view, "index.ts").complete
    assert exported(view, "half.ts", "three") == UNKNOWN
    assert exported(view, "absent.ts", "x") == UNKNOWN


def test_the_member_of_a_namespace_is_found(tmp_path: Path) -> None:
    view = view_of(
        tmp_path,
        {
            "use.ts": 'import * as base from "./base.js";\nimport type { T } from "./base.js";\nconst x = 1;',
            "base.ts": "export class Thing {}\nexport interface T {}\n",
        },
    )
    facts = view.facts("use.ts")
    assert facts is not None
    found = qualified(view, "use.ts", facts, "base.Thing")
    assert isinstance(found, Declared)
    assert found.decl.kind == "class"
    assert qualified(view, "use.ts", facts, "base.Other") is None
    assert origin_in(view, "use.ts", facts, "base") == Origin("base.ts", "*")
    assert named(view, "use.ts", facts, "base") == UNKNOWN
    assert named(view, "use.ts", facts, "nothing") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("T", True),
        ("I", True),
        ("K", True),
        ("L", True),
        ("k", False),
        ("E", False),
        ("Both", False),
        ("ns", False),
        ("ext", None),
    ],
)
def test_types_are_told_from_values(tmp_path: Path, name: str, expected: bool | None) -> None:
    view = view_of(
        tmp_path,
        {
            "index.ts": 'export * from "./a.js";\nexport type { K } from "./a.js";\n'
            'import type { K as Q } from "./a.js";\nexport { Q as L };\n'
            'export * as ns from "./a.js";\nexport { ext } from "vendor";\n',
            "a.ts": "export type T = string;\nexport interface I {}\nexport class K {}\nexport const k = 1;\n"
            "export enum E { A }\nexport interface Both {}\nexport const Both = {};\n",
        },
    )
    assert is_type(view, public_names(view, "index.ts")[name]) is expected


def test_only_the_files_on_the_way_are_read() -> None:
    files = {
        "index.ts": 'export { a } from "./a.js";\nexport { b } from "./b.js";\n',
        "a.ts": "export const a = 1;\n",
        "b.ts": "export const b = 1;\n",
    }
    snapshot = Snapshot(Layout(), MemoryDisk({path: text.encode() for path, text in files.items()}))
    view = snapshot.view()
    assert origin_of(view, "index.ts", "a") == Origin("a.ts", "a")
    (dep,) = view.deps
    before = snapshot.stamp(dep)
    read: list[str] = []
    for path in files:
        edited = snapshot.derive({path: Text(b"export {};\n")})
        if edited.stamp(dep) != before:
            read.append(path)
    assert read == ["index.ts", "a.ts"]
    assert public_names(snapshot.derive({"a.ts": Text(b"export {};\n")}).view(), "index.ts").keys() == {"b"}
