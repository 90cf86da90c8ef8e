"""A kept outcome is given back while nothing that the check saw changed, and never otherwise."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.engine import cache as outcomes
from fourlayer.engine.disk import DiskState, Seal
from fourlayer.rule.outcome import Outcome
from fourlayer.syntax.glob import globs
from tests.engine.rules import explicit_any
from tests.engine.world import ADAPTER, ALL, EXPLICIT_ANY, INDEX, LACKS, OTHER, USE, World, lines

RULES = [EXPLICIT_ANY, LACKS]


class Memory:
    """A cache in memory."""

    def __init__(self) -> None:
        self.entries: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self.entries.get(key)

    def put(self, key: str, data: bytes) -> None:
        self.entries[key] = data


def _check(world: World, cache: Memory, *paths: str) -> tuple[Outcome, bool]:
    """The outcome, and whether it came from the cache."""
    explicit_any.RUNS.clear()
    app = App.open(str(world.folder), rules=world.app.rules)
    outcome = app.check_cached(cache, paths)  # type: ignore[arg-type]  # has what is used of a cache
    return outcome, not explicit_any.RUNS


def test_a_second_run_gives_the_same_outcome_without_running_a_rule(tmp_path: Path) -> None:
    world, cache = World(tmp_path, rules=RULES), Memory()

    first, kept = _check(world, cache, "packages/integrations")
    second, kept_then = _check(world, cache, "packages/integrations")

    assert (kept, kept_then) == (False, True)
    assert second._replace(seconds=0, rule_seconds={}) == first._replace(seconds=0, rule_seconds={})
    assert len(first.findings) == 5
    assert first.findings[0].fixes != ()


@pytest.mark.parametrize(
    "change",
    [
        lambda world: world.write({ADAPTER: "let a: any;\n"}),
        lambda world: world.write({"packages/integrations/acme/new.ts": "export {};\n"}),
        lambda world: world.remove(INDEX),
        lambda world: world.write({"packages/integrations/fresh/index.ts": "export {};\n"}),
        lambda world: world.write({"package.json": "{}"}),
        lambda world: world.write({".gitignore": "acme\n"}),
        lambda world: world.write({"fourlayer.toml": '[rules]\nexplicit-any = "warning"\n'}),
    ],
)
def test_a_change_that_matters_is_seen(tmp_path: Path, change: Callable[[World], None]) -> None:
    world, cache = World(tmp_path, rules=RULES), Memory()
    world.write({".gitignore": "dist\n"})
    _check(world, cache, "packages/integrations")

    change(world)
    outcome, kept = _check(world, cache, "packages/integrations")

    fresh = World.__new__(World)
    fresh.app = App.open(str(tmp_path), rules=RULES)
    expected = fresh.app.check(fresh.app.snapshot(), ["packages/integrations"])
    assert outcome.findings == expected.findings
    assert not kept or outcome.files == expected.files == 1


def test_a_change_elsewhere_keeps_the_outcome_of_the_integrations(tmp_path: Path) -> None:
    world, cache = World(tmp_path, rules=RULES), Memory()
    _check(world, cache, "packages/integrations")

    world.write({OTHER: "export const other = 2;\n", USE: "let changed: any;\n"})

    assert _check(world, cache, "packages/integrations")[1]


def test_content_that_changed_within_the_clocks_grain_is_seen(tmp_path: Path) -> None:
    world, cache = World(tmp_path, {ADAPTER: "let a: any;\n"}, rules=RULES), Memory()
    _check(world, cache)
    entry = json.loads(next(iter(cache.entries.values())))
    assert ADAPTER in entry[2]

    entry[2][ADAPTER] = "0" * 64
    cache.entries[next(iter(cache.entries))] = json.dumps(entry).encode()

    assert not _check(world, cache)[1]


def test_files_that_are_older_than_the_grain_are_not_hashed(tmp_path: Path) -> None:
    world, cache = World(tmp_path, rules=RULES), Memory()
    later = outcomes.RACY * -60
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outcomes, "RACY", later)
        _check(world, cache)

    assert json.loads(next(iter(cache.entries.values())))[2] == {}


def test_other_options_are_other_outcomes(tmp_path: Path) -> None:
    world, cache = World(tmp_path, rules=RULES), Memory()
    _check(world, cache, "packages/integrations")

    assert not _check(world, cache, "packages/backend")[1] or len(cache.entries) == 2


def test_a_dated_suppression_binds_the_outcome_to_the_day(tmp_path: Path) -> None:
    source = lines(["// fourlayer-ignore explicit-any until 2999-01-01: later", "let a: any;"])
    world, cache = World(tmp_path, {ADAPTER: source}, rules=RULES), Memory()
    _check(world, cache)
    assert _check(world, cache)[1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fourlayer.app._today", lambda: "2999-01-02")
        outcome, kept = _check(world, cache)

    assert not kept
    assert "explicit-any" in {found.finding.rule for found in outcome.findings}


@pytest.mark.parametrize(
    "damage",
    [b"", b"[]", b"{}", b"[1,null,{},[],[]]", b'[1,null,{},[["",true]],[]]', b"\xff", b"[" * 100_000],
)
def test_a_damaged_entry_is_as_good_as_none(tmp_path: Path, damage: bytes) -> None:
    world, cache = World(tmp_path, rules=RULES), Memory()
    expected, _ = _check(world, cache)
    for key in cache.entries:
        cache.entries[key] = damage

    outcome, kept = _check(world, cache)

    assert not kept
    assert outcome.findings == expected.findings


def test_an_outcome_with_a_crash_is_not_kept(tmp_path: Path) -> None:
    from tests.engine.world import CRASHES

    cache = Memory()
    _check(World(tmp_path, rules=[CRASHES]), cache)

    assert cache.entries == {}


def test_every_field_survives(tmp_path: Path) -> None:
    world, cache = World(tmp_path, rules=ALL), Memory()
    world.write({ADAPTER: "\ud7ff😀; let a: any;\n"})

    first, _ = _check(world, cache)
    second, kept = _check(world, cache)

    assert kept
    assert second.findings == first.findings
    assert (second.troubles, second.files, second.providers) == (first.troubles, first.files, first.providers)


def test_links_in_the_way_do_no_harm(tmp_path: Path) -> None:
    world, cache = World(tmp_path, rules=RULES), Memory()
    os.symlink(tmp_path / "packages", tmp_path / "again")
    os.symlink("/nowhere", tmp_path / "packages/integrations/acme/gone.ts")

    first, _ = _check(world, cache, "packages/integrations")

    assert len(first.findings) == 5


def test_options_that_were_right_are_not_validated_again(tmp_path: Path) -> None:
    world, cache = World(tmp_path, rules=RULES, config="[rules.explicit-any]\nlimit = 3\n"), Memory()

    def opened() -> App:
        return App.open(str(tmp_path), rules=RULES, cache=cache)  # type: ignore[arg-type]  # as above

    assert opened().config_problems == ()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fourlayer.engine.options.option_problems", lambda *_: pytest.fail("validated again"))
        assert opened().config_problems == ()

    world.write({"fourlayer.toml": '[rules.explicit-any]\nlimit = "3"\n'})
    assert [problem.key for problem in opened().config_problems] == ["rules.explicit-any.limit"]
    assert [problem.key for problem in opened().config_problems] == ["rules.explicit-any.limit"]


class TestSeal:
    """A listing that is as it was is not made again; any change of it is seen."""

    def _sealed(self, folder: Path) -> Seal:
        disk = DiskState(str(folder), globs(()))
        disk.files()
        seal = disk.seal(time.time_ns() + outcomes.RACY)
        assert seal is not None
        return Seal(*json.loads(json.dumps(seal)))

    def _workspace(self, folder: Path) -> Path:
        for path in ("a.ts", "sub/b.ts", "sub/deep/c.ts"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text("export {};\n")
        (folder / "sub/.gitignore").write_text("nothing\n")
        (folder / "link.ts").symlink_to("sub/b.ts")
        return folder

    def test_it_holds_while_nothing_changes(self, tmp_path: Path) -> None:
        folder = self._workspace(tmp_path)
        (folder / ".git").mkdir()
        (folder / ".git/HEAD").write_text("ref: refs/heads/main\n")
        seal = self._sealed(folder)
        assert seal.holds(str(folder))
        (folder / ".git/index.lock").write_text("")
        assert seal.holds(str(folder))

    @pytest.mark.parametrize(
        "change",
        [
            lambda folder: (folder / "sub/deep/new.ts").write_text(""),
            lambda folder: (folder / "sub/b.ts").write_text("export const x = 1;\n"),
            lambda folder: (folder / "sub/deep/c.ts").unlink(),
            lambda folder: (folder / "sub/deep/more").mkdir(),
            lambda folder: (folder / "sub/.gitignore").write_text("b.ts\n"),
            lambda folder: (folder / ".git").mkdir(),
            lambda folder: ((folder / "link.ts").unlink(), (folder / "link.ts").symlink_to("a.ts")),
            lambda folder: (folder / "sub").rename(folder / "other"),
        ],
        ids=["added", "edited", "gone", "folder", "ignored", "repository", "link", "renamed"],
    )
    def test_a_change_is_seen(self, tmp_path: Path, change: Callable[[Path], object]) -> None:
        folder = self._workspace(tmp_path / "workspace")
        seal = self._sealed(folder)
        change(folder)
        assert not seal.holds(str(folder))

    def test_none_is_made_while_a_folder_may_still_change_unseen(self, tmp_path: Path) -> None:
        folder = self._workspace(tmp_path)
        disk = DiskState(str(folder), globs(()))
        disk.files()
        assert disk.seal(time.time_ns() - outcomes.RACY) is None

    def test_a_sealed_outcome_is_given_back_without_listing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world, cache = World(tmp_path, rules=RULES), Memory()
        monkeypatch.setattr(outcomes, "RACY", -60_000_000_000)
        assert not _check(world, cache)[1]
        with monkeypatch.context() as patched:
            patched.setattr(DiskState, "relist", lambda *_: pytest.fail("the folders were listed"))
            assert _check(world, cache)[1]
        (tmp_path / "packages/integrations/acme/extra.ts").write_text("export const x: any = 1;\n")
        assert not _check(world, cache)[1]
