"""Configurations that resolution follows: tsconfig chains, workspaces, and what a change leaves valid."""

from __future__ import annotations

import pytest

from fourlayer.project.globs import expand_braces, matches
from fourlayer.project.packages import pnpm_packages
from fourlayer.project.resolve import Resolver
from fourlayer.project.tree import MemoryTree, join
from tests.project.test_resolve import Files, resolve, tree


def options(**values: object) -> Files:
    return {"compilerOptions": values}


class TestPaths:
    """`paths` and `baseUrl`."""

    def test_relative_to_the_declaring_file(self) -> None:
        files: Files = {
            "app/tsconfig.json": {"extends": "../config/base.json"},
            "config/base.json": options(paths={"@/*": ["./src/*"]}),
            "config/src/x.ts": None,
            "app/src/x.ts": None,
        }
        assert resolve(files, "@/x", "app/src/a.ts").path == "config/src/x.ts"

    def test_relative_to_the_base_url(self) -> None:
        files: Files = {
            "app/tsconfig.json": options(baseUrl="src", paths={"@/*": ["lib/*"]}),
            "app/src/lib/x.ts": None,
            "app/src/plain/y.ts": None,
        }
        assert resolve(files, "@/x", "app/src/a.ts").path == "app/src/lib/x.ts"
        assert resolve(files, "plain/y", "app/src/a.ts").path == "app/src/plain/y.ts"

    def test_the_first_target_that_exists_wins(self) -> None:
        paths = {"@/*": ["./gen/*", "./src/*"]}
        answer = resolve({"tsconfig.json": options(paths=paths), "src/x.ts": None}, "@/x.js")
        assert answer.path == "src/x.ts"
        assert "gen/x.ts" in answer.tried

    def test_exact_and_longest_patterns_win(self) -> None:
        paths = {"*": ["./any/*"], "@/*": ["./src/*"], "@/lib/*": ["./lib/*"], "@/lib/exact": ["./exact.ts"]}
        files: Files = {
            "tsconfig.json": options(paths=paths),
            **dict.fromkeys(["src/lib/x.ts", "lib/x.ts", "lib/exact.ts", "exact.ts", "any/thing.ts"]),
        }
        assert resolve(files, "@/lib/x").path == "lib/x.ts"
        assert resolve(files, "@/lib/exact").path == "exact.ts"
        assert resolve(files, "thing").path == "any/thing.ts"
        assert resolve(files, "zod").kind == "external"

    def test_an_alias_without_target(self) -> None:
        files: Files = {"tsconfig.json": options(paths={"@services/*": ["./s/*"]})}
        answer = resolve(files, "@services/x")
        assert (answer.kind, answer.package) == ("unresolved", None)
        assert "s/x.ts" in answer.tried
        files["package.json"] = {"dependencies": {"@services/x": "1"}}
        assert resolve(files, "@services/x")[1:3] == ("external", "@services/x")

    def test_targets_cannot_leave_the_workspace(self) -> None:
        files: Files = {
            "tsconfig.json": options(paths={"@/*": ["../../../*"], "~*": ["./*"]}),
            "src/b.ts": None,
        }
        assert resolve(files, "@/etc/passwd").path is None
        assert resolve(files, "~../../x").path is None


