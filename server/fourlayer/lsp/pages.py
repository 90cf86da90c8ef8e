"""The short form of a rule's page that a hover shows."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fourlayer.rule.model import RuleMeta

_SECTIONS = ("What it does", "Why it matters", "Fix safety", "How to suppress")


def short_page(rules: Sequence[RuleMeta], rule_id: str, docs: str | None = None) -> str | None:
    """Markdown: the rule's summary, why it matters, its fixes and a link; None for an unknown rule."""
    meta = next((meta for meta in rules if rule_id in (meta.id, *meta.aliases)), None)
    if meta is None:
        return None
    sections = split_page(page_source(meta))
    parts = [f"**{meta.id}** · {meta.category} · {meta.severity}", sections.get("", meta.summary)]
    parts.extend(f"**{name}**\n\n{body}" for name in _SECTIONS if (body := sections.get(name)))
    parts.append(f"Standard: {meta.clause}")
    if docs:
        parts.append(f"[The whole page]({docs})")
    return "\n\n".join(parts)


def page_source(meta: RuleMeta) -> str:
    """The rule's README; empty where the installation has none."""
    package = meta.module.rpartition(".")[0]
    try:
        return (resources.files(package) / "README.md").read_text(encoding="utf-8")
    except (OSError, ModuleNotFoundError):
        return ""


def split_page(source: str) -> dict[str, str]:
    """The text of each `##` section by its title; under "" the first paragraph below the title."""
    sections: dict[str, list[str]] = {"": []}
    current = ""
    for line in source.splitlines():
        if line.startswith("## "):
            current = line[3:].strip()
            sections[current] = []
        elif not line.startswith("# "):
            sections[current].append(line)
    found = {title: "\n".join(lines).strip() for title, lines in sections.items()}
    found[""] = found[""].partition("\n\n")[0].partition("<!--")[0].strip()
    return {title: body for title, body in found.items() if body}
