"""hardcoded-secret: a credential stands in the code."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fourlayer.rule.model import Finding
from fourlayer.syntax.span import Span
from fourlayer_rules.config.hardcoded_secret._scan import Scan, scan
from fourlayer_rules.derive.secret_texts import looks_random

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fourlayer.rule.context import Context
    from fourlayer.rule.model import Certainty, Change, FixPlan
    from fourlayer.syntax.facts import Decl, FileFacts

_ID = "hardcoded-secret"
_LARGE = 1_000_000
"""Bytes of a declaration that is looked into for well-known tokens only: nobody writes such code."""


class Options(NamedTuple):
    """What the rule can be told."""

    ignore_names: Annotated[
        tuple[str, ...],
        "Variables, properties and headers whose texts are no credentials; `*` matches any text.",
    ] = ()


class Secret(NamedTuple):
    """A credential in a file. Never its text: what it is, where it stands, what it is called.

    `how`: "token" tells by itself, "name" by what it is called, "fallback" stands in for a variable,
    "url" is part of an address.
    """

    span: Span
    label: str
    name: str
    how: str
    certainty: Certainty


class HardcodedSecret:
    """Judges the texts of a file, comments included."""

    options = Options

    def check(self, ctx: Context, target: str) -> Iterator[Finding]:
        """Report each credential, without showing it."""
        text = ctx.view.text(target)
        if text is None:
            return
        provider = ctx.view.provider_of(target)
        allowed = _allowed_lines(text.data)
        made_up = is_made_up(target)
        for secret in secrets_of(ctx, target, text.data):
            if made_up and secret.how == "name" and not _is_random(text.data, secret.span):
                continue
            if allowed and text.line_of(secret.span.start) in allowed:
                continue
            yield _finding(ctx, target, secret, provider.name if provider is not None else None)

    def plans(self, ctx: Context, finding: Finding) -> Iterator[FixPlan]:
        """Read it from the configuration, where a place for it is found."""
        from fourlayer_rules.config.hardcoded_secret._fix import plans

        yield from plans(ctx, finding)

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """Replace the text by a required setting, and name its variable in the example file."""
        from fourlayer_rules.config.hardcoded_secret._fix import edits

        return edits(ctx, finding)


def _finding(ctx: Context, path: str, secret: Secret, provider: str | None) -> Finding:
    facts = ctx.view.facts(path)
    decl = facts.decl_at(secret.span.start) if facts is not None else None
    where = f" in `{secret.name}`" if secret.name and secret.how in {"token", "url"} else ""
    if secret.how == "fallback":
        message = (
            f"A text in the code stands in for `{secret.name}`: where the variable is missing, production "
            "runs with a secret that everybody who reads the code knows."
        )
    elif secret.how == "name":
        message = f"`{secret.name}` holds a credential that is written into the code: {_RISK}"
    else:
        message = f"{secret.label[:1].upper()}{secret.label[1:]} is written into the code{where}: {_RISK}"
    return Finding(
        rule=_ID,
        path=path,
        span=secret.span,
        message=message,
        help="Revoke it, and read the new one from the environment through config.ts.",
        certainty=secret.certainty,
        scope=decl.qualified_name if decl is not None else "",
        key=f"{secret.name} ({secret.label})" if secret.name else secret.label,
        provider=provider,
    )


_RISK = "whoever reads the repository or its history can use it."


_KEPT = 16
_scans: dict[str, Scan] = {}
"""The last look at some files: an editor asks for one again after every letter that is typed."""


def scanned(path: str, data: bytes) -> Scan:
    """What a content may hold; quick where it is nearly what the file at `path` held before."""
    found = scan(data, _scans.pop(path, None))
    _scans[path] = found
    if len(_scans) > _KEPT:
        del _scans[next(iter(_scans))]
    return found


@cache
def _made_up() -> re.Pattern[str]:
    return re.compile(
        r"(?i)(?:^|/)(?:test[-_]?utils|testing|fixtures?|__fixtures__|mocks?|__mocks__|stories|seed(?:s|ers)?)/"
        r"|\.(?:fixtures?|mocks?|stories|seed(?:er)?)\.[a-z]+$"
    )


def is_made_up(path: str) -> bool:
    """Whether a file holds data for tests and demonstrations: its passwords open nothing."""
    return _made_up().search(path) is not None


def _is_random(data: bytes, span: Span) -> bool:
    return looks_random(data[span.start : span.end].decode("utf-8", "replace").strip("\"'`"), 20)


def secrets_of(ctx: Context, path: str, data: bytes) -> list[Secret]:
    """The credentials of a file in their order, each place once."""
    found: dict[int, Secret] = {}
    _, hits, candidates, addresses = scanned(path, data)
    facts = ctx.view.facts(path) if hits or candidates else None
    if facts is not None:
        from fourlayer_rules.config.hardcoded_secret._judge import judged

        ignored: tuple[str, ...] = getattr(ctx.options, "ignore_names", ())
        for decl in _decls(facts, candidates):
            has_token = any(decl.start <= hit.start < decl.end for hit in hits)
            for secret in judged(facts, decl, ignored, has_token=has_token):
                found.setdefault(secret.span.start, secret)
    taken = sorted(secret.span for secret in found.values())
    for hit in hits:
        if not any(start <= hit.start and hit.end <= end for start, end in taken):
            found.setdefault(hit.start, Secret(Span(hit.start, hit.end), hit.label, "", "token", "violation"))
    for start, end, certainty in addresses:
        inside = any(low < end and start < high for low, high in taken)
        if not inside and not any(hit.start < end and start < hit.end for hit in hits):
            found.setdefault(start, Secret(Span(start, end), "a password in a URL", "", "url", certainty))
    return _apart(sorted(found.values(), key=lambda secret: secret.span))


def _apart(secrets: list[Secret]) -> list[Secret]:
    """Without those that begin inside another."""
    kept: list[Secret] = []
    for secret in secrets:
        if not kept or secret.span.start >= kept[-1].span.end:
            kept.append(secret)
    return kept


# Which declarations are worth a look


def _decls(facts: FileFacts, candidates: Iterable[int]) -> list[Decl]:
    """The declarations that hold candidates."""
    found: dict[int, Decl] = {}
    for at in candidates:
        decl = facts.decl_at(at)
        if decl is None or decl.kind in {"import", "interface", "type", "export"} or not decl.trusted:
            continue
        if decl.end - decl.start <= _LARGE:
            found[decl.start] = decl
    return list(found.values())


# Lines that other scanners are told to leave alone


def _allowed_lines(data: bytes) -> set[int]:
    """The 0-based numbers of lines that a comment allows."""
    if b"allowlist" not in data and b"gitleaks:allow" not in data:
        return set()
    allowed: set[int] = set()
    for number, line in enumerate(re.split(rb"\r\n|\r|\n", data)):
        if b"gitleaks:allow" in line or re.search(rb"pragma:\s*(?:allow|white)list\s+secret", line):
            allowed.add(number)
        if re.search(rb"pragma:\s*(?:allow|white)list\s+nextline\s+secret", line):
            allowed.add(number + 1)
    return allowed


rule = HardcodedSecret()
