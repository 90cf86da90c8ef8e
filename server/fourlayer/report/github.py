"""Annotations for GitHub Actions: one workflow command a finding."""

from __future__ import annotations

from collections.abc import Mapping

from fourlayer.report.terminal import escape, well_formed
from fourlayer.report.text import is_absence
from fourlayer.rule.outcome import Outcome, Reported, Trouble

_COMMANDS: Mapping[str, str] = {"error": "error", "warning": "warning"}


def render(outcome: Outcome, *, prefix: str = "") -> str:
    """Workflow commands, one a line; `prefix` is the root's path in the repository ("" or ending in "/")."""
    lines = [_trouble(trouble, prefix) for trouble in outcome.troubles]
    lines += [_annotation(reported, prefix) for reported in outcome.findings]
    return "".join(f"{line}\n" for line in lines)


def _annotation(reported: Reported, prefix: str) -> str:
    finding, place = reported.finding, reported.range
    properties = {"file": prefix + reported.folder}
    if not is_absence(reported):
        properties["line"] = str(place.start_line)
        properties["endLine"] = str(place.end_line)
        # The columns of a range over several lines are refused by GitHub.
        if place.start_line == place.end_line:
            properties["col"] = str(place.start_column)
            properties["endColumn"] = str(place.end_column)
    certainty = "" if finding.certainty == "violation" else f", {finding.certainty}"
    properties["title"] = f"fourlayer ({finding.rule}{certainty})"
    message = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    if is_absence(reported):
        message = f"{reported.folder}/: {message}"
    return _command(_COMMANDS.get(reported.severity, "notice"), properties, message)


def _trouble(trouble: Trouble, prefix: str) -> str:
    properties = {"file": prefix + trouble.path} if trouble.path else {}
    properties["title"] = f"fourlayer ({trouble.kind})"
    return _command("notice" if trouble.kind == "inert-rule" else "error", properties, trouble.message)


def _command(name: str, properties: Mapping[str, str], message: str) -> str:
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(message)}"


def _data(text: str) -> str:
    """A message on one line; the log obeys escape sequences, so that control characters are written out."""
    if any(char < " " and char not in "\r\n" for char in text):
        text = "".join([escape(char) if char < " " and char not in "\r\n" else char for char in text])
    return well_formed(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
