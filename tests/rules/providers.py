"""A monorepo of providers in different shapes, written for the tests of what is derived from them."""

from __future__ import annotations

BASE = "packages/integrations/base"
ROOT = "packages/integrations"

PLAIN_BASE = {
    f"{BASE}/index.ts": """\
export * from "./adapter.js";
export * from "./errors.js";
export * from "./types.js";
export { allCapabilities } from "./capabilities.js";
""",
    f"{BASE}/types.ts": """\
export const CAPABILITY_NAMES = ["oauth", "webhooks"] as const;
export type Capabilities = Record<(typeof CAPABILITY_NAMES)[number], boolean>;

export interface Credentials {
  tenantId: string;
  accessToken: string;
  expiresAt?: Date;
}

export interface AdapterConfig {
  provider: string;
  baseUrl?: string;
  timeout?: number;
  retryAttempts?: number;
}

export interface Entity {
  id: string;
  data: Record<string, unknown>;
}

export interface FetchOptions {
  limit?: number;
}
""",
    f"{BASE}/errors.ts": """\
export class IntegrationError extends Error {
  readonly code: string;
  readonly provider: string;
  readonly retryable: boolean;
  readonly cause2: Error | undefined;

  constructor(message: string, code: string, provider: string, retryable = false, cause?: Error) {
    super(message);
    this.code = code;
    this.provider = provider;
    this.retryable = retryable;
    this.cause2 = cause;
  }
}

export class AuthError extends IntegrationError {
  constructor(provider: string, message: string, cause?: Error) {
    super(message, "AUTH_ERROR", provider, false, cause);
  }
}

export class RateLimitError extends IntegrationError {
  readonly retryAfter: number;

  constructor(provider: string, retryAfter: number, cause?: Error) {
    super("slow down", "RATE_LIMIT", provider, true, cause);
    this.retryAfter = retryAfter;
  }
}
""",
    f"{BASE}/capabilities.ts": """\
import type { Capabilities } from "./types.js";

export function allCapabilities(value: boolean, note: string): Capabilities {
  return note === "" ? { oauth: value, webhooks: value } : { oauth: false, webhooks: false };
}
""",
    f"{BASE}/adapter.ts": """\
import { IntegrationError } from "./errors.js";
import type { AdapterConfig, Credentials, Entity, FetchOptions } from "./types.js";

export class Limiter {
  readonly options: { provider: string; requestsPerMinute: number };

  constructor(options: { provider: string; requestsPerMinute: number }) {
    this.options = options;
  }
}

export abstract class EnterpriseAdapter {
  abstract readonly provider: string;
  abstract readonly capabilities: import("./types.js").Capabilities;

  protected credentials: Credentials | null = null;
  protected readonly config: AdapterConfig;
  protected readonly limiter: Limiter;

  constructor(config: AdapterConfig, limiter: Limiter) {
    this.config = config;
    this.limiter = limiter;
  }

  abstract validate(): Promise<boolean>;
  abstract fetchEntities(entityType: string, options?: FetchOptions): Promise<Entity[]>;
  abstract describe(): string;
  protected abstract doConnect(): Promise<void>;
  protected abstract doDisconnect(): Promise<void>;

  async connect(credentials: Credentials): Promise<void> {
    this.credentials = credentials;
    await this.doConnect();
  }

  protected ensureConnected(): void {
    if (this.credentials === null) throw new IntegrationError("offline", "OFFLINE", this.provider);
  }

  protected async withRateLimit<T>(tenantId: string, call: () => Promise<T>): Promise<T> {
    if (tenantId === "") throw new IntegrationError("no tenant", "NO_TENANT", this.provider);
    return await call();
  }
}
""",
}
"""Shared code without a health status, connection error or validation error."""

