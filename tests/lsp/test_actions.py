"""Code actions and hover, as each kind of client sees them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lsp.clients import EGLOT, NEOVIM_012, VSCODE, Json
from tests.lsp.conftest import write_workspace
from tests.lsp.edits import apply_text_edits, apply_workspace_edit, covered
from tests.lsp.raw import Raw

DEFAULT = "export default class Extra {}\n"
FILE = "packages/integrations/acme/extra.ts"


class Editor:
    """One server with one open document whose text the tests replace."""

    def __init__(self, client: Json, root: Path, push: bool = True) -> None:
        self.raw = Raw()
        self.root = root
        self.push = push
        result = self.raw.initialize(client, root)
        self.encoding: str = result["capabilities"]["positionEncoding"]
        self.uri = self.raw.open(root / FILE, "")
        self.version = 1
        self.text = ""

    def show(self, text: str) -> list[Json]:
        """Replace the text; the diagnostics of it."""
        self.version += 1
        self.text = text
        self.raw.change(self.uri, self.version, {"text": text})
        if not self.push:
            items: list[Json] = self.raw.request(
                "textDocument/diagnostic", {"textDocument": {"uri": self.uri}}
            )["items"]
            return items
        found = self.raw.wait_published(self.uri, lambda last: last.get("version", -1) == self.version)
        pushed: list[Json] = found["diagnostics"]
        return pushed

    def actions(self, place: Json, only: list[str] | None = None) -> list[Json]:
        context: Json = {"diagnostics": []}
        if only is not None:
            context["only"] = only
        asked = {"textDocument": {"uri": self.uri}, "range": place, "context": context}
        found: list[Json] = self.raw.request("textDocument/codeAction", asked)
        return found

    def resolve(self, action: Json) -> Json:
        return action if "edit" in action else self.raw.request("codeAction/resolve", action)

    def applied(self, action: Json) -> str:
        """The document's text after an action."""
        edit = self.resolve(action)["edit"]
        for step in edit.get("documentChanges", ()):
            if step.get("textDocument", {}).get("uri") == self.uri:
                assert step["textDocument"]["version"] == self.version
        return apply_workspace_edit({self.uri: self.text}, edit, self.encoding)[self.uri]


@pytest.fixture(scope="module")
def neovim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    editor = Editor(NEOVIM_012, write_workspace(tmp_path_factory.mktemp("neovim")))
    yield editor
    editor.raw.kill()


