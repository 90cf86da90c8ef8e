"""Providers of many shapes, hand-written, for which tests are generated and run."""

from __future__ import annotations

import json

ROOT = "packages/integrations"

_ADAPTER_TAIL = """\
  async fetchEntity(): Promise<NormalizedEntity | null> {
    return null;
  }

  async pushUpdate(): Promise<void> {}
}
"""

SDK = {
    f"{ROOT}/sdk/index.ts": 'export { SdkAdapter } from "./SdkAdapter.js";\n',
    f"{ROOT}/sdk/SdkAdapter.ts": """\
import { AcmeClient } from "acme-sdk";

import { EnterpriseAdapter, RateLimiter, withCapabilities } from "../base/index.js";
import type { IntegrationConfig, IntegrationCredentials, NormalizedEntity } from "../base/index.js";
import { wrapSdkError } from "./errors.js";

export class SdkAdapter extends EnterpriseAdapter {
  readonly provider = "sdk";
  readonly capabilities = withCapabilities("oauth");
  private client: AcmeClient | null = null;

  constructor(config: IntegrationConfig) {
    super(config, new RateLimiter({ provider: "sdk", requestsPerMinute: 60 }));
  }

  protected async doConnect(credentials: IntegrationCredentials): Promise<void> {
    this.client = new AcmeClient({ token: credentials.accessToken });
  }

  protected async doDisconnect(): Promise<void> {
    this.client = null;
  }

  async validate(): Promise<boolean> {
    const { tenantId } = this.ensureConnected();
    return await this.withRateLimit(tenantId, async () => {
      try {
        const me = await this.sdk().users.me();
        return me.active;
      } catch (error) {
        throw wrapSdkError(error);
      }
    });
  }

  async fetchEntities(entityType: string): Promise<NormalizedEntity[]> {
    const { tenantId } = this.ensureConnected();
    const page = await this.withRateLimit(tenantId, () => this.sdk().records.list({ type: entityType }));
    return page.items.map((item) => ({
      id: `sdk:${item.id}`,
      externalId: item.id,
      provider: this.provider,
      type: entityType,
      data: { name: item.name },
      metadata: { tenantId, fetchedAt: new Date() },
    }));
  }

  private sdk(): AcmeClient {
    if (this.client === null) throw new Error("not connected");
    return this.client;
  }

"""
    + _ADAPTER_TAIL,
    f"{ROOT}/sdk/errors.ts": """\
import { AuthError, IntegrationError, RateLimitError } from "../base/index.js";

export class SdkServiceError extends IntegrationError {
  constructor(
    message: string,
    code: string,
    retryable: boolean,
    readonly statusCode?: number,
    readonly originalError?: unknown
  ) {
    super(message, code, "sdk", retryable, originalError);
  }
}

export const wrapSdkError = (error: unknown): IntegrationError => {
  if (error instanceof IntegrationError) return error;
  const status = (error as { status?: number } | null)?.status;
  switch (status) {
    case 401:
    case 403:
      return new AuthError("sdk", "refused", error);
    case 404:
      return new SdkServiceError("gone", "SDK_NOT_FOUND", false, 404, error);
    case 429:
      return new RateLimitError("sdk", 1_000, error);
    case undefined:
      return new SdkServiceError("unknown", "SDK_UNKNOWN", false, undefined, error);
    default:
      return new SdkServiceError("failed", "SDK_HTTP", status >= 500, status, error);
  }
};
""",
}
"""A vendor's SDK behind the adapter; errors by `switch`, in an arrow function."""