ACME = {
    f"{ROOT}/acme/index.ts": """\
export { AcmeAdapter } from './AcmeAdapter.js';
export type { AcmeDeal } from './AcmeAdapter.js';
""",
    f"{ROOT}/acme/AcmeAdapter.ts": """\
import { AuthError, EnterpriseAdapter, IntegrationError, Limiter } from '../base/index.js';
import type { AdapterConfig, Entity, FetchOptions } from '../base/index.js';

const DEFAULT_URL = 'https://api.acme.example/v2';
const DEFAULT_TIMEOUT_MS = 4_000; // what their support recommends
const PAGE = 50;

type AcmeEntityType = 'deal' | 'person';

/** A deal, as the list returns it. */
export interface AcmeDeal {
    id: string;
    title?: string;
    owner: AcmePerson | null;
}

interface AcmePerson {
    id: string;
}

interface AcmeClient {
    get(path: string): Promise<unknown>;
}

export class AcmeAdapter extends EnterpriseAdapter {
    readonly provider = 'acme';
    readonly capabilities = { oauth: true, webhooks: false };
    private client: AcmeClient | null = null;

    constructor(config: AdapterConfig) {
        super(config, new Limiter({ provider: 'acme', requestsPerMinute: 10 }));
    }

    protected async doConnect(): Promise<void> {
        const { timeout = DEFAULT_TIMEOUT_MS } = this.config;
        const base = this.config.baseUrl ?? DEFAULT_URL;
        if (!this.credentials?.accessToken) throw new AuthError(this.provider, 'no token');
        this.client = {
            get: async (path) => {
                const response = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(timeout) });
                if (response.status === 404) {
                    throw new IntegrationError('gone', 'ACME_NOT_FOUND', this.provider);
                }
                return response.json();
            },
        };
    }

    protected async doDisconnect(): Promise<void> {
        this.client = null;
    }

    async validate(): Promise<boolean> {
        return this.client !== null;
    }

    describe(): string {
        const limit = this.config.timeout ?? DEFAULT_TIMEOUT_MS;
        return `acme at ${this.config.baseUrl ?? DEFAULT_URL} within ${limit}`;
    }

    async fetchEntities(entityType: string, options?: FetchOptions): Promise<Entity[]> {
        const type = this.supported(entityType);
        const deals = (await this.client?.get(`/${type}?limit=${options?.limit ?? PAGE}`)) as AcmeDeal[];
        return deals.map((deal) => ({ id: deal.id, data: { ...deal } }));
    }

    private supported(entityType: string): AcmeEntityType {
        if (entityType === 'deal' || entityType === 'person') return entityType;
        throw new IntegrationError(entityType, 'UNSUPPORTED', this.provider);
    }
}
""",
}
"""Single quotes, four spaces, configuration with defaults, types worth moving, one of them public."""

INSTANCE_CRM = {
    f"{ROOT}/instance-crm/index.ts": 'export { InstanceCRMAdapter } from "./InstanceCRMAdapter.js";\n',
    f"{ROOT}/instance-crm/InstanceCRMAdapter.ts": """\
import { EnterpriseAdapter, Limiter } from "../base/index.js";
import type { AdapterConfig, Entity } from "../base/index.js";

export class InstanceCRMAdapter extends EnterpriseAdapter {
  readonly provider = "instance-crm";
  readonly capabilities = { oauth: false, webhooks: false };
  private readonly instances = new Map<string, string>();

  constructor(config: AdapterConfig) {
    super(config, new Limiter({ provider: "instance-crm", requestsPerMinute: 10 }));
  }

  protected async doConnect(): Promise<void> {
    const url = this.instances.get(this.credentials?.tenantId ?? "") ?? this.config.baseUrl;
    if (!url) throw new Error("no instance");
  }

  protected async doDisconnect(): Promise<void> {
    this.instances.clear();
  }

  async validate(): Promise<boolean> {
    return this.instances.size > 0;
  }

  describe(): string {
    return "per tenant";
  }

  async fetchEntities(): Promise<Entity[]> {
    return [];
  }
}
""".replace("\n", "\r\n"),
}
"""A folder with a dash, an address per tenant, carriage returns, nothing to move."""

