"""The rules about clients on code that is written in other ways than their pages show."""

# ruff: noqa: E501 - snippets of code read best on one line

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fourlayer.app import App
from tests.rules.client.test_edits import ACME, BASE

HEAD = 'import { EnterpriseAdapter, IntegrationError } from "../base/index.js";\nimport { wrapAcmeError } from "./errors.js";\n'


def told(
    folder: Path, rule: str, code: str, name: str = "AcmeAdapter.ts", more: Mapping[str, str] | None = None
) -> list[int]:
    """The lines at which a rule reports violations in one file."""
    files = {
        **BASE,
        f"{ACME}/{name}": code,
        **{f"{ACME}/{path}": text for path, text in (more or {}).items()},
    }
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    app = App.open(str(folder), select=[rule])
    outcome = app.check(app.snapshot())
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return [
        one.range.start_line
        for one in outcome.findings
        if one.finding.path == f"{ACME}/{name}" and one.finding.certainty == "violation"
    ]


ESCAPES: list[tuple[str, list[int]]] = [
    # Arrow functions, fields, class expressions, default exports.
    ("export const get = async (u: string) => await fetch(u);\n", [1]),
    ("export const get = (u: string) => fetch(u);\n", [1]),
    ("export class A { get = async (u: string) => (await fetch(u)).ok; }\n", [1]),
    ("export default async function (u: string) { return (await fetch(u)).ok; }\n", [1]),
    ("export const A = class { async get(u: string) { return await fetch(u); } };\n", [1]),
    ("export const api = { async get(u: string) { return await fetch(u); } };\n", [1]),
    # Line ends, no semicolons.
    ("export async function get(u: string) {\r\n  return await fetch(u)\r\n}\r\n", [2]),
    # Handlers.
    ("export async function get(u: string) {\n try { return await fetch(u) } catch (e) { throw e as Error }\n}\n", [2]),
    ("export async function get(u: string) {\n try { return await fetch(u) } catch (e) { const raw = e; throw raw }\n}\n", [2]),
    ("export async function get(u: string) {\n try { return await fetch(u) } catch (e) { return Promise.reject(e) }\n}\n", [2]),
    (HEAD + "export async function get(u: string) {\n try { return await fetch(u) } catch (e) { return Promise.reject(wrapAcmeError(e)) }\n}\n", []),
    (HEAD + "export async function get(u: string) {\n try { return await fetch(u) } catch (e) { const wrapped = wrapAcmeError(e); throw wrapped }\n}\n", []),
    (HEAD + "export async function get(u: string) {\n try { return await fetch(u) } catch (e) { if (!(e instanceof IntegrationError)) throw wrapAcmeError(e); throw e }\n}\n", []),
    (HEAD + "export async function get(u: string) {\n try { return await fetch(u) } catch (e) { if (e instanceof TypeError) throw e; throw wrapAcmeError(e) }\n}\n", [4]),
    (HEAD + "export async function get(u: string) {\n try { return await fetch(u) } catch (e) { if (e instanceof IntegrationError || u) throw e; throw wrapAcmeError(e) }\n}\n", [4]),
    ("export async function get(u: string) {\n try { await fetch(u) } finally { console.log(u) }\n}\n", [2]),
    ("export async function get(u: string) {\n try { await fetch(u) } catch { return null }\n return 1\n}\n", []),
    (HEAD + "export async function get(u: string) {\n try { try { await fetch(u) } catch (e) { throw e } } catch (e) { throw wrapAcmeError(e) }\n}\n", []),
    # Promises.
    (HEAD + "export const get = (u: string) => fetch(u).catch((e) => { throw wrapAcmeError(e) });\n", []),
    ("export const get = (u: string) => fetch(u).catch((e) => { throw e });\n", [1]),
    ("export const get = (u: string) => fetch(u).catch((e) => Promise.reject(e));\n", [1]),
    ("export function get(u: string) { return new Promise((ok, no) => { fetch(u).then(ok, no); }); }\n", []),
    ("export async function get(u: string) { void fetch(u); }\n", []),
    ("export async function get(u: string) { await Promise.allSettled([fetch(u)]); }\n", []),
    ("export async function get(u: string) { const [a] = await Promise.all([fetch(u)]); return a; }\n", [1]),
    ("export function get(u: string) { setTimeout(() => fetch(u), 10); }\n", []),
    ("export async function get(u: string) { for await (const x of [fetch(u)]) console.log(x); }\n", [1]),
    # Dead code and unused helpers.
    ("export async function get(u: string) { return 1; await fetch(u); }\n", []),
    ("async function get(u: string) { return await fetch(u); }\n", []),
    # Clients.
    ('import axios from "axios";\nexport const get = async (u: string) => (await axios.get(u)).data;\n', [2]),
    ('import axios from "axios";\nexport const get = async (u: string) => await axios(u);\n', [2]),
    ('import { request } from "undici";\nexport const get = async (u: string) => await request(u);\n', [2]),
    ('import got from "got";\nexport const get = async (u: string) => await got(u).json();\n', [2]),
    ('import https from "node:https";\nexport const get = (u: string) => { https.get(u); };\n', []),
    ('import axios, { type AxiosInstance } from "axios";\nexport class A { constructor(private http: AxiosInstance) {} async get() { return await this.http.get("/"); } }\n', [2]),
    ('import axios from "axios";\nexport const isIt = (e: unknown) => axios.isAxiosError(e);\n', []),
    ('import type { AxiosResponse } from "axios";\nexport const ids = (r: AxiosResponse) => r.data.map((x: { id: string }) => x.id);\n', []),
    ('import { LRUCache } from "lru-cache";\nconst c = new LRUCache();\nexport async function get() { return await c.get("x"); }\n', []),
    ('import { AcmeClient } from "@acme/sdk";\nexport async function get() { const c = new AcmeClient(); return await c.deals.list(); }\n', [2]),
    # `fetch` by another name.
    ("export const get = async (u: string, send = fetch) => await send(u);\n", [1]),
    ("export const get = async (u: string, send: typeof fetch) => await send(u);\n", [1]),
    ("export const get = async (u: string, o: { f?: typeof fetch }) => { const send = o.f ?? fetch; return await send(u); };\n", [1]),
    ("export class A { constructor(private readonly send: typeof fetch = fetch) {} async get(u: string) { return await this.send(u); } }\n", [1]),
    ("export class A { private send = fetch; async get(u: string) { return await this.send(u); } }\n", [1]),
    ("export class A { constructor(private readonly send: (u: string) => string) {} get(u: string) { return this.send(u); } }\n", []),
    # Half typed: nothing is said.
    ("export async function get(u: string) { return await fetch(u; }\n", []),
]  # fmt: skip