HTTP = {
    f"{ROOT}/http/index.ts": "export { HttpAdapter } from './HttpAdapter.js'\n",
    f"{ROOT}/http/HttpAdapter.ts": """\
import axios, { type AxiosInstance } from 'axios'

import { EnterpriseAdapter, RateLimiter, withCapabilities } from '../base/index.js'
import type { IntegrationConfig, IntegrationCredentials, NormalizedEntity } from '../base/index.js'
import { toHttpError } from './errors.js'

export class HttpAdapter extends EnterpriseAdapter {
    readonly provider = 'http'
    readonly capabilities = withCapabilities('oauth')
    private http: AxiosInstance | undefined

    constructor(config: IntegrationConfig) {
        super(config, new RateLimiter({ provider: 'http', requestsPerMinute: 60 }))
    }

    protected async doConnect(credentials: IntegrationCredentials): Promise<void> {
        this.http = axios.create({
            baseURL: this.config.baseUrl ?? 'https://api.http.example',
            headers: { authorization: `Bearer ${credentials.accessToken}` },
        })
        await this.call('/me')
    }

    protected async doDisconnect(): Promise<void> {
        this.http = undefined
    }

    async validate(): Promise<boolean> {
        const { tenantId } = this.ensureConnected()
        await this.withRateLimit(tenantId, () => this.call('/me'))
        return true
    }

    async fetchEntities(): Promise<NormalizedEntity[]> {
        return []
    }

    async fetchEntity(): Promise<NormalizedEntity | null> {
        return null
    }

    async pushUpdate(): Promise<void> {}

    private async call(path: string): Promise<unknown> {
        if (this.http === undefined) throw toHttpError(undefined)
        try {
            const { data } = await this.http.get(path)
            return data
        } catch (error) {
            throw toHttpError(error)
        }
    }
}
""",
    f"{ROOT}/http/errors.ts": """\
import { AuthError, ConnectionError, IntegrationError } from '../base/index.js'

interface Kind {
    code: string
    retryable: boolean
}

const KINDS: Record<number, Kind> = {
    404: { code: 'HTTP_NOT_FOUND', retryable: false },
    409: { code: 'HTTP_CONFLICT', retryable: false },
    429: { code: 'HTTP_BUSY', retryable: true },
    500: { code: 'HTTP_BROKEN', retryable: true },
    503: { code: 'HTTP_AWAY', retryable: true },
}

export class HttpServiceError extends IntegrationError {
    readonly statusCode: number | undefined

    constructor(message: string, kind: Kind, statusCode?: number, originalError?: unknown) {
        super(message, kind.code, 'http', kind.retryable, originalError)
        this.statusCode = statusCode
    }
}

export function toHttpError(error: unknown): IntegrationError {
    if (error instanceof IntegrationError) return error
    const status = statusOf(error)
    if (status === undefined) return new ConnectionError('http', 'no answer', error)
    if (status === 401) return new AuthError('http', 'refused', error)
    const kind = KINDS[status] ?? { code: `HTTP_${status}`, retryable: status >= 500 }
    return new HttpServiceError('refused', kind, status, error)
}

function statusOf(error: unknown): number | undefined {
    if (typeof error !== 'object' || error === null || !('response' in error)) return undefined
    const { response } = error as { response?: { status?: number } }
    return response?.status
}
""",
}
"""axios; single quotes, four spaces, no semicolons; errors by a table, in a function of another name."""

SINGLETON = {
    f"{ROOT}/ledger/index.ts": 'export { getLedgerClient, resetLedgerClient } from "./client.js";\n',
    f"{ROOT}/ledger/client.ts": """\
import { ledgerError } from "./errors.js";

class Breaker {
  private failures = 0;

  async execute<T>(call: () => Promise<T>): Promise<T> {
    if (this.failures >= 5) throw ledgerError(503);
    try {
      const result = await call();
      this.failures = 0;
      return result;
    } catch (error) {
      this.failures += 1;
      throw error;
    }
  }
}

let breaker = new Breaker();

export class LedgerClient {
  private constructor(private readonly baseUrl: string) {}

  static create(): LedgerClient {
    return new LedgerClient(process.env["LEDGER_URL"] ?? "https://ledger.example");
  }

  async balance(account: string): Promise<number> {
    return await breaker.execute(async () => {
      const response = await fetch(`${this.baseUrl}/accounts/${encodeURIComponent(account)}`);
      if (!response.ok) throw ledgerError(response.status);
      const body: unknown = await response.json();
      if (typeof body !== "object" || body === null || !("cents" in body)) throw ledgerError(502);
      return Number(body.cents) / 100;
    });
  }
}

let client: LedgerClient | undefined;

export function getLedgerClient(): LedgerClient {
  client ??= LedgerClient.create();
  return client;
}

export function resetLedgerClient(): void {
  client = undefined;
  breaker = new Breaker();
}
""",
    f"{ROOT}/ledger/errors.ts": """\
import { IntegrationError } from "../base/index.js";

/** No class of its own: the shared one says all there is to say. */
export function ledgerError(status: number): IntegrationError {
  return new IntegrationError(`ledger answered ${status}`, `LEDGER_${status}`, "ledger", status >= 500);
}

export function wrapLedgerError(error: unknown): IntegrationError {
  if (error instanceof IntegrationError) return error;
  if (error instanceof Response) return ledgerError(error.status);
  return new IntegrationError("ledger failed", "LEDGER_UNKNOWN", "ledger", false, error);
}
""",
}
"""A singleton behind a function, with a breaker in the module and a reset; errors without a class."""

