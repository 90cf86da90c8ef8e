"""A small workspace whose one service holds the code to be judged by the tenancy rules."""

from __future__ import annotations

from pathlib import Path

from fourlayer.app import App
from fourlayer.rule.outcome import Reported
from tests.pages.workspace import apply_change

SERVICE = "packages/integrations/acme/services/service.ts"
SCHEMA = """\
create table deals (id uuid primary key, organization_id uuid not null, stage text, stripe_id text unique);
create table notes (id uuid primary key, tenant_id uuid not null);
create table lines (id uuid primary key, deal_id uuid);
create table plans (id uuid primary key, name text);
create table both (id uuid primary key, tenant_id uuid, organization_id uuid);
create table if not exists logs (id uuid, organization_id uuid);
create table if not exists logs (id uuid, tenant_id uuid);
-- rls-classification: service_only
create table jobs (id uuid primary key, tenant_id uuid not null);
-- rls-classification: own_row
create table profiles (id uuid primary key, tenant_id uuid not null);
"""
_SHORT = {"missing-tenant-filter": "filter", "missing-tenant-column": "row", "wrong-tenant-column": "column"}


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def workspace(code: str, more: dict[str, str] | None = None) -> dict[str, str]:
    base = {
        "packages/backend/migrations/001.sql": SCHEMA,
        "packages/integrations/acme/index.ts": "export {};\n",
        SERVICE: code,
    }
    return {**base, **(more or {})}


def opened(folder: Path, files: dict[str, str]) -> tuple[App, tuple[Reported, ...]]:
    """The application and everything that the tenancy rules report, what is out of reach included."""
    write(folder, files)
    app = App.open(str(folder), select=("tenancy",))
    outcome = app.check(app.snapshot(), show_unverifiable=True)
    assert not [trouble for trouble in outcome.troubles if trouble.kind == "crash"]
    return app, outcome.findings


def judged(folder: Path, code: str, more: dict[str, str] | None = None) -> list[str]:
    """What is reported, in source order: `filter violation`, `row suspicious`, `column violation`, ..."""
    _, findings = opened(folder, workspace(code, more))
    return [f"{_SHORT[one.finding.rule]} {one.finding.certainty}" for one in findings]


def titles(folder: Path, code: str, more: dict[str, str] | None = None) -> list[list[tuple[str, str, bool]]]:
    """The fixes of each finding: title, applicability, preferred."""
    _, findings = opened(folder, workspace(code, more))
    return [[(plan.title, plan.applicability, plan.preferred) for plan in one.fixes] for one in findings]


def fixed(folder: Path, code: str, title: str, more: dict[str, str] | None = None) -> dict[str, str]:
    """The files after the first fix whose title contains the text."""
    files = workspace(code, more)
    app, findings = opened(folder, files)
    for one in findings:
        for plan in one.fixes:
            if title in plan.title:
                change = app.change(app.snapshot(), one.finding, plan)
                assert change is not None
                return apply_change(files, change)
    raise AssertionError([plan.title for one in findings for plan in one.fixes])
