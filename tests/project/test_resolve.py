"""Specifiers to files: TypeScript's order of extensions, directories, packages, aliases."""

from __future__ import annotations

import json

import pytest

from fourlayer.project.resolve import (
    Resolution,
    Resolver,
    SpecifierStyle,
    relative_specifier,
    specifier_style,
)
from fourlayer.project.tree import MemoryTree

Files = dict[str, object]


def tree(files: Files) -> MemoryTree:
    """Text as it is, objects as JSON, None as an empty file."""

    def content(value: object) -> bytes:
        if value is None:
            return b""
        return value.encode() if isinstance(value, str) else json.dumps(value).encode()

    return MemoryTree({path: content(value) for path, value in files.items()})


def resolve(files: Files, specifier: str, importer: str = "src/a.ts") -> Resolution:
    return Resolver(tree({importer: None, **files})).resolve(specifier, importer)


@pytest.mark.parametrize(
    ("files", "specifier", "expected"),
    [
        ("src/b.ts", "./b.js", "src/b.ts"),
        ("src/b.tsx", "./b.js", "src/b.tsx"),
        ("src/b.d.ts", "./b.js", "src/b.d.ts"),
        ("src/b.js", "./b.js", "src/b.js"),
        ("src/b.ts src/b.js", "./b.js", "src/b.ts"),
        ("src/b.tsx src/b.ts", "./b.jsx", "src/b.tsx"),
        ("src/b.mts src/b.ts", "./b.mjs", "src/b.mts"),
        ("src/b.d.mts", "./b.mjs", "src/b.d.mts"),
        ("src/b.cts", "./b.cjs", "src/b.cts"),
        ("src/b.ts", "./b.ts", "src/b.ts"),
        ("src/b.tsx", "./b.ts", "src/b.tsx"),
        ("src/b.ts src/b.tsx", "./b", "src/b.ts"),
        ("src/b.tsx src/b/index.ts", "./b", "src/b.tsx"),
        ("src/b/index.ts", "./b", "src/b/index.ts"),
        ("src/b.ts src/b/index.ts", "./b/", "src/b/index.ts"),
        ("src/b/index.tsx", "./b/index.js", "src/b/index.tsx"),
        ("src/index.ts", ".", "src/index.ts"),
        ("index.ts", "..", "index.ts"),
        ("lib/b.ts", "../lib/b.js", "lib/b.ts"),
        ("src/b.json", "./b.json", "src/b.json"),
        ("src/Foo.service.ts", "./Foo.service", "src/Foo.service.ts"),
        ("src/Foo.service.ts", "./Foo.service.js", "src/Foo.service.ts"),
        ("src/b.js.ts", "./b.js", "src/b.js.ts"),
        ("src/b.d.ts", "./b.d.ts", "src/b.d.ts"),
    ],
)
def test_relative_specifiers(files: str, specifier: str, expected: str) -> None:
    answer = resolve(dict.fromkeys(files.split()), specifier)
    assert (answer.path, answer.kind, answer.package) == (expected, "file", None)


@pytest.mark.parametrize(
    ("files", "specifier"),
    [
        ("src/B.ts", "./b.js"),
        ("src/b.ts", "./b.mjs"),
        ("src/b.ts", "./b/c"),
        ("b.ts", "../../b.js"),
        ("", "./"),
        ("", ""),
    ],
)
def test_what_does_not_resolve(files: str, specifier: str) -> None:
    answer = resolve(dict.fromkeys(files.split()), specifier)
    assert (answer.path, answer.kind) == (None, "unresolved")


def test_creating_what_was_tried_changes_the_answer() -> None:
    importer = "src/a.ts"
    files: Files = {importer: None, "src/b/index.ts": None}
    for specifier in ("./b", "./c", "./c.js", "./c/"):
        before = Resolver(tree(files)).resolve(specifier, importer)
        assert before.tried
        for path in before.tried:
            after = Resolver(tree({**files, path: None})).resolve(specifier, importer)
            assert (after.path, after.kind) == (path, "file")


@pytest.mark.parametrize(
    ("specifier", "package"),
    [
        ("zod", "zod"),
        ("zod/v4", "zod"),
        ("@scope/name", "@scope/name"),
        ("@scope/name/deep/file.js", "@scope/name"),
        ("fs", "node:fs"),
        ("fs/promises", "node:fs/promises"),
        ("node:crypto", "node:crypto"),
        ("https://esm.sh/x", None),
        ("virtual:pwa", None),
        ("/logo.svg", None),
    ],
)
def test_external_specifiers(specifier: str, package: str | None) -> None:
    assert resolve({}, specifier) == Resolution(None, "external", package, ())


