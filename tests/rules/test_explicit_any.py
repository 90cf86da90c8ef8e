"""What explicit-any reports, and the finer points of its fixes."""

from __future__ import annotations

from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.rule.model import FixPlan
from fourlayer.rule.outcome import Reported
from tests.pages.workspace import Files, apply_change, write_tree

FOLDER = "packages/integrations/acme"
ADAPTER = f"{FOLDER}/AcmeAdapter.ts"
TYPES = f"{FOLDER}/types.ts"


class Judged:
    """A workspace that was checked."""

    def __init__(self, folder: Path, files: Files) -> None:
        write_tree(folder, files)
        self.files = files
        self.app = App.open(str(folder), select=["explicit-any"])
        self.snapshot = self.app.snapshot()
        outcome = self.app.check(self.snapshot)
        assert [trouble for trouble in outcome.troubles if trouble.kind != "inert-rule"] == []
        self.findings: tuple[Reported, ...] = outcome.findings

    def fixed(self, kind: str, position: int = 0) -> dict[str, str]:
        reported = self.findings[position]
        plan = next(plan for plan in self.plans(position) if plan.kind == kind)
        change = self.app.change(self.snapshot, reported.finding, plan)
        assert change is not None
        return apply_change(self.files, change)

    def plans(self, position: int = 0) -> tuple[FixPlan, ...]:
        return self.app.plans(self.snapshot, self.findings[position].finding)


def judged(folder: Path, text: str, **others: str) -> Judged:
    names = {"types": TYPES, "errors": f"{FOLDER}/errors.ts", "config": f"{FOLDER}/config.ts"}
    return Judged(folder, {ADAPTER: text, **{names[name]: other for name, other in others.items()}})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("export function f(payload: any) {}", "Parameter `payload` of `f`"),
        ("export const f = (payload: any) => 1;", "Parameter `payload` of `f`"),
        ("export class A { m({ a }: any) {} }", "A destructured parameter of `m`"),
        ("export function f(): any { return 1; }", "The return type of `f`"),
        (
            "export async function f(): Promise<any> {}",
            "The type argument of `Promise` in the return type of `f`",
        ),
        ("export const x: any = 1;", "Variable `x`"),
        ("export const x: any[] = [];", "An item of variable `x`"),
        ("export class A { x: any; }", "Field `x`"),
        ("try {} catch (e: any) {}", "Catch variable `e`"),
        ("export const x = 1 as any;", "A cast"),
        ("export interface A { b: any }", "Property `b` of `A`"),
        ("export interface A { [k: string]: any }", "The index signature of `A`"),
        ("export type A = any;", "Type `A`"),
        ("export type A<T = any> = T[];", "Type parameter `T`'s default"),
        ("export const m = new Map<string, any>();", "A type argument of `Map`"),
        ("export type K = keyof any;", "`keyof any` in `K`"),
        (
            "export function f(r: Record<string, any>) {}",
            "The type argument of `Record` in parameter `r` of `f`",
        ),
    ],
)
def test_the_message_names_the_position(text: str, words: str, tmp_path: Path) -> None:
    found = judged(tmp_path, text).findings

    assert [one.finding.message.split(" is `any`")[0] for one in found] == [words]


def test_any_in_broken_code_is_left_alone(tmp_path: Path) -> None:
    assert judged(tmp_path, "export const = (x: any ;\nexport const y = 1;\n").findings == ()


def test_no_finding_has_two_preferred_fixes(tmp_path: Path) -> None:
    types = "export interface AcmeDeal { title: string; amount: number }\n"
    found = judged(
        tmp_path, "export const f = (deal: any) => deal.title.trim() + deal.amount * 2;\n", types=types
    )

    assert [(plan.kind, plan.preferred) for plan in found.plans()] == [
        ("reuse-dto", True),
        ("new-dto", False),
        ("use-unknown", False),
    ]


def test_types_ts_comes_before_other_contracts(tmp_path: Path) -> None:
    deal = "export interface {} {{ title: string; amount: number }}\n"
    text = "export const f = (deal: any) => deal.title.trim() + deal.amount * 2;\n"

    both = judged(tmp_path / "a", text, types=deal.format("AcmeDeal"), config=deal.format("AcmeDeal"))
    one = judged(tmp_path / "b", text, config=deal.format("ConfiguredDeal"))

    assert 'from "./types.js"' in both.fixed("reuse-dto")[ADAPTER]
    assert 'import type { ConfiguredDeal } from "./config.js"' in one.fixed("reuse-dto")[ADAPTER]