class TestChains:
    """`extends` and which configuration is in force."""

    def test_options_of_a_chain(self) -> None:
        files: Files = {
            "a/tsconfig.json": {"extends": ["./one.json", "./two"], **options(strict=True)},
            "a/one.json": options(target="ES5", module="x", strict=False),
            "a/two.json": {"extends": "./three.json", **options(target="ES2022")},
            "a/three.json": options(target="ES3", lib=["DOM"]),
        }
        resolver = Resolver(tree(files))
        expected = {"target": "ES2022", "module": "x", "strict": True, "lib": ["DOM"]}
        assert resolver.compiler_options("a/b/c.ts") == expected
        assert resolver.config_of("a/b/c.ts") == "a/tsconfig.json"
        assert resolver.compiler_options("other.ts") == {}

    @pytest.mark.parametrize(
        "extends", ["@w/config/base.json", "@w/config/base", "@w/config", "shared/x.json"]
    )
    def test_extending_packages(self, extends: str) -> None:
        files: Files = {
            "package.json": {"workspaces": ["packages/*"]},
            "packages/config/package.json": {"name": "@w/config", "exports": {"./base.json": "./base.json"}},
            "packages/config/base.json": options(strict=True),
            "packages/config/tsconfig.json": options(strict=True),
            "node_modules/shared/x.json": options(strict=True),
            "tsconfig.json": {"extends": extends},
        }
        assert Resolver(tree(files)).compiler_options("a.ts") == {"strict": True}

    def test_missing_targets_are_remembered(self) -> None:
        files: Files = {"a/tsconfig.json": {"extends": "../base", **options(strict=True)}}
        resolver = Resolver(tree(files))
        assert resolver.missing_configs("a/x.ts") == ("base.json", "base/tsconfig.json")
        assert resolver.compiler_options("a/x.ts") == {"strict": True}
        created = tree({**files, "base.json": options(module="x")})
        after = resolver.derive(created, ["base.json"])
        assert after.compiler_options("a/x.ts") == {"strict": True, "module": "x"}

    def test_cycles_survive(self) -> None:
        files: Files = {
            "tsconfig.json": {"extends": "./b.json", **options(strict=True)},
            "b.json": {"extends": "./tsconfig.json", **options(module="x")},
        }
        assert Resolver(tree(files)).compiler_options("a.ts") == {"module": "x", "strict": True}

    def test_comments_commas_and_byte_order_mark(self) -> None:
        text = (
            '\ufeff{ // c\n "compilerOptions": { /* , */ "paths": {"@/*": ["./src/*",],},"x": "// ,]", }, }'
        )
        files: Files = {"tsconfig.json": text, "src/x.ts": None}
        assert resolve(files, "@/x").path == "src/x.ts"
        assert Resolver(tree(files)).compiler_options("a.ts")["x"] == "// ,]"

    def test_a_list_of_projects_is_passed_over(self) -> None:
        files: Files = {
            "tsconfig.json": options(paths={"@/*": ["./root/*"]}),
            "app/tsconfig.json": {
                "files": [],
                "references": [{"path": "./tsconfig.app.json"}, {"path": "./none"}],
            },
            "app/tsconfig.app.json": {"include": ["src"], **options(paths={"@/*": ["./src/*"]})},
            "app/src/x.ts": None,
            "root/x.ts": None,
        }
        assert resolve(files, "@/x", "app/src/deep/a.ts").path == "app/src/x.ts"
        assert resolve(files, "@/x", "app/scripts/a.ts").path == "root/x.ts"

    def test_config_dir(self) -> None:
        files: Files = {
            "base/tsconfig.base.json": options(paths={"@/*": ["${configDir}/src/*"]}),
            "app/tsconfig.json": {"extends": "../base/tsconfig.base.json"},
            "app/src/x.ts": None,
        }
        assert resolve(files, "@/x", "app/a.ts").path == "app/src/x.ts"