@pytest.mark.parametrize(
    ("specifier", "kind"),
    [
        ("./logo.svg", "external"),
        ("./logo.svg?raw", "external"),
        ("./b.ts?worker", "external"),
        ("./none.svg?url", "unresolved"),
        ("./s.css", "external"),
    ],
)
def test_assets(specifier: str, kind: str) -> None:
    assert resolve(dict.fromkeys(["src/logo.svg", "src/s.css", "src/b.ts"]), specifier)[:2] == (None, kind)


class TestPackages:
    """Workspace packages by name."""

    def package(self, manifest: Files, *files: str) -> Files:
        return {
            "pnpm-workspace.yaml": "packages:\n  - 'packages/*'\n",
            "packages/p/package.json": {"name": "@w/p", **manifest},
            **dict.fromkeys(f"packages/p/{file}" for file in files),
        }

    @pytest.mark.parametrize(
        ("exports", "file", "specifier"),
        [
            ("./index.ts", "index.ts", "@w/p"),
            ({".": "./index.ts"}, "index.ts", "@w/p"),
            ({"import": "./index.ts", "require": "./other.ts"}, "index.ts", "@w/p"),
            ({".": {"types": "./types.d.ts", "default": "./x.js"}}, "types.d.ts", "@w/p"),
            ({".": {"node": {"import": {"types": "./t.d.ts"}}}}, "t.d.ts", "@w/p"),
            ({".": {"require": "./c.cjs"}}, "c.cts", "@w/p"),
            ({".": ["./missing.ts", "./second.ts"]}, "second.ts", "@w/p"),
            ({"./base": "./base/index.ts"}, "base/index.ts", "@w/p/base"),
            ({"./*": "./src/*.ts"}, "src/deep/x.ts", "@w/p/deep/x"),
            ({"./*.js": "./src/*.ts"}, "src/x.ts", "@w/p/x.js"),
            ({"./*": "./all/*.ts", "./lib/*": "./lib/*.ts"}, "lib/x.ts", "@w/p/lib/x"),
            ({"./lib/*": "./lib/*", "./lib/x": "./exact.ts"}, "exact.ts", "@w/p/lib/x"),
            ({"./ds/*": "./ds/src/*"}, "ds/src/b.tsx", "@w/p/ds/b"),
            ({".": {"types": "./dist/index.d.ts", "import": "./dist/index.js"}}, "src/index.ts", "@w/p"),
            ({".": "./dist/index.js"}, "index.ts", "@w/p"),
        ],
    )
    def test_exports(self, exports: object, file: str, specifier: str) -> None:
        answer = resolve(self.package({"exports": exports}, file), specifier)
        assert answer[:3] == (f"packages/p/{file}", "file", "@w/p")

    @pytest.mark.parametrize(
        ("exports", "specifier"),
        [
            ({".": "./index.ts"}, "@w/p/internal"),
            ({"./*": "./*.ts", "./internal/*": None}, "@w/p/internal/x"),
            ({"./base": "./base.ts"}, "@w/p"),
            ({".": "../outside.ts"}, "@w/p"),
            (None, "@w/p/../q/index"),
            ({".": {"import": None}}, "@w/p"),
        ],
    )
    def test_blocked(self, exports: object, specifier: str) -> None:
        files = self.package({"exports": exports}, "internal.ts", "internal/x.ts", "base.ts", "index/x.ts")
        answer = resolve({**files, "packages/outside.ts": None, "packages/q/index.ts": None}, specifier)
        assert answer[:3] == (None, "unresolved", "@w/p")

    @pytest.mark.parametrize(
        ("manifest", "file", "specifier"),
        [
            ({"main": "dist/index.js"}, "src/index.ts", "@w/p"),
            ({"types": "src/index.ts", "main": "x.js"}, "src/index.ts", "@w/p"),
            ({"module": "./m.mjs"}, "m.mts", "@w/p"),
            ({}, "index.ts", "@w/p"),
            ({}, "src/index.ts", "@w/p"),
            ({}, "lib/deep.ts", "@w/p/lib/deep.js"),
            ({}, "lib/index.ts", "@w/p/lib"),
        ],
    )
    def test_without_exports(self, manifest: Files, file: str, specifier: str) -> None:
        assert resolve(self.package(manifest, file), specifier)[:3] == (f"packages/p/{file}", "file", "@w/p")

    def test_out_dir_of_the_tsconfig(self) -> None:
        files = self.package({"exports": "./made/index.js"}, "code/index.ts")
        files["packages/p/tsconfig.json"] = {"compilerOptions": {"outDir": "made", "rootDir": "code"}}
        assert resolve(files, "@w/p").path == "packages/p/code/index.ts"

    def test_unresolved_exports_name_what_would_resolve_them(self) -> None:
        files = self.package({"exports": {"./x": "./x.ts"}})
        answer = resolve(files, "@w/p/x")
        assert (answer.kind, answer.package) == ("unresolved", "@w/p")
        assert "packages/p/x.ts" in answer.tried

    def test_a_package_refers_to_itself(self) -> None:
        files = self.package({"exports": {"./x": "./x.ts"}}, "x.ts", "a.ts")
        assert resolve(files, "@w/p/x", "packages/p/a.ts").path == "packages/p/x.ts"

    @pytest.mark.parametrize(
        ("imports", "specifier", "expected"),
        [
            ({"#x": "./src/x.ts"}, "#x", "packages/p/src/x.ts"),
            ({"#lib/*": "./src/*.js"}, "#lib/x", "packages/p/src/x.ts"),
            ({"#x": {"types": "./none.d.ts", "default": "./src/x.js"}}, "#x", "packages/p/src/x.ts"),
            ({"#self": "@w/p"}, "#self", "packages/p/index.ts"),
        ],
    )
    def test_imports(self, imports: object, specifier: str, expected: str) -> None:
        files = self.package({"imports": imports}, "src/x.ts", "index.ts")
        assert resolve(files, specifier, "packages/p/src/a.ts").path == expected
        assert resolve(files, "#other", "packages/p/src/a.ts").kind == "unresolved"

    def test_an_import_of_another_package(self) -> None:
        answer = resolve(self.package({"imports": {"#z": "zod"}}), "#z", "packages/p/a.ts")
        assert answer == Resolution(None, "external", "zod", ())

    def test_questions_about_packages(self) -> None:
        resolver = Resolver(tree(self.package({}, "src/a.ts")))
        assert resolver.package_of("packages/p/src/a.ts") == "packages/p"
        assert resolver.package_of("packages/other.ts") is None
        assert resolver.package_name("packages/p") == "@w/p"
        assert resolver.package_name("packages") is None
        assert resolver.workspace_packages() == {"@w/p": "packages/p"}