OAUTH = {
    f"{ROOT}/vault/index.ts": 'export { VaultAdapter } from "./VaultAdapter.js";\r\n',
    f"{ROOT}/vault/VaultAdapter.ts": """\
import { AuthError, EnterpriseAdapter, RateLimiter, withCapabilities } from "../base/index.js";
import type { IntegrationConfig, IntegrationCredentials, NormalizedEntity } from "../base/index.js";
import { VaultServiceError, wrapVaultError } from "./errors.js";

const DEFAULT_URL = "https://api.vault.example";

export class VaultAdapter extends EnterpriseAdapter {
  readonly provider = "vault";
  readonly capabilities = withCapabilities("oauth", "pushUpdates");
  #token = "";
  private refreshing: Promise<void> | undefined;

  constructor(config: IntegrationConfig) {
    super(config, new RateLimiter({ provider: "vault", requestsPerMinute: 60 }));
  }

  protected async doConnect(credentials: IntegrationCredentials): Promise<void> {
    if (!credentials.accessToken) throw new AuthError("vault", "an access token is needed");
    this.#token = credentials.accessToken;
  }

  protected async doDisconnect(): Promise<void> {
    this.#token = "";
  }

  async validate(): Promise<boolean> {
    try {
      await this.get("/me");
      return true;
    } catch (error) {
      if (error instanceof AuthError) return false;
      throw error;
    }
  }

  async fetchEntities(entityType: string, options?: { limit?: number }): Promise<NormalizedEntity[]> {
    const { tenantId } = this.ensureConnected();
    const page = await this.get(`/${entityType}?limit=${options?.limit ?? 50}`);
    const rows = page as { secrets: { key: string }[] };
    return rows.secrets.map(({ key }) => ({
      id: `vault:${key}`,
      externalId: key,
      provider: "vault",
      type: entityType,
      data: { key },
      metadata: { tenantId, fetchedAt: new Date() },
    }));
  }

  async fetchEntity(entityType: string, externalId: string): Promise<NormalizedEntity | null> {
    const all = await this.fetchEntities(entityType);
    return all.find((one) => one.externalId === externalId) ?? null;
  }

  async pushUpdate(entityType: string, externalId: string, data: Record<string, unknown>): Promise<void> {
    if (Object.keys(data).length === 0) throw new VaultServiceError("nothing to push", "VAULT_EMPTY", false);
    await this.get(`/${entityType}/${externalId}`);
  }

  private async get(path: string): Promise<unknown> {
    const { tenantId } = this.ensureConnected();
    return await this.withRateLimit(tenantId, async () => {
      let response = await this.send(path);
      if (response.status === 401) {
        await this.refresh();
        response = await this.send(path);
      }
      if (!response.ok) throw wrapVaultError(response);
      return await response.json();
    });
  }

  private async send(path: string): Promise<Response> {
    const url = new URL(path, this.config.baseUrl ?? DEFAULT_URL);
    try {
      return await fetch(url, {
        headers: { authorization: `Bearer ${this.#token}` },
        signal: AbortSignal.timeout(this.config.timeoutMs ?? 5_000),
      });
    } catch (error) {
      throw wrapVaultError(error);
    }
  }

  private async refresh(): Promise<void> {
    this.refreshing ??= this.requestToken().finally(() => {
      this.refreshing = undefined;
    });
    await this.refreshing;
  }

  private async requestToken(): Promise<void> {
    const response = await fetch(`${this.config.baseUrl ?? DEFAULT_URL}/oauth/token`, { method: "POST" });
    if (!response.ok) throw wrapVaultError(response);
    const { access_token: token } = (await response.json()) as { access_token: string };
    this.#token = token;
  }
}
""".replace("\n", "\r\n"),
    f"{ROOT}/vault/errors.ts": """\
import { AuthError, ConnectionError, IntegrationError, RateLimitError } from "../base/index.js";

export class VaultServiceError extends IntegrationError {
  constructor(message: string, code: string, retryable: boolean, readonly statusCode?: number) {
    super(message, code, "vault", retryable);
  }
}

export function wrapVaultError(error: unknown): IntegrationError {
  if (error instanceof IntegrationError) return error;
  if (error instanceof Response) {
    if (error.status === 401 || error.status === 403) return new AuthError("vault", "refused");
    if (error.status === 429) {
      return new RateLimitError("vault", Number(error.headers.get("retry-after") ?? "1") * 1000);
    }
    return new VaultServiceError("failed", "VAULT_HTTP", error.status >= 500, error.status);
  }
  if (error instanceof Error && error.name === "TimeoutError") {
    return new ConnectionError("vault", "too slow", error);
  }
  return new VaultServiceError("failed", "VAULT_UNKNOWN", false);
}
""".replace("\n", "\r\n"),
}
"""A token that is refreshed once for all who wait, private fields, carriage returns; errors by `if`."""

