"""Facts of an edited file equal facts from scratch wherever the text is free of errors."""

from __future__ import annotations

import random

import pytest

from fourlayer.syntax import nodes as n
from fourlayer.syntax.facts import FileFacts, build_facts, children, rebuild_facts
from fourlayer.syntax.text import Text

SOURCE = """import { z } from "zod";
import type { Deal } from "./types.js";

// fourlayer-ignore explicit-any: sample
export const schema = z.object({ id: z.string(), "größe": z.number() });

export class Adapter extends Base<Deal> {
  readonly provider = "acme 😀";
  constructor(private readonly db: Client) { super(); }
  async load(orgId: string): Promise<Record<string, any>> {
    let query = this.db.from<Deal>("deals").select("*");
    if (orgId) query = query.eq("organization_id", orgId);
    const { data, error } = await query;
    if (error) throw new Error(`failed ${error.message}`);
    return data ?? [];
  }
}

export default function run() { return sql<number>`select ${1}`; }
"""
STATEMENTS = [
    'import { q } from "q";\n',
    "\nconst n: any = 1;\r\n",
    "function g() { return 2; }\n",
    "// note\n",
    "\u2028\x0c\n",
    "/* é😀 */\r",
]
PIECES = [
    "a",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\u2028",
    "\x0c",
    "{",
    "}",
    "(",
    ")",
    "`",
    '"',
    "'",
    "/*",
    "*/",
    "//",
    ";",
    "any",
    ": any",
    "export ",
    "default ",
    "await ",
    "😀",
    "é",
    '.eq("x", y)',
    'import { q } from "q";\n',
    "x as any",
    "\nconst n = 1;\n",
    "function g() { return 2; }\n",
]


def dump(node: n.Node) -> tuple[object, ...]:
    """A lowered node as plain values."""
    plain = [
        (name, getattr(node, name))
        for name in (
            "name",
            "value",
            "text",
            "op",
            "kind",
            "key",
            "modifiers",
            "optional",
            "is_async",
            "broken",
        )
        if isinstance(getattr(node, name, None), str | bool | tuple)
        and not any(isinstance(part, n.Node) for part in _items(getattr(node, name)))
    ]
    return (
        type(node).__name__,
        node.start,
        node.end,
        tuple(plain),
        tuple(dump(child) for child in children(node)),
    )


def _items(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def everything(facts: FileFacts) -> tuple[object, ...]:
    decls = [
        (
            d.kind,
            d.names,
            d.start,
            d.end,
            d.name_span,
            d.exported,
            d.is_default,
            d.trusted,
            d.body_start,
            dump(d.node),
        )
        for d in facts.all_decls()
    ]
    return (facts.imports, facts.exports, facts.anys, facts.comments, facts.interface, facts.trusted, decls)


def random_edit(source: random.Random, text: Text) -> tuple[int, int, bytes]:
    """A replacement at a random position; half of them add whole statements, which keep the text valid."""
    line = source.randrange(0, text.line_count + 1)
    if source.random() < 0.5:
        start = text.offset((line, 0), "utf-16")
        return start, start, source.choice(STATEMENTS).encode()
    start = text.offset((line, source.randrange(0, 70)), "utf-16")
    end = min(start + source.choice([0, 0, 1, 5, 40]), len(text.data))
    while end < len(text.data) and text.data[end] & 0xC0 == 0x80:
        end += 1
    return start, end, source.choice(PIECES).encode()


@pytest.mark.parametrize("seed", range(40))
def test_edits_leave_facts_as_from_scratch(seed: int) -> None:
    source = random.Random(seed)
    text = good = Text.from_str(SOURCE)
    facts = build_facts(text, "ts")
    compared = 0
    for step in range(80):
        edits: list[tuple[int, int, int]] = []
        for _ in range(source.randrange(1, 3)):
            start, end, new = random_edit(source, text)
            text = text.replace(start, end, new)
            edits.append((start, end, start + len(new)))
        facts = rebuild_facts(text, facts, tuple(edits))
        for decl in facts.all_decls():
            _ = decl.node
        scratch = build_facts(Text(text.data), "ts")
        assert facts.trusted == scratch.trusted
        assert text.line_starts == scratch.text.line_starts
        if scratch.trusted:
            compared += 1
            good = text
            assert everything(facts) == everything(scratch), f"step {step}"
        elif source.random() < 0.6:
            # Back to the last text without errors, as an undo does.
            edit = (0, len(text.data), len(good.data))
            text = text.replace(0, len(text.data), good.data)
            facts = rebuild_facts(text, facts, (edit,))
            assert everything(facts) == everything(build_facts(Text(good.data), "ts"))
    assert compared >= 8


def test_an_edit_in_one_method_keeps_the_others_lowered() -> None:
    text = Text.from_str(SOURCE)
    facts = build_facts(text, "ts")
    before = {decl.qualified_name: decl.chunk for decl in facts.all_decls()}
    at = text.data.index(b'"organization_id"')
    edited = text.replace(at + 1, at + 2, b"OO")
    after = rebuild_facts(edited, facts, ((at + 1, at + 2, at + 3),))
    kept = {
        decl.qualified_name for decl in after.all_decls() if before.get(decl.qualified_name) is decl.chunk
    }
    assert "run" in kept
    assert "Adapter.constructor" in kept
    assert "Adapter.load" not in kept


def test_released_facts_can_still_be_asked() -> None:
    facts = build_facts(Text.from_str(SOURCE), "ts")
    facts.release()
    fresh = build_facts(Text.from_str(SOURCE), "ts")
    assert everything(facts) == everything(fresh)