@pytest.mark.parametrize(
    ("target", "importer", "style", "expected"),
    [
        ("p/b.ts", "p/a.ts", "js", "./b.js"),
        ("p/b.tsx", "p/a.ts", "js", "./b.js"),
        ("p/b.mts", "p/a.ts", "js", "./b.mjs"),
        ("p/b.d.ts", "p/a.ts", "js", "./b.js"),
        ("p/b.ts", "p/q/a.ts", "js", "../b.js"),
        ("base/index.ts", "p/q/a.ts", "js", "../../base/index.js"),
        ("p/q/b.ts", "p/a.ts", "ts", "./q/b.ts"),
        ("p/q/b.ts", "p/a.ts", "extensionless", "./q/b"),
        ("p/q/index.ts", "p/a.ts", "extensionless", "./q"),
        ("p/index.ts", "p/a.ts", "extensionless", "./index"),
        ("index.ts", "p/a.ts", "extensionless", "../index"),
        ("p/b.mts", "p/a.ts", "extensionless", "./b.mjs"),
        ("p/b.json", "p/a.ts", "extensionless", "./b.json"),
        ("b.ts", "a.ts", "js", "./b.js"),
    ],
)
def test_specifiers_for_files(target: str, importer: str, style: SpecifierStyle, expected: str) -> None:
    assert relative_specifier(target, importer, style) == expected
    resolver = Resolver(tree({target: None, importer: None}))
    assert resolver.resolve(resolver.specifier_for(target, importer, style), importer).path == target


@pytest.mark.parametrize(
    ("specifiers", "expected"),
    [
        (["./a.js", "../b.js", "./c"], "js"),
        (["./a", "zod", "./b.service"], "extensionless"),
        (["./a.ts"], "ts"),
        (["zod", "./x.json", ".."], None),
        ([], None),
    ],
)
def test_the_style_of_a_file(specifiers: list[str], expected: str | None) -> None:
    assert specifier_style(specifiers) == expected