PLAIN = {
    f"{ROOT}/plain/index.ts": 'export { PlainAdapter } from "./PlainAdapter.js";\n',
    f"{ROOT}/plain/PlainAdapter.ts": """\
import { EnterpriseAdapter, RateLimiter, withCapabilities } from "../base/index.js";
import type { IntegrationConfig, NormalizedEntity } from "../base/index.js";
import { toPlainError } from "./errors.js";

class PlainFailure extends Error {
  constructor(readonly told: ReturnType<typeof toPlainError>) {
    super(told.code);
  }
}

export default class PlainAdapter extends EnterpriseAdapter {
  readonly provider = "plain";
  readonly capabilities = withCapabilities();

  constructor(config: IntegrationConfig) {
    super(config, new RateLimiter({ provider: "plain", requestsPerMinute: 60 }));
  }

  protected async doConnect(): Promise<void> {}
  protected async doDisconnect(): Promise<void> {}

  async validate(): Promise<boolean> {
    const { tenantId } = this.ensureConnected();
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const response = await this.withRateLimit(tenantId, () => fetch("https://plain.example/me"));
      if (response.ok) return true;
      if (response.status < 500) return false;
    }
    throw new PlainFailure(toPlainError({ status: 500 }));
  }

  async fetchEntities(): Promise<NormalizedEntity[]> {
    return [];
  }

"""
    + _ADAPTER_TAIL,
    f"{ROOT}/plain/errors.ts": """\
export interface PlainError {
  code: string;
  retryable: boolean;
}

export function toPlainError(error: unknown, operation = "call"): PlainError {
  const status = typeof error === "object" && error !== null ? Reflect.get(error, "status") : undefined;
  if (typeof status !== "number") return { code: "PLAIN_UNKNOWN", retryable: false };
  return { code: `PLAIN_${operation.toUpperCase()}_${status}`, retryable: status === 429 || status >= 500 };
}
""",
}
"""A default export, retries in a loop, errors that are plain objects."""

