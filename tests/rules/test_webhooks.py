"""The rules about webhooks where their pages cannot reach: other shapes of code, and edits elsewhere."""

# ruff: noqa: E501 - snippets of code read best on one line

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fourlayer.app import App
from fourlayer.syntax.text import Text

HANDLERS = "packages/integrations/acme/handlers/webhooks.ts"
HELPER = "packages/integrations/acme/services/signature.ts"
ROUTES = "packages/backend/src/routes.ts"
CONFIG = '[[scopes]]\npaths = ["packages/backend/src/**"]\nlayer = "service"\ncategories = ["webhooks"]\n'
ALL = ["webhooks"]

VERIFYING = """\
import { createHmac, timingSafeEqual } from "node:crypto";
export function isAuthentic(rawBody: Buffer, signature: string, secret: string): boolean {
  const expected = Buffer.from(createHmac("sha256", secret).update(rawBody).digest("hex"));
  const actual = Buffer.from(signature);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
"""
HOLLOW = """\
export function isAuthentic(rawBody: Buffer, signature: string, secret: string): boolean {
  return rawBody.length > 0 || signature === secret;
}
"""
CALLER = """\
import type { Request, Response } from "express";
import { isAuthentic } from "../services/signature.js";
export async function handleAcmeWebhook(req: Request, res: Response, close: (id: string) => Promise<void>): Promise<void> {
  if (!isAuthentic(req.body, req.headers["x-acme-signature"] ?? "", "secret")) {
    res.status(401).end();
    return;
  }
  await close(JSON.parse(String(req.body)).id);
}
"""
DEFENDED = """\
import { eventSchema } from "../schemas.js";
import { isAuthentic } from "../services/signature.js";
export async function handleAcmeWebhook(request, ports) {
  if (!(await ports.rateLimit.consume(`acme:ip:${request.ip}`))) return { status: 429 };
  if (!isAuthentic(request.rawBody, request.headers["x-acme-signature"] ?? "", ports.secret)) return { status: 401 };
  if (!(await ports.rateLimit.consume(`acme:tenant:${request.organizationId}`))) return { status: 429 };
  const event = eventSchema.safeParse(JSON.parse(request.rawBody.toString("utf8")));
  if (!event.success) return { status: 400 };
  const nonce = `acme:${request.headers["x-acme-delivery"]}`;
  if (!(await ports.nonces.claim(nonce))) return { status: 200 };
  try {
    await ports.tickets.close(event.data.id);
  } catch (error) {
    await ports.nonces.release(nonce);
    throw error;
  }
  return { status: 202 };
}
"""


def opened(folder: Path, files: Mapping[str, str], select: list[str]) -> App:
    for path, text in {"fourlayer.toml": CONFIG, **files}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return App.open(str(folder), select=select)


def found(folder: Path, files: Mapping[str, str], select: list[str] = ALL) -> list[str]:
    """The rules that report a violation, sorted."""
    app = opened(folder, files, select)
    outcome = app.check(app.snapshot())
    assert [trouble for trouble in outcome.troubles if trouble.kind == "crash"] == []
    return sorted(one.finding.rule for one in outcome.findings if one.finding.certainty == "violation")


@pytest.mark.parametrize("path", [HELPER, HANDLERS])
def test_editing_a_helper_judges_its_callers_anew(tmp_path: Path, path: str) -> None:
    """The helper is edited unsaved, in a file of its own; the handler's file is closed, or open too."""
    app = opened(tmp_path, {HANDLERS: CALLER, HELPER: VERIFYING}, ["unverified-webhook"])
    first = app.snapshot()
    assert app.check(first).findings == ()
    hollow = {HELPER: Text(HOLLOW.encode()), path: Text((HOLLOW if path == HELPER else CALLER).encode())}
    second = app.snapshot(hollow, first, ())
    assert [one.finding.path for one in app.check(second).findings] == [HANDLERS]
    third = app.snapshot({}, second, ())
    assert app.check(third).findings == ()


def test_an_edit_above_the_helper_changes_nothing(tmp_path: Path) -> None:
    app = opened(tmp_path, {HANDLERS: CALLER, HELPER: VERIFYING}, ["unverified-webhook"])
    first = app.snapshot()
    assert app.check(first).findings == ()
    second = app.snapshot({HELPER: Text(("// above\n" + VERIFYING).encode())}, first, ())
    assert app.check(second).findings == ()


def test_half_typed_code_claims_nothing(tmp_path: Path) -> None:
    broken = CALLER.replace("await close(", "await close((")
    assert found(tmp_path, {HANDLERS: broken, HELPER: VERIFYING}) == []