PINGS = {
    f"{ROOT}/pings/index.ts": 'export { PingsAdapter } from "./PingsAdapter.js";\n',
    f"{ROOT}/pings/oauth.ts": """\
/** Where a user grants access. */
export function authorizationUrl(state: string): string {
  const id = process.env["PINGS_CLIENT_ID"] ?? "pings-dev";
  return `https://pings.example/authorize?client_id=${id}&state=${state}`;
}
""",
    f"{ROOT}/pings/PingsAdapter.ts": """\
import { EnterpriseAdapter, Limiter } from "../base/index.js";
import type { AdapterConfig, Entity } from "../base/index.js";

export class PingsAdapter extends EnterpriseAdapter {
  readonly provider = "pings";
  readonly capabilities = { oauth: false, webhooks: false };

  constructor(config: AdapterConfig) {
    super(config, new Limiter({ provider: "pings", requestsPerMinute: 10 }));
  }

  protected async doConnect(): Promise<void> {}
  protected async doDisconnect(): Promise<void> {}

  async validate(): Promise<boolean> {
    const response = await fetch("https://api.pings.example/v1/me", { signal: AbortSignal.timeout(2500) });
    return response.ok;
  }

  describe(): string {
    return "pings";
  }

  async fetchEntities(entityType: string): Promise<Entity[]> {
    const response = await fetch(`https://api.pings.example/v1/${entityType}`, {
      signal: AbortSignal.timeout(2500),
      headers: { "x-secret": process.env["PINGS_SIGNING_SECRET"] ?? "" },
    });
    return (await response.json()) as Entity[];
  }
}
""",
}
"""Addresses and time-outs written into calls, and settings read from the environment in two files."""

FRESH = {
    f"{ROOT}/fresh/services/sync.ts": "export function syncOrder(): string[] {\n  return [];\n}\n",
}
"""A folder with a service and nothing else: every file is missing."""

ROOT_FILES = {
    "package.json": '{ "name": "shapes", "private": true, "type": "module" }\n',
    f"{ROOT}/package.json": """\
{
  "name": "@valueos/integrations",
  "private": true,
  "type": "module",
  "dependencies": { "zod": "^3.25.76" }
}
""",
}

PROVIDERS = ("acme", "fresh", "instance-crm", "pings")

SHAPES = {**ROOT_FILES, **PLAIN_BASE, **ACME, **INSTANCE_CRM, **PINGS, **FRESH}


OPTIONS_BASE = {
    f"{BASE}/index.ts": """\
export { EnterpriseAdapter } from "./EnterpriseAdapter.js";
export { AuthenticationError, IntegrationError, RateLimitError } from "./errors.js";
export type { IntegrationErrorOptions } from "./errors.js";
export type { CallContext, HealthStatus } from "./types.js";
""",
    f"{BASE}/errors.ts": """\
export interface IntegrationErrorOptions {
  code: string;
  provider: string;
  retryable?: boolean;
  cause?: unknown;
}

export class IntegrationError extends Error {
  readonly code: string;
  readonly provider: string;
  readonly retryable: boolean;

  constructor(message: string, options: IntegrationErrorOptions) {
    super(message, { cause: options.cause });
    this.code = options.code;
    this.provider = options.provider;
    this.retryable = options.retryable ?? false;
  }
}

export class AuthenticationError extends IntegrationError {
  constructor(provider: string) {
    super("no", { code: "AUTH", provider });
  }
}

export class RateLimitError extends IntegrationError {
  readonly retryAfterSeconds: number;

  constructor(provider: string, retryAfterSeconds: number) {
    super("wait", { code: "LIMIT", provider, retryable: true });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
""",
    f"{BASE}/types.ts": """\
export interface CallContext {
  tenant: string;
}

interface Named {
  provider: string;
}

export interface HealthStatus extends Named {
  healthy: boolean;
  responseTimeMs: number;
  checkedAt: Date;
  reason: string | null;
  details?: string;
}
""",
    f"{BASE}/EnterpriseAdapter.ts": """\
import type { CallContext } from "./types.js";

export abstract class EnterpriseAdapter {
  abstract readonly provider: string;
  abstract readonly displayName: string;
  abstract readonly entityTypes: readonly string[];
  abstract readonly priority: number;
  abstract get enabled(): boolean;
  abstract list<T extends object>(context: CallContext, parse: (raw: unknown) => T): Promise<T[]>;
  abstract dispose(): void;
}
""",
}
"""Errors that take an options object, a health status of another shape, generic and odd members."""

LOOSE = {
    f"{ROOT}/loose/LooseAdapter.ts": """\
import { readFile } from 'node:fs/promises'

const apiBase = 'https://loose.example'
const retries = 3

interface Row {
\tid: string
}

export class LooseAdapter {
\tasync rows(): Promise<Row[]> {
\t\tconst extra: unknown = JSON.parse(await readFile('rows.json', 'utf8'))
\t\tconst response = await fetch(`${apiBase}/rows?retries=${retries}`)
\t\treturn [...(await response.json() as Row[]), ...(extra as Row[])]
\t}
}
""",
}
"""No base class, tabs, no semicolons."""
