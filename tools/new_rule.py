"""Writes the skeleton of a new rule: a module that works and a page whose examples pass."""

from __future__ import annotations

import json
import re
import sys

from fourlayer.rule.model import RuleMeta
from fourlayer_rules.registry import RULES
from tools.pages import META_COMMENT, ROOT, meta_line, since_of

CATEGORIES = tuple(sorted({meta.category for meta in RULES} | {"webhooks", "jobs", "tests"}))

MODULE = '''"""{id}: {{one sentence: what it reports}}."""

from __future__ import annotations

from collections.abc import Iterable

from fourlayer.rule.context import Context
from fourlayer.rule.model import Change, Finding, FixPlan
from fourlayer.syntax.span import Span

_WORD = b"{word}"


class {name}:
    """Reports the word `{word}` until it is taught better."""

    options = None

    def check(self, ctx: Context, target: str) -> Iterable[Finding]:
        """Judge one file."""
        text = ctx.view.text(target)
        start = text.data.find(_WORD) if text else -1
        if start >= 0:
            yield Finding(
                rule="{id}",
                path=target,
                span=Span(start, start + len(_WORD)),
                message="`{word}` stands here.",
                help="Remove it.",
                key="{word}",
            )

    def plans(self, ctx: Context, finding: Finding) -> Iterable[FixPlan]:
        """No fixes yet."""
        return ()

    def edits(self, ctx: Context, finding: Finding, plan: FixPlan) -> Change | None:
        """No fixes yet."""
        return None


rule = {name}()
'''

PAGE = """# {id}

One sentence: what the rule reports.

{comment}
{meta}

## What it does

Reports the word `{word}`.

## Why it matters

The production risk that the standard answers here.

## Examples

### Bad

```ts path=packages/integrations/acme/index.ts
export const {word} = 1; // error: [{id}]
```

### Good

```ts path=packages/integrations/acme/index.ts
export const fine = 1;
```

## Options

None.

## Fix safety

There is no fix.

## Known limits

What the rule cannot see.

## How to suppress

```ts
// fourlayer-ignore {id}: why this place is fine
```
"""


def meta_of(rule_id: str, category: str) -> RuleMeta:
    """The registry's entry of a rule that was just made."""
    return RuleMeta(
        id=rule_id,
        category=category,
        severity="error",
        summary="One sentence: what the rule reports.",
        clause="The standard's clause",
        module=f"fourlayer_rules.{category}.{rule_id.replace('-', '_')}.rule",
        unit="file",
        needs=("document",),
        status="preview",
    )


def skeleton(rule_id: str, category: str) -> dict[str, str]:
    """The files of a new rule, by path relative to the repository. Raises ValueError for a bad name."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", rule_id):
        raise ValueError(
            f"{rule_id!r} is no rule id: lower-case words joined by hyphens, naming the bad thing"
        )
    if category not in CATEGORIES:
        raise ValueError(f"{category!r} is no category: {', '.join(CATEGORIES)}")
    if any(meta.id == rule_id for meta in RULES):
        raise ValueError(f"the rule {rule_id} exists")
    words = rule_id.split("-")
    folder = f"rules/fourlayer_rules/{category}/{'_'.join(words)}"
    fields = {
        "id": rule_id,
        "word": "_".join(["bad", *words]),
        "name": "".join(word.title() for word in words),
        "comment": META_COMMENT,
        "meta": meta_line(meta_of(rule_id, category), since_of("")),
    }
    return {
        f"{folder}/__init__.py": "",
        f"{folder}/rule.py": MODULE.format(**fields),
        f"{folder}/README.md": PAGE.format(**fields),
    }


def _source(meta: RuleMeta) -> str:
    """A registry entry as it is written there; fields at their defaults are left out."""
    defaults = RuleMeta._field_defaults
    lines = [
        f"        {name}={_literal(value)},"
        for name, value in meta._asdict().items()
        if name not in defaults or value != defaults[name]
    ]
    return "\n".join(["    RuleMeta(", *lines, "    ),"]) + "\n"


def _literal(value: object) -> str:
    """A string or a tuple of strings, in double quotes."""
    if isinstance(value, tuple):
        return f"({''.join(f'{_literal(item)}, ' for item in value).rstrip()})"
    return json.dumps(value)


def main(arguments: list[str]) -> int:
    """Write the skeleton and say what to put into the registry."""
    if len(arguments) != 2 or not all(arguments):
        sys.stderr.write("usage: make new-rule RULE=id CATEGORY=name\n")
        return 2
    rule_id, category = arguments
    try:
        files = skeleton(rule_id, category)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    taken = [path for path in files if (ROOT / path).exists()]
    if taken:
        sys.stderr.write(f"{taken[0]} exists; nothing was written\n")
        return 2
    for path, text in files.items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {path}\n")
    entry = _source(meta_of(rule_id, category))
    sys.stdout.write(
        f"\nPut this into RULES in rules/fourlayer_rules/registry.py:\n\n{entry}\n"
        "then `make pages` and `make test ARGS='tests/pages -k " + rule_id + "'`.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