@pytest.mark.parametrize(("code", "lines"), ESCAPES)
def test_errors_that_escape(tmp_path: Path, code: str, lines: list[int]) -> None:
    assert told(tmp_path, "raw-error-escape", code, "api.ts") == lines


GUARDS: list[tuple[str, list[int]]] = [
    ("export const get = (u: string) => fetch(u);\n", [1]),
    ("export const api = { get: (u: string) => fetch(u) };\n", [1]),
    (HEAD + "export class A extends EnterpriseAdapter { get = (u: string) => fetch(u); }\n", []),
    ('import * as base from "../base/index.js";\nexport class A extends base.EnterpriseAdapter { get(u: string) { return fetch(u); } }\n', []),
    ('import { EnterpriseAdapter } from "@valueos/integrations/base";\nexport class A extends EnterpriseAdapter { get(u: string) { return fetch(u); } }\n', []),
    (HEAD + "function load(u: string) { return fetch(u); }\nexport class A extends EnterpriseAdapter { get(u: string) { return load(u); } }\n", []),
    (HEAD + "const load = (u: string) => fetch(u);\nexport class A extends EnterpriseAdapter { get(u: string) { return [u].map(load); } }\n", []),
    (HEAD + "export function load(u: string) { return fetch(u); }\nexport class A extends EnterpriseAdapter { get(u: string) { return load(u); } }\nexport const other = () => load('x');\n", [3]),
    (HEAD + "export const make = () => class extends EnterpriseAdapter { get(u: string) { return fetch(u); } };\n", []),
    (HEAD + "class Http { get(u: string) { return fetch(u); } }\nexport class A extends EnterpriseAdapter { http = new Http(); }\n", []),
    ("class Http { get(u: string) { return fetch(u); } }\nexport const http = new Http();\n", [1]),
    ('import CircuitBreaker from "opossum";\nconst b = new CircuitBreaker((u: string) => fetch(u));\nexport const get = (u: string) => b.fire(u);\n', []),
    ("export const get = (circuitBreaker: any, u: string) => circuitBreaker.execute(() => fetch(u));\n", []),
    ("export const get = (u: string) => [u].map((x) => fetch(x));\n", [1]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "lines"), GUARDS)
def test_calls_that_are_guarded(tmp_path: Path, code: str, lines: list[int]) -> None:
    assert told(tmp_path, "unguarded-call", code, "api.ts") == lines


