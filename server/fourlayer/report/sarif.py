"""The report as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

from fourlayer.report.json_document import dump
from fourlayer.report.summary import has_trouble
from fourlayer.rule.model import RuleMeta, Severity
from fourlayer.rule.outcome import Outcome, Range, Reported, Trouble

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "fourlayer/v1"
"""The key of a finding's fingerprint; its value is the JSON report's."""

_BASE = "%SRCROOT%"
_LEVELS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "off": "none"}

_Object = dict[str, object]


def render(
    outcome: Outcome, *, tool_version: str, rules: Sequence[RuleMeta], page: Callable[[RuleMeta], str]
) -> str:
    """The SARIF log of one run; `page` gives a rule's documentation as Markdown."""
    known = _described(rules, outcome)
    index = {meta.id: number for number, meta in enumerate(known)}
    docs = {reported.finding.rule: reported.docs for reported in outcome.findings}
    driver = {
        "name": "fourlayer",
        "version": tool_version,
        "semanticVersion": tool_version,
        "rules": [_rule(meta, page(meta), docs.get(meta.id, "")) for meta in known],
    }
    run: _Object = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {_BASE: {"uri": folder_uri(outcome.root)}},
        "invocations": [_invocation(outcome)],
        "results": [_result(reported, index[reported.finding.rule]) for reported in outcome.findings],
    }
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def folder_uri(path: str) -> str:
    """The `file:` URI of an absolute folder, ending in a slash."""
    posix = path.replace(os.sep, "/").rstrip("/")
    return f"file://{'' if posix.startswith('/') or not posix else '/'}{uri_path(posix)}/"


def uri_path(path: str) -> str:
    """A path percent-encoded for a URI; bytes that were no UTF-8 keep their value."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")


def _described(rules: Sequence[RuleMeta], outcome: Outcome) -> list[RuleMeta]:
    """The rules of the run, and a bare description of any other rule that reported."""
    known = {meta.id: meta for meta in rules}
    for reported in outcome.findings:
        rule = reported.finding.rule
        if rule not in known:
            known[rule] = RuleMeta(rule, reported.category, reported.severity, rule, "", "", "file", ())
    return list(known.values())


def _rule(meta: RuleMeta, page: str, docs: str) -> _Object:
    configuration: _Object = {"level": _level(meta.severity)}
    if meta.severity == "off":
        configuration["enabled"] = False
    rule: _Object = {
        "id": meta.id,
        "name": "".join(part.capitalize() for part in meta.id.split("-")),
        "shortDescription": {"text": meta.summary},
        "fullDescription": {"text": f"{meta.summary} {meta.clause}".strip()},
        "help": {"text": page or meta.summary, "markdown": page or meta.summary},
        "defaultConfiguration": configuration,
        "properties": {"category": meta.category, "tags": [meta.category], "precision": _precision(meta)},
    }
    if docs.startswith(("https://", "http://")):
        rule["helpUri"] = docs
    return rule


def _precision(meta: RuleMeta) -> str:
    """The word that code scanning sorts by."""
    return {"high": "very-high", "medium": "high", "low": "medium"}[meta.confidence]


def _level(severity: Severity) -> str:
    return _LEVELS.get(severity, "note")


def _result(reported: Reported, index: int) -> _Object:
    finding = reported.finding
    # SARIF's own word for what a tool cannot decide is the kind "open", which has no level.
    verdict = (
        {"kind": "open", "level": "none"}
        if finding.certainty == "unverifiable"
        else {"kind": "fail", "level": _level(reported.severity)}
    )
    result: _Object = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        **verdict,
        "message": {"text": f"{finding.message} {finding.help}".strip()},
        "locations": [_location(finding.path, reported.range)],
        "partialFingerprints": {FINGERPRINT: reported.fingerprint},
        "properties": {"certainty": finding.certainty, "severity": reported.severity},
    }
    if reported.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": related.message}, **_location(related.path, related.range)}
            for number, related in enumerate(reported.related)
        ]
    return result


def _location(path: str, place: Range | None = None) -> _Object:
    physical: _Object = {"artifactLocation": {"uri": uri_path(path), "uriBaseId": _BASE}}
    if place is not None:
        physical["region"] = {
            "startLine": place.start_line,
            "startColumn": place.start_column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        }
    return {"physicalLocation": physical}


def _invocation(outcome: Outcome) -> _Object:
    invocation: _Object = {"executionSuccessful": not has_trouble(outcome)}
    about_configuration = ("config", "inert-rule")
    for key, wanted in (("toolConfigurationNotifications", True), ("toolExecutionNotifications", False)):
        told = [t for t in outcome.troubles if (t.kind in about_configuration) is wanted]
        if told:
            invocation[key] = [_notification(trouble) for trouble in told]
    return invocation


def _notification(trouble: Trouble) -> _Object:
    notification: _Object = {
        "level": "note" if trouble.kind == "inert-rule" else "error",
        "message": {"text": trouble.message},
        "descriptor": {"id": trouble.kind},
    }
    if trouble.path:
        notification["locations"] = [_location(trouble.path)]
    return notification