@pytest.fixture(scope="module")
def vscode(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    editor = Editor(VSCODE, write_workspace(tmp_path_factory.mktemp("vscode")), push=False)
    # A pull is answered with what there is while the first look at the workspace is under way.
    editor.raw.wait(lambda: editor.show(DEFAULT))
    yield editor
    editor.raw.kill()


@pytest.fixture(params=["neovim", "vscode"])
def editor(request: pytest.FixtureRequest) -> Editor:
    found: Editor = request.getfixturevalue(request.param)
    return found


def only(diagnostics: list[Json], code: str) -> Json:
    found = [one for one in diagnostics if one["code"] == code]
    assert len(found) == 1, diagnostics
    return found[0]


def titled(actions: list[Json], start: str) -> Json:
    found = [action for action in actions if action["title"].startswith(start)]
    assert len(found) == 1, [action["title"] for action in actions]
    return found[0]


def test_a_diagnostic_says_everything(editor: Editor) -> None:
    diagnostic = only(editor.show(DEFAULT), "default-export")
    assert diagnostic["source"] == "fourlayer"
    assert diagnostic["severity"] == 1
    assert diagnostic["codeDescription"]["href"].startswith("https://")
    assert diagnostic["data"]["fingerprint"]
    assert "\n" in diagnostic["message"]
    assert covered(DEFAULT, diagnostic["range"], editor.encoding) == "default"


def test_a_fix_is_offered_and_resolved(editor: Editor) -> None:
    diagnostic = only(editor.show(DEFAULT), "default-export")
    action = titled(editor.actions(diagnostic["range"]), "Export `Extra` by name")
    assert action["kind"] == "quickfix"
    assert action["isPreferred"] is True
    assert action["diagnostics"] == [diagnostic]
    assert "edit" not in action
    assert editor.applied(action) == "export class Extra {}\n"


@pytest.mark.parametrize("before", ["/* 🙂é */ ", "/*\u2028\x0c🙂🙂*/", "\ufeff/* a */ "])
def test_places_are_right_behind_any_character(editor: Editor, before: str) -> None:
    text = f"// 🙂\n{before}{DEFAULT}"
    diagnostic = only(editor.show(text), "default-export")
    assert covered(text, diagnostic["range"], editor.encoding) == "default"
    action = titled(editor.actions(diagnostic["range"]), "Export `Extra` by name")
    assert editor.applied(action) == text.replace("export default class", "export class")


def test_the_encodings_differ(neovim: Editor, vscode: Editor) -> None:
    text = f"/* 🙂é */ {DEFAULT}"
    starts = [
        only(one.show(text), "default-export")["range"]["start"]["character"] for one in (neovim, vscode)
    ]
    assert starts == [
        len("/* 🙂é */ export ".encode()),
        len("/* 🙂é */ export ".encode("utf-16-le")) // 2,
    ]


def test_a_fix_of_an_older_version_is_refused(editor: Editor) -> None:
    diagnostic = only(editor.show(DEFAULT), "default-export")
    action = titled(editor.actions(diagnostic["range"]), "Export `Extra` by name")
    editor.show("// moved\n" + DEFAULT)
    assert editor.raw.error("codeAction/resolve", action)["code"] == -32801
    command = {"command": "fourlayer.applyFix", "arguments": [action["data"]]}
    assert editor.raw.error("workspace/executeCommand", command)["code"] == -32801


def test_a_fix_of_a_finding_that_is_gone_is_refused(editor: Editor) -> None:
    diagnostic = only(editor.show(DEFAULT), "default-export")
    action = titled(editor.actions(diagnostic["range"]), "Export `Extra` by name")
    editor.show("export class Extra {}\n")
    action["data"]["version"] = editor.version
    assert editor.raw.error("codeAction/resolve", action)["code"] == -32801


@pytest.mark.parametrize(
    ("kinds", "offered"),
    [
        (None, True),
        ([], False),
        (["quickfix"], True),
        ([""], True),
        (["quickfix.other"], False),
        (["quick"], False),
        (["source"], False),
        (["refactor", "quickfix"], True),
    ],
)
def test_only_wanted_kinds_are_offered(neovim: Editor, kinds: list[str] | None, offered: bool) -> None:
    diagnostic = only(neovim.show(DEFAULT), "default-export")
    found = neovim.actions(diagnostic["range"], kinds)
    assert bool(found) is offered
    assert {action["kind"] for action in found} <= {"quickfix"}


def test_elsewhere_nothing_is_offered(neovim: Editor) -> None:
    neovim.show(DEFAULT + "\n\nexport const other = 1;\n")
    place = {"line": 3, "character": 2}
    assert neovim.actions({"start": place, "end": place}) == []


UNUSED = "// fourlayer-ignore deep-import: nothing here\nexport const x = 1;\n"


@pytest.mark.parametrize("kind", ["source.fixAll.fourlayer", "source.fixAll", "source"])
def test_everything_safe_is_fixed_on_save(editor: Editor, kind: str) -> None:
    text = f"{UNUSED}// fourlayer-ignore deep-import: nor here\n{DEFAULT}"
    diagnostics = editor.show(text)
    assert [one["code"] for one in diagnostics].count("unused-suppression") == 2
    [action] = editor.actions(diagnostics[0]["range"], [kind])
    assert action["kind"] == "source.fixAll.fourlayer"
    assert editor.applied(action) == f"export const x = 1;\n{DEFAULT}"


def test_nothing_safe_means_no_fix_on_save(editor: Editor) -> None:
    diagnostic = only(editor.show(DEFAULT), "default-export")
    assert editor.actions(diagnostic["range"], ["source.fixAll"]) == []


def test_unused_code_is_tagged(editor: Editor) -> None:
    assert only(editor.show(UNUSED), "unused-suppression")["tags"] == [1]
    assert "tags" not in only(editor.show(DEFAULT), "default-export")


def test_suppressing_wants_a_reason(neovim: Editor) -> None:
    diagnostic = only(neovim.show("  " + DEFAULT), "default-export")
    suppress = titled(neovim.actions(diagnostic["range"]), "Suppress default-export")
    unfinished = neovim.applied(suppress)
    assert unfinished == "  // fourlayer-ignore default-export:\n  " + DEFAULT
    assert {one["code"] for one in neovim.show(unfinished)} == {
        "default-export",
        "suppression-without-reason",
    }
    finished = unfinished.replace("export:", "export: the host loads it by default")
    assert neovim.show(finished) == []


def test_suppressing_by_snippet_puts_the_cursor_at_the_reason(vscode: Editor) -> None:
    diagnostic = only(vscode.show(DEFAULT), "default-export")
    suppress = titled(vscode.actions(diagnostic["range"]), "Suppress default-export")
    [change] = suppress["edit"]["documentChanges"]
    assert change["edits"][0]["snippet"] == {
        "kind": "snippet",
        "value": "// fourlayer-ignore default-export: $1\n",
    }


def test_a_suppression_covers_what_it_stands_above(neovim: Editor) -> None:
    text = (
        "export const before = `\n  text`;\n"
        "export {\n  // a name\n  before as other,\n  before as default,\n};\n"
    )
    diagnostic = only(neovim.show(text), "default-export")
    suppress = titled(neovim.actions(diagnostic["range"]), "Suppress default-export")
    finished = neovim.applied(suppress).replace("default-export:", "default-export: asked for")
    assert neovim.show(finished) == []


def test_windows_line_ends_stay(neovim: Editor) -> None:
    text = "export const a = 1;\r\n" + DEFAULT
    diagnostic = only(neovim.show(text), "default-export")
    suppress = titled(neovim.actions(diagnostic["range"]), "Suppress default-export")
    edits = suppress["edit"]["documentChanges"][0]["edits"]
    assert apply_text_edits(text, edits, "utf-8") == (
        "export const a = 1;\r\n// fourlayer-ignore default-export:\n" + DEFAULT
    )


def test_findings_about_suppressions_are_not_suppressed(neovim: Editor) -> None:
    diagnostic = only(neovim.show(UNUSED), "unused-suppression")
    titles = [action["title"] for action in neovim.actions(diagnostic["range"])]
    assert titles
    assert not any(title.startswith("Suppress") for title in titles)


def test_hover_shows_the_rule(editor: Editor) -> None:
    diagnostic = only(editor.show(DEFAULT), "default-export")
    asked = {"textDocument": {"uri": editor.uri}, "position": diagnostic["range"]["start"]}
    hover = editor.raw.request("textDocument/hover", asked)
    assert hover["contents"]["kind"] == "markdown"
    assert hover["contents"]["value"].startswith("**default-export**")
    assert hover["range"] == diagnostic["range"]
    nothing = {"textDocument": {"uri": editor.uri}, "position": {"line": 0, "character": 0}}
    assert editor.raw.request("textDocument/hover", nothing) is None


def test_hover_on_a_suppression_shows_the_rule_that_it_names(editor: Editor) -> None:
    editor.show("// fourlayer-ignore deep-import, default-export: the host loads it\n" + DEFAULT)
    for character, rule in ((25, "deep-import"), (40, "default-export")):
        asked = {"textDocument": {"uri": editor.uri}, "position": {"line": 0, "character": character}}
        assert editor.raw.request("textDocument/hover", asked)["contents"]["value"].startswith(f"**{rule}**")


def test_typing_makes_nothing_flicker(neovim: Editor) -> None:
    """Type a method character by character above a finding: it is there after every key, once."""
    tail = "}\nexport default Extra;\n"
    typed = "  async run(a: string): Promise<void> {\n    await this.call({ a: [a, `x${a}`] });\n  }\n"
    for end in range(0, len(typed) + 1, 3):
        text = "class Extra {\n" + typed[:end] + tail
        codes = [one["code"] for one in neovim.show(text)]
        assert codes == ["default-export"], text


def test_a_client_that_resolves_nothing_gets_its_edits_at_once(tmp_path: Path) -> None:
    editor = Editor(EGLOT, write_workspace(tmp_path), push=True)
    try:
        editor.raw.change(editor.uri, 2, {"text": DEFAULT})
        editor.version, editor.text = 2, DEFAULT
        found = editor.raw.wait_published(editor.uri, lambda last: last["diagnostics"])
        diagnostic = only(found["diagnostics"], "default-export")
        assert "version" not in found
        assert "codeDescription" not in diagnostic
        action = titled(editor.actions(diagnostic["range"]), "Export `Extra` by name")
        assert editor.encoding == "utf-16"
        assert editor.applied(action) == "export class Extra {}\n"
        assert editor.raw.stop() == 0
    finally:
        editor.raw.kill()