class TestWorkspaces:
    """Which packages are members."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (
                "packages:\n  - 'a/*'\n  - \"b\" # why\n\n# c\n  - c/**\n  - '!c/x'\nother: 1\n",
                ["a/*", "b", "c/**", "!c/x"],
            ),
            ("packages:\n- a\n- b#c\ncatalog:\n  - no\n", ["a", "b#c"]),
            ("packages: ['a/*', \"b\", c/{d,e}]\n", ["a/*", "b", "c/{d,e}"]),
            ("packages: [a,\n  b, # x\n  c ]\n", ["a", "b", "c"]),
            ("packages: []", []),
            ("packages:\n", []),
            ("\ufeff'packages':\r\n  - a\r\n", ["a"]),
            ("onlyBuilt:\n  - x\n", None),
            ("packages: {a: 1}", None),
        ],
    )
    def test_pnpm_lists(self, text: str, expected: list[str] | None) -> None:
        assert pnpm_packages(text.encode()) == expected

    @pytest.mark.parametrize(
        "declaration",
        [
            {"pnpm-workspace.yaml": "packages: ['packages/**', '!**/skipped']"},
            {"package.json": {"workspaces": ["packages/**", "!packages/skipped"]}},
            {"package.json": {"workspaces": {"packages": ["./packages/{a,b}/", "packages/deep/*"]}}},
        ],
    )
    def test_members(self, declaration: Files) -> None:
        names = ["packages/a", "packages/b", "packages/deep/c", "packages/skipped", "elsewhere"]
        files = {f"{name}/package.json": {"name": name.rpartition("/")[2]} for name in names}
        members = Resolver(tree({**files, **declaration})).workspace_packages()
        assert members == {"a": "packages/a", "b": "packages/b", "c": "packages/deep/c"}

    def test_without_declaration_every_package_is_one(self) -> None:
        files: Files = {
            "package.json": {"name": "root"},
            "x/package.json": {"name": "x"},
            "y/package.json": {},
        }
        assert Resolver(tree(files)).workspace_packages() == {"root": "", "x": "x"}

    def test_installed_packages_are_none(self) -> None:
        assert Resolver(tree({"node_modules/z/package.json": {"name": "z"}})).workspace_packages() == {}


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a/*", "a/b", True),
        ("a/*", "a/b/c", False),
        ("a/**", "a/b/c", True),
        ("a/**", "a", True),
        ("**/x", "x", True),
        ("**/x/**/y", "a/x/b/c/x/y", True),
        ("a?c*e", "abcde", True),
        ("*a*a*b", "aaaaac", False),
        ("", "", True),
        ("*", "", False),
    ],
)
def test_globs(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def test_braces() -> None:
    assert expand_braces("a/{b,c{1,2}}/d") == ["a/b/d", "a/c1/d", "a/b/d", "a/c2/d"]
    assert expand_braces("a}{b") == ["a}{b"]
    assert len(expand_braces("{a,b}" * 30)) <= 256


@pytest.mark.parametrize(
    ("directory", "relative", "expected"),
    [
        ("a/b", "../c", "a/c"),
        ("a", "..", ""),
        ("", "../x", None),
        ("", "a/./b//c", "a/b/c"),
        ("a", "/b", None),
        ("a", "b\0", None),
    ],
)
def test_joining_paths(directory: str, relative: str, expected: str | None) -> None:
    assert join(directory, relative) == expected


HOSTILE: list[object] = [
    None, 1, "x", [], [[]], {}, {"x": 1}, True, ["\0"], "../../../etc", "*" * 5000, {"*": "*"},
    {"*": ["*" * 99]},
    {".": {".": {".": []}}}, [None, 1, "./a"], {"a*b*c": ["*"]}, {"": [""]}, {"@/*": "x"},
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_configurations(value: object) -> None:
    files: Files = {
        "tsconfig.json": {
            "extends": value, "files": value, "include": value, "references": value,
            "compilerOptions": {"paths": value, "baseUrl": value, "outDir": value, "rootDir": value},
        },
        "package.json": {"name": value, "exports": value, "imports": value, "workspaces": value},
        "p/package.json": {"name": "p", "exports": value, "imports": value, "main": value, "types": value},
        "p/tsconfig.json": {"files": [], "references": value, "compilerOptions": value},
    }  # fmt: skip
    for specifier in ("p", "p/x", "#x", "@/x", "./p", "x", "..", "*", "@", "@/", "p/", "\ud800"):
        for importer in ("a.ts", "p/a.ts"):
            answer = resolve(files, specifier, importer)
            assert answer.path is None or not answer.path.startswith(("/", "."))


@pytest.mark.parametrize(
    "text",
    [
        "{" * 100_000,
        '{"a":' * 100_000,
        "[" * 100_000,
        "/*" * 50_000,
        '"' * 99_999,
        "\xff\xfe",
        "null",
        "9" * 9999,
    ],
)
def test_hostile_json(text: str) -> None:
    files: Files = {"tsconfig.json": text, "package.json": text, "pnpm-workspace.yaml": "packages: " + text}
    assert resolve(files, "zod").package == "zod"


def test_deep_exports_are_cut_off() -> None:
    exports: object = "./index.ts"
    for _ in range(500):
        exports = {"import": exports}
    files: Files = {"p/package.json": {"name": "p", "exports": exports}, "p/index.ts": None}
    assert resolve(files, "p").kind == "unresolved"


STATE: Files = {
    "pnpm-workspace.yaml": "packages: ['p']",
    "p/package.json": {"name": "p", "exports": {"./*": "./src/*.ts"}},
    "tsconfig.json": {"extends": "./odd.json"},
    "odd.json": options(paths={"@/*": ["./src/*"]}),
    "src/a.ts": None,
    "src/b.ts": None,
    "p/src/x.ts": None,
}
QUESTIONS = ("./b.js", "./c.js", "./d", "p/x", "p/y", "q", "@/b", "@/c", "./data.json", "zod")


class TestDerive:
    """A resolver for the next state answers as a new one would."""

    @pytest.mark.parametrize(
        "change",
        [
            {"src/b.ts": b"export {}"},
            {"src/c.ts": b""},
            {"src/b.ts": None},
            {"src/b.d.ts": b"", "src/b.ts": None},
            {"src/d/index.ts": b""},
            {"src/d.ts": b"", "src/d/index.ts": b""},
            {"p/src/y.ts": b""},
            {"p/src/x.ts": None},
            {"p/package.json": b'{"name": "q"}'},
            {"p/package.json": None},
            {"odd.json": b'{"compilerOptions": {"paths": {"@/*": ["./p/src/*"]}}}'},
            {"odd.json": None},
            {"src/tsconfig.json": b"{}"},
            {"src/data.json": b"{}"},
            {"pnpm-workspace.yaml": None},
        ],
    )
    def test_equals_a_new_resolver(self, change: dict[str, bytes | None]) -> None:
        before_tree = tree(STATE)
        after_tree = before_tree.with_files(change)
        warm = Resolver(before_tree)
        first = [warm.resolve(question, "src/a.ts") for question in QUESTIONS]
        derived = warm.derive(after_tree, list(change))
        fresh = Resolver(after_tree)
        for question in QUESTIONS:
            assert derived.resolve(question, "src/a.ts") == fresh.resolve(question, "src/a.ts")
        assert [warm.resolve(question, "src/a.ts") for question in QUESTIONS] == first

    def test_content_alone_keeps_every_answer(self) -> None:
        before_tree = tree(STATE)
        warm = Resolver(before_tree)
        answer = warm.resolve("./b.js", "src/a.ts")
        derived = warm.derive(before_tree.with_files({"src/b.ts": b"x"}), ["src/b.ts"])
        assert derived.resolve("./b.js", "src/a.ts") is answer


class TestMemoryTree:
    """The tree that tests and virtual workspaces read from."""

    def test_files_and_directories(self) -> None:
        files = MemoryTree({"b/c.ts": b"1", "a.ts": b"2", "b/d/e.ts": b"3"})
        assert list(files.files()) == ["a.ts", "b/c.ts", "b/d/e.ts"]
        assert (list(files.children("")), list(files.children("b"))) == (["a.ts", "b"], ["c.ts", "d"])
        assert (files.is_dir(""), files.is_dir("b/d"), files.is_dir("a.ts"), files.is_dir("x")) == (
            True,
            True,
            False,
            False,
        )
        assert (files.is_file("b"), files.is_file("B/c.ts"), files.read("b/c.ts"), files.read("b")) == (
            False,
            False,
            b"1",
            None,
        )
        assert list(files.children("none")) == []

    def test_changes_leave_the_old_tree_alone(self) -> None:
        old = MemoryTree({"a/b.ts": b"1", "c.ts": b"2"})
        new = old.with_files({"a/b.ts": None, "d/e.ts": b"3", "c.ts": b"4"})
        assert (list(old.files()), list(new.files())) == (["a/b.ts", "c.ts"], ["c.ts", "d/e.ts"])
        assert (new.is_dir("a"), new.is_dir("d"), old.is_dir("a")) == (False, True, True)
        assert (old.read("c.ts"), new.read("c.ts")) == (b"2", b"4")
        assert old.with_files({"none.ts": None}).files() == old.files()