LIMITS: list[tuple[str, list[int]]] = [
    ("export class A extends EnterpriseAdapter { async get() { await fetch('x'); } }\n", [3]),
    ("export class A extends EnterpriseAdapter { get = async () => { await fetch('x'); }; }\n", [3]),
    ("export class A extends EnterpriseAdapter { async get(t: string) { await this.withRateLimit(t, async () => fetch('x')); } }\n", []),
    ("export class A extends EnterpriseAdapter { async get(t: string) { const run = () => fetch('x'); await this.withRateLimit(t, run); } }\n", []),
    ("export class A extends EnterpriseAdapter { async get(t: string) { const run = () => fetch('x'); await run(); } }\n", [3]),
    ("export class A extends EnterpriseAdapter { #load() { return fetch('x'); } get(t: string) { return this.withRateLimit(t, () => this.#load()); } }\n", []),
    ("export class A extends EnterpriseAdapter { get(t: string) { return this.withRateLimit(t ?? 'all', () => fetch('x')); } }\n", [3]),
    ("export class A extends EnterpriseAdapter { get(t: string) { return this.withRateLimit(t || this.provider, () => fetch('x')); } provider = 'a'; }\n", []),
    ("export class A extends EnterpriseAdapter { static make() { return fetch('x'); } }\n", [3]),
    ("export class A { async get() { await fetch('x'); } }\n", []),
]  # fmt: skip


@pytest.mark.parametrize(("code", "lines"), LIMITS)
def test_calls_that_are_limited(tmp_path: Path, code: str, lines: list[int]) -> None:
    assert told(tmp_path, "missing-rate-limit", HEAD + code) == lines


LOADS: list[tuple[str, list[int]]] = [
    ("export const a = fetch('x');\n", [1]),
    ("export let a; try { a = await fetch('x'); } catch { a = null; }\n", [1]),
    ("export const a = (() => fetch('x'))();\n", [1]),
    ("export const a = () => fetch('x');\n", []),
    ("export class A { static a = fetch('x'); }\n", [1]),
    ("export class A { static { fetch('x'); } }\n", [1]),
    ("export class A { a = fetch('x'); }\n", []),
    ("export const A = class { a = fetch('x'); };\n", []),
    ("if (process.env.X) { void fetch('x'); }\n", [1]),
    ("export const a = [1].map(() => fetch('x'));\n", [1]),
    ("function go() { return fetch('x'); }\nexport const a = go();\n", [2]),
    ("function go() { return () => fetch('x'); }\nexport const a = go();\n", []),
    ("function a() { return b(); }\nfunction b(): unknown { return a() || fetch('x'); }\nexport const c = a();\n", [3]),
    ('import { Pool } from "pg";\nexport const pool = new Pool();\n', [2]),
    ('import pino from "pino";\nexport const log = pino();\n', []),
    ('import { Counter } from "prom-client";\nexport const hits = new Counter({ name: "a", help: "b" });\n', []),
    ('import OpenAI from "openai";\nexport const ai = new OpenAI();\n', [2]),
    ('import { OpenAI as Ai } from "openai";\nexport const ai: Ai = new Ai({});\n', [2]),
    ('import * as slack from "@slack/web-api";\nexport const s = new slack.WebClient();\n', [2]),
    ('import { S3Client, PutObjectCommand } from "@aws-sdk/client-s3";\nexport const c = new PutObjectCommand({});\nexport const s = new S3Client({});\n', [3]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "lines"), LOADS)
def test_what_loading_does(tmp_path: Path, code: str, lines: list[int]) -> None:
    assert told(tmp_path, "network-on-import", code, "load.ts") == lines


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("raw-error-throw", "export const a = () => { throw new Error('x'); };\n"),
        ("missing-timeout", "export const a = () => fetch('x');\n"),
        ("eager-client", 'import Stripe from "stripe"; export class A { a = new Stripe(""); }\n'),
        ("webhook-in-client", "export function onEvent(event: object) { return event; }\n"),
    ],
)
@pytest.mark.parametrize("name", ["a.ts", "a.mts", "a.tsx", "lib/deep/a.ts"])
def test_every_kind_of_file_is_judged(tmp_path: Path, rule: str, code: str, name: str) -> None:
    assert told(tmp_path, rule, code, name) == [1]


@pytest.mark.parametrize(
    "rule", ["raw-error-escape", "unguarded-call", "missing-timeout", "network-on-import"]
)
def test_declarations_and_tests_are_not_judged(tmp_path: Path, rule: str) -> None:
    code = "export const a = await fetch('x');\n"
    assert told(tmp_path, rule, code, "a.test.ts") == []
    assert told(tmp_path, rule, "export declare const a: Response;\n", "a.d.ts") == []