CACHED = {
    f"{ROOT}/cached/index.ts": 'export { CachedAdapter } from "./CachedAdapter.js";\n',
    f"{ROOT}/cached/CachedAdapter.ts": """\
import { EnterpriseAdapter, IntegrationError, RateLimiter, withCapabilities } from "../base/index.js";
import type { IntegrationConfig, NormalizedEntity } from "../base/index.js";

const answers = new Map<string, boolean>();
let refusals = 0;

export class CachedAdapter extends EnterpriseAdapter {
  readonly provider = "cached";
  readonly capabilities = withCapabilities();

  constructor(config: IntegrationConfig) {
    super(config, new RateLimiter({ provider: "cached", requestsPerMinute: 60 }));
  }

  protected async doConnect(): Promise<void> {}
  protected async doDisconnect(): Promise<void> {}

  async validate(): Promise<boolean> {
    const { tenantId } = this.ensureConnected();
    const known = answers.get(tenantId);
    if (known !== undefined) return known;
    const response = await fetch("https://cached.example/me");
    answers.set(tenantId, response.ok);
    return response.ok;
  }

  async fetchEntities(entityType: string): Promise<NormalizedEntity[]> {
    this.ensureConnected();
    const response = await fetch(`https://cached.example/${entityType}`);
    if (response.ok) return [];
    refusals += 1;
    const code = refusals > 1 ? "CACHED_AGAIN" : "CACHED_ONCE";
    throw new IntegrationError("refused", code, "cached", false);
  }

"""
    + _ADAPTER_TAIL,
}
"""State of the module that no test can reset: what depends on it is not asserted."""

SHAPES = {**SDK, **HTTP, **SINGLETON, **OAUTH, **PLAIN, **CACHED}

UNTESTABLE = {
    f"{ROOT}/endless/index.ts": 'export { EndlessAdapter } from "./EndlessAdapter.js";\n',
    f"{ROOT}/endless/EndlessAdapter.ts": """\
export class EndlessAdapter {
  async connect(credentials: { accessToken: string }): Promise<void> {
    while (credentials.accessToken !== "") {
      await fetch("https://endless.example/me");
    }
  }

  async disconnect(): Promise<void> {
    let text = "x";
    let size = 2;
    for (;;) {
      text += text;
      size *= size;
    }
  }

  async validate(): Promise<boolean> {
    return /^(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!");
  }
}
""",
    f"{ROOT}/early/index.ts": 'export { EarlyAdapter } from "./EarlyAdapter.js";\n',
    f"{ROOT}/early/EarlyAdapter.ts": """\
const send = fetch;

export class EarlyAdapter {
  async validate(): Promise<boolean> {
    return (await send("https://early.example/me")).ok;
  }
}
""",
    f"{ROOT}/filed/index.ts": 'export { FiledAdapter } from "./FiledAdapter.js";\n',
    f"{ROOT}/filed/FiledAdapter.ts": """\
import { readFile } from "node:fs/promises";

export class FiledAdapter {
  async validate(): Promise<boolean> {
    return (await readFile("token.txt", "utf8")) !== "";
  }
}
""",
    f"{ROOT}/filed/errors.ts": """\
export class FiledServiceError extends Error {
  readonly code: string;

  constructor(path: symbol) {
    super(String(path));
    this.code = "FILED";
  }
}
""",
}
"""Nothing about them is certain: code that never ends, that keeps the real `fetch`, that reads files."""

PACKAGES = {
    f"{ROOT}/package.json": """\
{
  "name": "@valueos/integrations",
  "private": true,
  "type": "module",
  "dependencies": { "acme-sdk": "1.0.0", "axios": "1.0.0", "zod": "^3.25.76" },
  "devDependencies": { "vitest": "^3.2.4" }
}
""",
}


def _manifest(name: str) -> str:
    return json.dumps({"name": name, "type": "module", "main": "index.js", "types": "index.d.ts"})


MODULES = {
    "acme-sdk/package.json": _manifest("acme-sdk"),
    "acme-sdk/index.js": 'export class AcmeClient { constructor() { throw new Error("the real SDK"); } }\n',
    "acme-sdk/index.d.ts": """\
export interface AcmeRecord { id: string; name: string }
export class AcmeClient {
  constructor(options: { token: string });
  readonly users: { me(): Promise<{ active: boolean }> };
  readonly records: { list(query: { type: string }): Promise<{ items: AcmeRecord[] }> };
}
""",
    "axios/package.json": _manifest("axios"),
    "axios/index.js": 'export default { create() { throw new Error("the real axios"); } };\n',
    "axios/index.d.ts": """\
export interface AxiosInstance { get(path: string): Promise<{ data: unknown; status: number }> }
declare const axios: { create(options: object): AxiosInstance };
export default axios;
""",
}
"""Packages as they are installed; nothing of them may run in a test."""