@pytest.mark.parametrize(
    "members",
    [
        "title: string",
        "title: number; amount: number",
        "title?: string; amount: number",
        "title: string | null; amount: number",
    ],
)
def test_a_type_that_does_not_fit_is_not_reused(members: str, tmp_path: Path) -> None:
    text = "export const f = (deal: any) => deal.title.trim() + deal.amount * 2;\n"
    found = judged(tmp_path, text, types=f"export interface AcmeDeal {{ {members} }}\n")

    assert "reuse-dto" not in [plan.kind for plan in found.plans()]


def test_a_name_that_is_taken_is_not_taken_again(tmp_path: Path) -> None:
    text = "export const f = (deal: any) => deal.title.trim() + deal.stage.name.trim();\n"
    found = judged(tmp_path, text, types="export type AcmeDeal = string;\n").fixed("new-dto")

    assert "export type AcmeDeal = string;\n\nexport interface AcmeDealData {" in found[TYPES]


def test_line_ends_quotes_and_header_are_kept(tmp_path: Path) -> None:
    text = (
        "// licence\r\n\r\nimport { x } from './x';\r\n\r\n"
        "export const f = (deal: any) => deal.title.trim() + x;\r\n"
    )
    types = "export type AcmeStage = 'won';\r\n"
    found = judged(tmp_path, text, types=types).fixed("new-dto")

    assert found[ADAPTER] == text.replace(": any", ": AcmeDeal").replace(
        "'./x';\r\n", "'./x';\r\nimport type { AcmeDeal } from './types';\r\n"
    )
    assert found[TYPES] == types + "\r\nexport interface AcmeDeal {\r\n  title: string;\r\n}\r\n"


def test_a_name_joins_an_import_of_several_lines(tmp_path: Path) -> None:
    text = (
        'import type {\n  AcmeStage,\n} from "./types.js";\n'
        "export const f = (deal: any): AcmeStage => deal.title.trim();\n"
    )
    found = judged(tmp_path, text, types="export type AcmeStage = string;\n").fixed("new-dto")

    assert found[ADAPTER].startswith('import type {\n  AcmeStage,\n  AcmeDeal,\n} from "./types.js";\n')


def test_a_value_that_is_only_a_string_needs_no_type(tmp_path: Path) -> None:
    found = judged(tmp_path, "export const f = (title: any) => title.toLowerCase();\n")

    assert found.fixed("new-dto") == {ADAPTER: "export const f = (title: string) => title.toLowerCase();\n"}


def test_a_handler_of_caught_errors_keeps_taking_unknown(tmp_path: Path) -> None:
    text = (
        "export function wrap(err: any): Error {\n  return new Error(err.response.status);\n}\n"
        "export function run(): void {\n  try {\n    JSON.parse('');\n  } catch (e) {\n"
        "    throw wrap(e);\n  }\n}\n"
    )
    found = judged(tmp_path, text)

    assert [plan.kind for plan in found.plans()] == ["use-unknown"]
    assert "(err as { response: { status: string } }).response.status" in found.fixed("use-unknown")[ADAPTER]


def test_types_in_types_ts_itself_need_no_import(tmp_path: Path) -> None:
    text = "export const titleOf = (deal: any): string => deal.title.trim();\n"
    found = Judged(tmp_path, {TYPES: text}).fixed("new-dto")

    assert found == {
        TYPES: text.replace("any", "AcmeDeal") + "\nexport interface AcmeDeal {\n  title: string;\n}\n"
    }


def test_values_that_lack_a_member_keep_a_type_away(tmp_path: Path) -> None:
    text = (
        "function send(message: any): void {\n  console.log(message.subject.trim());\n}\n"
        "export const go = (other: Record<string, number>): void => send(other);\n"
    )

    assert [plan.kind for plan in judged(tmp_path, text).plans()] == ["use-unknown"]


def test_deep_nesting_is_no_crash(tmp_path: Path) -> None:
    path = ".a" * 400
    found = judged(tmp_path, f"export const f = (x: any): string => x{path};\n")

    assert found.findings
