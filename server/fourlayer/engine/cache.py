"""Whole outcomes kept between runs, valid while every file and folder that the check saw is unchanged."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol, cast

from fourlayer.engine.disk import DiskState, Place, Seal
from fourlayer.rule.model import Finding, FixPlan, Related, RuleMeta, Severity
from fourlayer.rule.outcome import Outcome, Range, Reported, ReportedRelated, Trouble
from fourlayer.syntax.span import Span

if TYPE_CHECKING:
    from fourlayer.config.settings import Settings

RACY = 2_000_000_000
"""Nanoseconds: a file modified this shortly before an entry was made may change again unseen."""

_FORMAT = 2
_KEPT_TROUBLES = frozenset({"inert-rule", "config"})


class Bytes(Protocol):
    """Where entries are kept."""

    def get(self, key: str) -> bytes | None:
        """The bytes stored under a key."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Store bytes."""
        ...


def key_of(
    version: str,
    root: str,
    rules: Sequence[RuleMeta],
    settings: Settings,
    options: Sequence[object],
    code: Iterable[str],
) -> str:
    """What identifies a check: the tool and its code, the workspace, the configuration, the options.

    `code` are the folders that hold the program.
    """
    digest = sha256()
    for part in (version, root, repr(tuple(rules)), _plain(settings), repr(tuple(options)), _state(code)):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return "outcome-" + digest.hexdigest()


def load(cache: Bytes, key: str, disk: DiskState, today: str) -> Outcome | None:
    """The outcome stored under a key if the workspace is as it was then. `disk` must be a fresh one."""
    data = cache.get(key)
    if data is None:
        return None
    started = time.perf_counter()
    try:
        format_, date, racy, seal, places, outcome = json.loads(data)
        if format_ != _FORMAT or (date is not None and date != today):
            return None
        if (seal is None or not Seal(*seal).holds(disk.root)) and not _is_listed_alike(disk, places):
            return None
        if any(_hash(disk, path) != digest for path, digest in racy.items()):
            return None
        return _outcome_from(outcome)._replace(seconds=time.perf_counter() - started)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None  # a stale or damaged entry is as good as none


def store(cache: Bytes, key: str, disk: DiskState, outcome: Outcome, date: str | None) -> None:
    """Keep an outcome made of what `disk` has listed; `date` where it depends on the day.

    An outcome with crashes or unreadable files is not kept.
    """
    if any(trouble.kind not in _KEPT_TROUBLES for trouble in outcome.troubles):
        return
    now = time.time_ns()
    racy = {path: _hash(disk, path) for path in disk.modified_since(now - RACY)}
    document = [_FORMAT, date, racy, disk.seal(now - RACY), disk.places(), _plain_outcome(outcome)]
    cache.put(key, json.dumps(document, separators=(",", ":")).encode())


def _is_listed_alike(disk: DiskState, places: Iterable[Iterable[object]]) -> bool:
    expected = tuple(Place(*cast("Place", place)) for place in places)
    return disk.relist(expected) == expected


def _hash(disk: DiskState, path: str) -> str | None:
    data = disk.read(path)
    return None if isinstance(data, str) else sha256(data).hexdigest()


def _plain(value: object) -> str:
    """Settings as text in which equal ones are equal; mappings keep their order, which has a meaning."""
    if isinstance(value, tuple):
        return "(" + ",".join(_plain(item) for item in cast("tuple[object, ...]", value)) + ")"
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return "{" + ",".join(f"{key!r}:{_plain(item)}" for key, item in items) + "}"
    return repr(value)


def _state(folders: Iterable[str]) -> str:
    """Names, sizes and times of the program's files: its developers must never see stale results."""
    pending = [folder for folder in folders if "site-packages" not in folder]
    found: list[str] = []
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        pending.append(entry.path)
                elif not entry.name.endswith(".md"):
                    info = entry.stat()
                    found.append(f"{entry.path}:{info.st_size}:{info.st_mtime_ns}")
    return "\n".join(sorted(found))


# An outcome as JSON


def _plain_outcome(outcome: Outcome) -> list[object]:
    findings = [[dict(one.finding.data), one.finding._replace(data={}), *one[1:]] for one in outcome.findings]
    return [findings, *outcome[2:7], outcome.unverifiable_hidden, outcome.root]


def _outcome_from(row: list[object]) -> Outcome:
    findings, troubles, files, providers, suppressed, _, hidden, root = row
    return Outcome(
        root=cast("str", root),
        findings=tuple(_reported(one) for one in cast("list[list[object]]", findings)),
        troubles=tuple(Trouble(*one) for one in cast("Iterable[Trouble]", troubles)),
        files=cast("int", files),
        providers=cast("int", providers),
        suppressed=cast("int", suppressed),
        seconds=0.0,
        rule_seconds={},
        unverifiable_hidden=cast("int", hidden),
    )


def _reported(row: list[object]) -> Reported:
    data, finding, category, severity, range_, related, fixes, fingerprint, docs, frame, folder = row
    return Reported(
        finding=_finding(cast("list[object]", finding))._replace(data=cast("dict[str, str]", data)),
        category=cast("str", category),
        severity=cast("Severity", severity),
        range=Range(*cast("Range", range_)),
        related=tuple(
            ReportedRelated(one[0], one[1], Range(*one[2])) for one in cast("list[ReportedRelated]", related)
        ),
        fixes=tuple(FixPlan(*one) for one in cast("list[FixPlan]", fixes)),
        fingerprint=cast("str", fingerprint),
        docs=cast("str", docs),
        frame=tuple(cast("list[str]", frame)),
        folder=cast("str", folder),
    )


def _finding(row: list[object]) -> Finding:
    finding = Finding(*cast("Finding", row))
    return finding._replace(
        span=Span(*finding.span),
        related=tuple(Related(one[0], one[1], Span(*one[2])) for one in finding.related),
    )
