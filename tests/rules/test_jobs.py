"""The rules about workers and queues where their pages cannot reach: aliases, configuration, edits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.project.summaries import outside
from fourlayer.syntax.text import Text

JOB = "packages/integrations/acme/jobs/a.ts"


def opened(folder: Path, files: Mapping[str, str], rule: str, config: str = "") -> App:
    for path, text in {**files, "fourlayer.toml": config}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return App.open(str(folder), select=[rule])


def found(folder: Path, files: Mapping[str, str], rule: str, config: str = "") -> list[tuple[str, str]]:
    app = opened(folder, files, rule, config)
    outcome = app.check(app.snapshot())
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    shown = [(one.finding.key, one.finding.certainty) for one in outcome.findings]
    return [*shown, *[("", "unverifiable")] * outcome.unverifiable_hidden]


@pytest.mark.parametrize(
    "code",
    [
        "import { Worker } from 'bullmq'; export const f = () => new Worker('q', async () => {}, {});",
        "import { Worker as W } from 'bullmq'; export const f = () => new W('q', async () => {}, {});",
        "import * as mq from 'bullmq'; export const f = () => new mq.Worker('q', async () => {}, {});",
        "import { Worker } from 'bullmq'; export class Mine extends Worker {}",
        "import { Worker } from 'bullmq'; export class A { private w = new Worker('q', null, {}); }",
        "import { Worker } from 'bullmq'; let w; export function f() { w ??= new Worker('q', null, {}); }",
        "import { Processor } from '@nestjs/bullmq'; export class A {}",
        "import { Queue } from 'bullmq'; export const add = () => new Queue('q').add('x', {});",
        "export type A = string; export const LIMIT = 3; export { type B } from './b.js';",
        "const f = () => 1;",
    ],
)
def test_what_is_no_job_without_a_worker(tmp_path: Path, code: str) -> None:
    assert found(tmp_path, {JOB: code}, "non-bullmq-job") == []


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("export function f() {}", "f"),
        ("export async function f() {}\nexport const g = 1;", "f"),
        ("export const f = async () => {};", "f"),
        ("export default async () => {};", "default"),
        ("class A { run() {} }\nexport { A as Job };", "Job"),
        ("import { Worker } from './worker.js'; export const f = () => new Worker();", "f"),
        ("import type { Worker } from 'bullmq'; export const f = (w: Worker) => w;", "f"),
        ("import cron from 'node-cron'; cron.schedule('* * * * *', f); function f() {}", "node-cron"),
        ("const cron = require('cron'); export const f = () => cron;", "cron"),
        ("export const f = () => globalThis.setInterval(() => {}, 1);", "setInterval"),
        (
            "import { setInterval } from 'node:timers'; export const f = () => setInterval(g, 1);",
            "setInterval",
        ),
    ],
)
def test_what_is_a_job_without_a_worker(tmp_path: Path, code: str, key: str) -> None:
    assert found(tmp_path, {JOB: code}, "non-bullmq-job") == [(key, "violation")]


def test_the_configured_queue_is_meant(tmp_path: Path) -> None:
    code = "import { Worker } from '@acme/queue'; export const f = () => new Worker('q', async () => {}, {});"
    config = '[conventions]\nqueue = "@acme/queue"\n'
    assert found(tmp_path, {JOB: code}, "non-bullmq-job", config) == []
    assert found(tmp_path, {JOB: code}, "non-bullmq-job") == [("f", "violation")]


def test_a_helper_is_a_job_once_no_worker_uses_it(tmp_path: Path) -> None:
    worker = "packages/integrations/acme/jobs/worker.ts"
    code = (
        "import { Worker } from 'bullmq';\nimport { step } from './a.js';\n"
        "export const start = () => new Worker('q', async () => step(), {});\n"
    )
    app = opened(tmp_path, {JOB: "export async function step() {}\n", worker: code}, "non-bullmq-job")
    snapshot = app.snapshot()
    assert app.check(snapshot).findings == ()
    unsaved = app.snapshot(
        {worker: Text(code.replace("import { step } from './a.js';", "const step = f;").encode())},
        previous=snapshot,
    )
    assert [one.finding.key for one in app.check(unsaved).findings] == ["step"]


_QUEUE = "import { Queue } from 'bullmq';\nconst q = new Queue('q', {});\n"


@pytest.mark.parametrize(
    ("code", "certainty"),
    [
        ("q.add('x', { tenantId: t })", None),
        ("q.add('x', { 'organization_id': t })", None),
        ("q.add('x', { meta: { OrganizationID: t } })", None),
        ("q.add('x', { ...{ tenantId: t } })", None),
        ("q.addBulk([{ name: 'x', data: { tenantId: t } }])", None),
        ("q.upsertJobScheduler('x', {}, { name: 'x', data: { tenantId: t } })", None),
        ("q.add('x', { id: 1 })", "violation"),
        ("q.add('x', {} as Record<string, string>)", "unverifiable"),
        ("q.add('x', { ...t })", "unverifiable"),
        ("q.add('x', { payload: t })", "unverifiable"),
        ("q.addBulk([{ name: 'x', data: { id: 1 } }])", "violation"),
        ("q?.add('x', { id: 1 } satisfies object)", "violation"),
        ("new Set<string>().add('x')", None),
    ],
)
def test_data_names_its_tenant(tmp_path: Path, code: str, certainty: str | None) -> None:
    files = {JOB: f"{_QUEUE}export async function f(t: any) {{ await {code}; }}\n"}
    assert [one for _, one in found(tmp_path, files, "unscoped-job")] == ([certainty] if certainty else [])


def test_the_configured_names_of_the_tenant_are_meant(tmp_path: Path) -> None:
    files = {
        JOB: f"{_QUEUE}export async function f(w: string) {{ await q.add('x', {{ workspace_id: w }}); }}\n"
    }
    config = '[tenancy]\ncolumns = ["workspace_id"]\nfields = ["workspaceId"]\n'
    assert found(tmp_path, files, "unscoped-job", config) == []
    assert len(found(tmp_path, files, "unscoped-job")) == 1


@pytest.mark.parametrize(
    ("processor", "certainty"),
    [
        ("async (job) => use(job.data.tenantId)", None),
        ("async ({ data }) => use(data.tenantId)", None),
        ("async ({ data: { tenantId } }) => use(tenantId)", None),
        ("async (job) => { const { tenantId } = job.data; }", None),
        ("async (job) => { const d = schema.parse(job.data); use(d.tenantId); }", None),
        ("async (job) => use(job.data['tenantId'])", None),
        ("wrap(async (job) => use(job.data.tenantId))", None),
        ("async (job) => use(job.id)", "violation"),
        ("async () => {}", "violation"),
        ("async (job) => use(job)", "violation"),
        ("async (job) => outside(job)", "unverifiable"),
        ("async (job) => { const row = await find(job.data.id); use(row.tenantId); }", "violation"),
        ("'./processor.js'", "unverifiable"),
        ("outside", "unverifiable"),
    ],
)
def test_a_worker_reads_the_tenant(tmp_path: Path, processor: str, certainty: str | None) -> None:
    code = (
        "import { Worker } from 'bullmq'; import { outside, schema } from 'vendor';\n"
        "function use(x: any) { console.log(x.id); }\nasync function find(id: any) { return id; }\n"
        f"function wrap(f: any) {{ return f; }}\nexport const w = () => new Worker('q', {processor}, {{}});\n"
    )
    assert [one for _, one in found(tmp_path, {JOB: code}, "unscoped-job")] == (
        [certainty] if certainty else []
    )


def test_an_unsaved_helper_that_stops_handling_failures_shows_at_its_worker(tmp_path: Path) -> None:
    helper = "packages/integrations/acme/jobs/watch.ts"
    code = (
        "import { Worker, Queue } from 'bullmq';\nimport { watch } from './watch.js';\n"
        "const q = new Queue('q', {});\nexport const depth = () => q.getWaitingCount();\n"
        "export function start() { const w = new Worker('q', async () => {}, {}); watch(w); return w; }\n"
    )
    watch = (
        "export function watch(w: any) { w.on('failed', () => {}); w.on('completed', () => observe()); }\n"
    )
    app = opened(tmp_path, {JOB: code, helper: watch}, "unobserved-worker")
    snapshot = app.snapshot()
    assert app.check(snapshot).findings == ()
    unsaved = app.snapshot({helper: Text(watch.replace("failed", "active").encode())}, previous=snapshot)
    (one,) = app.check(unsaved).findings
    assert "no `failed` handler" in one.finding.message
    assert "SLO" not in one.finding.message


def test_every_word_of_the_tables_is_known() -> None:
    words = {word for shape in outside.SHAPES.values() for word in shape.values()}
    words |= {*outside.GLOBALS.values(), *outside.GLOBAL_TYPES.values(), *outside.PACKAGES.values()}
    known = {*outside.SHAPES, "promise", "builder", "plain", "unknown", "self"}
    assert {word.removeprefix("=") for word in words} <= known
