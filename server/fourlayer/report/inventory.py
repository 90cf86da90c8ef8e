"""The inventory of data accesses as text, JSON, CSV and a page of HTML that needs nothing else."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from html import escape

from fourlayer.report.json_document import dump
from fourlayer.report.terminal import PLAIN, Role, Style, one_line, well_formed
from fourlayer.rule.inventory import RULINGS, Access, Inventory

VERSION = 1
"""Version of the JSON document's shape; keys may be added without raising it."""

_COLUMNS: Mapping[str, Callable[[Access], str]] = {
    "place": lambda access: f"{access.path}:{access.line}",
    "function": lambda access: access.function,
    "library": lambda access: access.library,
    "table": lambda access: access.table,
    "verb": lambda access: access.verb,
    "verdict": lambda access: access.ruling,
    "evidence": lambda access: access.evidence,
    "column": lambda access: access.column,
    "definition": lambda access: access.definition,
    "tenant": lambda access: access.value,
    "from": lambda access: ", ".join(access.origins),
    "way": lambda access: " <- ".join(f"{step.path}:{step.line} {step.text}" for step in access.chain),
}
"""The columns of a row, in order."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def counts(inventory: Inventory) -> dict[str, int]:
    """How many accesses have each verdict, all verdicts named."""
    found = dict.fromkeys(RULINGS, 0)
    for access in inventory.accesses:
        found[access.ruling] += 1
    return {str(ruling): count for ruling, count in found.items()}


def summary(inventory: Inventory) -> str:
    """One line with the counts."""
    told = ", ".join(f"{count} {ruling}" for ruling, count in counts(inventory).items() if count)
    number = len(inventory.accesses)
    return f"{number} access{'' if number == 1 else 'es'} in {inventory.files} files" + (
        f": {told}" if told else ""
    )


# Text


def text(inventory: Inventory, style: Style = PLAIN) -> str:
    """The inventory by file, for people."""
    lines: list[str] = []
    path = ""
    for access in inventory.accesses:
        if access.path != path:
            path = access.path
            lines += [*([""] if lines else []), style.paint(one_line(path), "path")]
        lines.extend(_lines(access, style))
    if lines:
        lines.append("")
    lines += [f"not looked at: {one_line(problem)}" for problem in inventory.problems]
    lines.append(style.paint(summary(inventory), "bold"))
    return "\n".join(lines) + "\n"


def _lines(access: Access, style: Style) -> Iterable[str]:
    role: Role = "error" if access.ruling == "violation" else "warning"
    loud = access.ruling in ("violation", "suspicious", "unverifiable")
    word = style.paint(access.ruling, role) if loud else access.ruling
    what = one_line(f"{access.library} {access.verb} {access.table or '(chosen at run time)'}")
    told = one_line(access.evidence + (f" `{access.column}`" if access.column else ""))
    yield f"  {access.line}:{access.position}  {word}  {what}  ({told})"
    if access.definition:
        yield f"      column: {one_line(access.definition)}"
    if access.value:
        yield f"      tenant: {one_line(access.value)}  from: {', '.join(access.origins) or 'out of reach'}"
    for step in access.chain[1:]:
        yield f"        <- {one_line(f'{step.path}:{step.line}  {step.text}')}"


# JSON


def json_text(inventory: Inventory, tool_version: str) -> str:
    """One JSON object: `accesses` with the fields of `Access`, `summary` with the counts."""
    return dump(
        {
            "version": VERSION,
            "tool": {"name": "fourlayer", "version": tool_version},
            "root": inventory.root,
            "accesses": [_plain(access) for access in inventory.accesses],
            "problems": list(inventory.problems),
            "summary": {
                "files": inventory.files,
                "accesses": len(inventory.accesses),
                **counts(inventory),
            },
        }
    )


def _plain(access: Access) -> dict[str, object]:
    path, _, line = access.definition.rpartition(":")
    return {
        "path": access.path,
        "line": access.line,
        "column": access.position,
        "function": access.function,
        "library": access.library,
        "table": access.table,
        "verb": access.verb,
        "verdict": access.ruling,
        "evidence": access.evidence,
        "tenantColumn": access.column,
        "definition": {"path": path, "line": int(line)} if access.definition else None,
        "tenant": access.value,
        "origins": list(access.origins),
        "chain": [step._asdict() for step in access.chain],
    }


# CSV


def csv_text(inventory: Inventory) -> str:
    """A table with a head, CRLF line ends; no cell is a formula to a spreadsheet."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    for access in inventory.accesses:
        writer.writerow([_cell(read(access)) for read in _COLUMNS.values()])
    return well_formed(stream.getvalue())


def _cell(value: str) -> str:
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) or value.startswith(_FORMULA) else value


# HTML

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tenancy of data accesses</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'">
<style>
body{font:14px/1.4 system-ui,sans-serif;margin:2em;color:#222;background:#fff}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #ccc;padding:.3em .5em;text-align:left;\
vertical-align:top;overflow-wrap:anywhere}th{background:#f2f2f2}tr{break-inside:avoid}thead{display:table-header-group}
.violation td:nth-child(6){background:#f8d0d0}.suspicious td:nth-child(6){background:#fbe8c0}
.unverifiable td:nth-child(6){background:#e6e6fa}
@media print{form{display:none}body{margin:0;font-size:9px}}
</style></head><body>
"""
_SCRIPT = """<script>
document.querySelectorAll("input[name=verdict]").forEach(function (box) {
  box.addEventListener("change", function () {
    document.querySelectorAll("tr." + box.value).forEach(function (row) { row.hidden = !box.checked; });
  });
});
</script>
"""


def html(inventory: Inventory) -> str:
    """A page of its own: no resource from elsewhere, everything escaped, filtered by verdict, printable."""
    parts = [_HEAD, f"<h1>Tenancy of data accesses</h1>\n<p>{_safe(summary(inventory))}</p>\n"]
    parts += [f"<p>Not looked at: {_safe(problem)}</p>\n" for problem in inventory.problems]
    parts.append("<form>")
    for ruling, count in counts(inventory).items():
        parts.append(
            f'<label><input type="checkbox" name="verdict" value="{ruling}" checked> '
            f"{ruling} ({count})</label>\n"
        )
    parts.append("</form>\n<table><thead><tr>")
    parts += [f"<th>{name}</th>" for name in _COLUMNS]
    parts.append("</tr></thead><tbody>\n")
    for access in inventory.accesses:
        cells = "".join(f"<td>{_safe(read(access))}</td>" for read in _COLUMNS.values())
        parts.append(f'<tr class="{access.ruling}">{cells}</tr>\n')
    parts += ["</tbody></table>\n", _SCRIPT, "</body></html>\n"]
    return "".join(parts)


def _safe(value: str) -> str:
    return escape(well_formed(one_line(value)), quote=True)