def test_a_defended_webhook_reports_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, {HANDLERS: DEFENDED, HELPER: VERIFYING}) == []


def test_line_ends_change_nothing(tmp_path: Path) -> None:
    files = {HANDLERS: DEFENDED.replace("\n", "\r\n"), HELPER: VERIFYING.replace("\n", "\r\n")}
    assert found(tmp_path, files) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # the limit by address
        ("if (!(await ports.rateLimit.consume(`acme:ip:${request.ip}`))) return { status: 429 };", "", ["missing-rate-limit-key"]),
        # the limit by tenant
        ("if (!(await ports.rateLimit.consume(`acme:tenant:${request.organizationId}`))) return { status: 429 };", "", ["missing-rate-limit-key"]),
        # the verification, its result, its branch
        ('if (!isAuthentic(request.rawBody, request.headers["x-acme-signature"] ?? "", ports.secret)) return { status: 401 };', "", ["unverified-webhook"]),
        ('if (!isAuthentic(request.rawBody, request.headers["x-acme-signature"] ?? "", ports.secret)) return { status: 401 };', 'isAuthentic(request.rawBody, request.headers["x-acme-signature"] ?? "", ports.secret);', ["unverified-webhook"]),
        ('if (!isAuthentic(request.rawBody, request.headers["x-acme-signature"] ?? "", ports.secret)) return { status: 401 };', 'if (!isAuthentic(request.rawBody, request.headers["x-acme-signature"] ?? "", ports.secret)) console.warn("forged");', ["unverified-webhook"]),
        ("if (!isAuthentic(", "if (isAuthentic(", ["unverified-webhook"]),
        ("if (!isAuthentic(", "if (ports.strict && !isAuthentic(", ["unverified-webhook"]),
        # the schema
        ("const event = eventSchema.safeParse(JSON.parse(request.rawBody.toString(\"utf8\")));", "const event = { success: true, data: JSON.parse(request.rawBody.toString(\"utf8\")) };", ["unvalidated-webhook"]),
        # the claim, its condition, its release
        ("if (!(await ports.nonces.claim(nonce))) return { status: 200 };", "", ["replayable-webhook"]),
        ("if (!(await ports.nonces.claim(nonce))) return { status: 200 };", "if (event.data.live) {\n if (!(await ports.nonces.claim(nonce))) return { status: 200 };\n }", ["replayable-webhook"]),
        ("await ports.nonces.release(nonce);", "", ["replayable-webhook"]),
    ],
)  # fmt: skip
def test_each_step_that_is_missing_is_named(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    assert old in DEFENDED
    assert found(tmp_path, {HANDLERS: DEFENDED.replace(old, new), HELPER: VERIFYING}) == expected


@pytest.mark.parametrize(
    "call",
    [
        "const ok = isAuthentic(req.body, sig, s);\nif (!ok) return;",
        "let ok = false;\ntry { ok = isAuthentic(req.body, sig, s); } catch { return; }\nif (ok === false) return;",
        "if (isAuthentic(req.body, sig, s) !== true) throw new Error('forged');",
        "if (!sig || !isAuthentic(req.body, sig, s)) { res.status(401).end(); return; }",
        "const verify = () => isAuthentic(req.body, sig, s);\nif (!verify()) return;",
        "if (!(await Promise.resolve(isAuthentic(req.body, sig, s)))) return;",
        "const hook = new Webhook(s);\nhook.verify(req.body, req.headers);",
        "if (!twilio.validateRequest(s, sig, req.url, req.body)) return;",
        "const event = stripe.webhooks.constructEvent(req.body, sig, s);",
    ],
)
def test_verification_counts_in_many_forms(tmp_path: Path, call: str) -> None:
    code = f"""\
import {{ isAuthentic }} from "../services/signature.js";
import {{ Webhook }} from "svix";
import twilio from "twilio";
import Stripe from "stripe";
const stripe = new Stripe("key");
export async function handleAcmeWebhook(req, res, close) {{
  const sig = req.headers["x-signature"];
  const s = "secret";
  {call}
  await close(JSON.parse(req.body).id);
}}
"""
    assert found(tmp_path, {HANDLERS: code, HELPER: VERIFYING}, ["unverified-webhook"]) == []


@pytest.mark.parametrize(
    "route",
    [
        'app.post("/webhooks/acme", async (request, reply) => { await close(request.body.id); });',
        'app.post("/hooks/acme", { config: { rawBody: true } }, async (request, reply) => { await close(request.body.id); });',
        'app.route({ method: "POST", url: "/webhooks/acme", handler: async (request, reply) => { await close(request.body.id); } });',
        'app.post("/webhooks/acme", async (c) => { const event = await c.req.json(); await close(event.id); return c.json({}); });',
        'router.route("/webhooks/acme").post(async (req, res) => { await close(req.body.id); });',
        'router.post("/acme", asyncHandler(async function acmeWebhook(req, res) { await close(req.body.id); }));',
        "const acmeWebhook = async (req, res) => { await close(req.body.id); };\nrouter.post('/acme', acmeWebhook);",
    ],
)
def test_routes_are_found_in_many_frameworks(tmp_path: Path, route: str) -> None:
    path = ROUTES if "asyncHandler" not in route else "packages/backend/src/webhooks.ts"
    code = f"import {{ close }} from '@vendor/close';\nexport function routes(app, router) {{\n{route}\n}}\n"
    assert found(tmp_path, {path: code}, ["unverified-webhook"]) == ["unverified-webhook"]


@pytest.mark.parametrize(
    "code",
    [
        'export const client = { run: () => axios.post("/webhooks", { url: "x" }) };',
        'router.post("/webhooks", requireAuth, async (req, res) => { await store.add(req.body.url); });',
        'router.post("/webhooks/:id/test", async (req, res) => { await store.send(req.body.url); });',
        'router.post("/webhooks", async (req, res) => { await store.add(req.user.id, req.body.url); });',
        'router.get("/webhooks", async (req, res) => { res.json(await store.list(req.query.page)); });',
        'router.post("/webhooks", createWebhook);\nasync function createWebhook(req, res) { await store.add(req.body.url); }',
        "router.use(requireAuth);\nrouter.post('/webhooks', async (req, res) => { await store.add(req.body.url); });",
    ],
)
def test_managing_subscriptions_is_no_webhook(tmp_path: Path, code: str) -> None:
    text = f"import {{ store, requireAuth, router }} from '@vendor/store';\n{code}\n"
    names = ["unverified-webhook", "replayable-webhook", "unvalidated-webhook", "missing-rate-limit-key"]
    assert found(tmp_path, {ROUTES: text}, names) == []


MANY = """\
import {{ store, queue, redis, db, limiter }} from "@vendor/kit";
import {{ eventSchema }} from "../schemas.js";
{code}
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        # what is only looked up is no dispatch
        ("export async function handleAcmeWebhook(req, res) {\n const row = await db.from('connections').select('secret').eq('id', req.body.id).single();\n res.status(200).end();\n}", []),
        # a job under an id is a claim
        ("export async function handleAcmeWebhook(req, res) {\n await queue.add('acme', req.body, { jobId: `acme:${req.body.id}` });\n}", []),
        ("export async function handleAcmeWebhook(req, res) {\n await queue.add('acme', req.body, { attempts: 3 });\n}", ["replayable-webhook"]),
        # Redis, in both of its dialects
        ("export async function handleAcmeWebhook(req, res) {\n if (!(await redis.set(`acme:${req.body.id}`, '1', { NX: true, EX: 9 }))) return;\n try { await store.save(req.body); } catch (error) { await redis.del(`acme:${req.body.id}`); throw error; }\n}", []),
        ("export async function handleAcmeWebhook(req, res) {\n const first = await redis.setnx(`acme:${req.body.id}`, '1');\n if (first === 0) return;\n try { await store.save(req.body); } catch (error) { await redis.del(`acme:${req.body.id}`); throw error; }\n}", []),
        ("export async function handleAcmeWebhook(req, res) {\n await redis.set(`acme:${req.body.id}`, '1', 'EX', 9);\n await store.save(req.body);\n}", ["replayable-webhook"]),
        # rows: ignored duplicates are asked for, overwritten ones are not
        ("export async function handleAcmeWebhook(req, res) {\n const { data } = await db.from('webhook_events').upsert({ provider: 'acme', id: req.body.id }, { onConflict: 'provider,id', ignoreDuplicates: true }).select();\n if (!data?.length) return;\n try { await store.save(req.body); } catch (error) { await db.from('webhook_events').delete().eq('id', req.body.id); throw error; }\n}", []),
        ("export async function handleAcmeWebhook(req, res) {\n const { error } = await db.from('webhook_events').upsert({ provider: 'acme', id: req.body.id });\n if (error) return;\n await store.save(req.body);\n}", ["replayable-webhook"]),
        # a dead branch, a claim after the dispatch
        ("export async function handleAcmeWebhook(req, res) {\n if (false) { if (!(await store.claim(`acme:${req.body.id}`))) return; }\n await store.save(req.body);\n}", ["replayable-webhook"]),
        ("export async function handleAcmeWebhook(req, res) {\n await store.save(req.body);\n if (!(await store.claim(`acme:${req.body.id}`))) return;\n}", ["replayable-webhook"]),
    ],
)  # fmt: skip
def test_claims_count_in_many_forms(tmp_path: Path, code: str, expected: list[str]) -> None:
    assert found(tmp_path, {HANDLERS: MANY.format(code=code)}, ["replayable-webhook"]) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("export async function handleAcmeWebhook(req, res) {\n const event = eventSchema.parse(req.body);\n await store.save(event);\n}", []),
        ("export async function handleAcmeWebhook(req, res) {\n const { success, data } = eventSchema.safeParse(req.body);\n if (!success) return;\n await store.save(data.id);\n}", []),
        ("export async function handleAcmeWebhook({ body }, res) {\n await store.save(body as Event);\n}", ["unvalidated-webhook"]),
        ("export async function handleAcmeWebhook(req, res) {\n const event = <Event>JSON.parse(req.body.toString());\n for (const item of event.items) await store.save(item);\n}", ["unvalidated-webhook"]),
        ("export async function handleAcmeWebhook(req, res) {\n const events = eventSchema.array().parse(req.body);\n await Promise.all(events.map((event) => store.save(event)));\n}", []),
        ("export async function handleAcmeWebhook(req, res) {\n await Promise.all(req.body.events.map((event) => store.save(event)));\n}", ["unvalidated-webhook"]),
        ("export const handleAcmeWebhook = (async (req, res) => {\n await store.save({ ...req.body });\n}) satisfies Handler;", ["unvalidated-webhook"]),
        ("export async function handleAcmeWebhook(req, res) {\n // eventSchema.parse(req.body)\n await store.save(req.body);\n}", ["unvalidated-webhook"]),
        ("export async function handleAcmeWebhook(rawBody: Buffer, signature: string) {\n await store.save(JSON.parse(rawBody.toString()));\n}", ["unvalidated-webhook"]),
    ],
)  # fmt: skip
def test_schemas_count_in_many_forms(tmp_path: Path, code: str, expected: list[str]) -> None:
    assert found(tmp_path, {HANDLERS: MANY.format(code=code)}, ["unvalidated-webhook"]) == expected


@pytest.mark.parametrize(
    "code",
    [
        "export default async function handleAcmeWebhook(req, res) { await store.save(req.body); }",
        "async function onEvent(req, res) { await store.save(req.body); }\nexport { onEvent as handleAcmeWebhook };",
        "export const handleAcmeWebhook = asyncHandler(async (req, res) => { await store.save(req.body); });",
        "export const acmeWebhooks = { async receive(req, res) { await store.save(req.body); } };",
        "export function createAcmeWebhookHandler(deps) { return async (req, res) => { await deps.store.save(req.body); }; }",
        "export async function acmeWebhooks(fastify) { fastify.post('/', async (request, reply) => { await store.save(request.body); }); }",
        "export const handler = async (event: APIGatewayProxyEvent) => { await store.save(JSON.parse(event.body)); };",
        "export class AcmeWebhooks { handle = async (req, res) => { await store.save(req.body); }; }",
    ],
)  # fmt: skip
def test_handlers_are_found_in_many_shapes(tmp_path: Path, code: str) -> None:
    expected = ["missing-rate-limit-key", "replayable-webhook", "unvalidated-webhook", "unverified-webhook"]
    assert (
        found(tmp_path, {HANDLERS: f"import {{ store, asyncHandler }} from '@vendor/kit';\n{code}\n"})
        == expected
    )


@pytest.mark.parametrize(
    "code",
    [
        "export function createWebhookVerifier(secret) { return (req, res, next) => { next(); }; }",
        "export const acmeWebhookSchemas = { parse(body: unknown) { return store.check(body); } };",
        "export function webhookMiddleware(req, res, next) { store.note(req.body); next(); }",
        "export async function processAcmeEvent(event: AcmeEvent) { await store.save(event); }",
        "export const buildWebhookKey = (body: Buffer) => store.key(body);",
    ],
)  # fmt: skip
def test_what_helps_handlers_is_none(tmp_path: Path, code: str) -> None:
    assert found(tmp_path, {HANDLERS: f"import {{ store }} from '@vendor/kit';\n{code}\n"}) == []
