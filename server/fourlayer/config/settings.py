"""The effective configuration as light immutable records: every key, its type, default and documentation.

This module is the only declaration of the configuration. `models.py` derives the validation and the JSON
Schema from it, `load.py` the merging; a key in TOML is the field's name in kebab-case.
"""

# No `from __future__ import annotations`: the annotations are read at run time by models.py and plain.py,
# and evaluated ones cost less at import than strings that NamedTuple compiles into forward references.

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple

GLOB = "glob"
"""Marks a key whose values are globs relative to the root (or, in layers, to the provider's folder)."""

Severity = Literal["off", "hint", "info", "warning", "error"]
"""What a rule's violations count as; `off` switches the rule off."""

ScopeLayer = Literal["api", "service", "jobs", "client"]
"""The layers that code outside the providers can be judged as."""

Infrastructure = Literal["any", "shared", "none"]
"""How much of the code outside a provider one of its layers may import."""

Category = Literal[
    "structure",
    "boundaries",
    "types",
    "config",
    "client",
    "errors",
    "health",
    "tenancy",
    "webhooks",
    "jobs",
    "tests",
    "suppressions",
]
"""The categories of rules."""


class Workspace(NamedTuple):
    """Which folders and files of the monorepo are what. Paths and globs are relative to the root."""

    integrations: Annotated[
        tuple[str, ...],
        "Globs of the provider folders; brace globs are understood, several roots are allowed.",
        GLOB,
    ] = ("packages/integrations/*",)
    shared: Annotated[
        tuple[str, ...],
        "Names of folders beside the providers that hold shared code and are no providers.",
    ] = ("base",)
    exclude: Annotated[
        tuple[str, ...],
        "Globs of files and folders that are never read, besides node_modules and what git ignores.",
        GLOB,
    ] = ("**/dist/**",)
    respect_gitignore: Annotated[bool, "Leave out what .gitignore files name."] = True
    tests: Annotated[tuple[str, ...], "Globs of test files.", GLOB] = (
        "**/__tests__/**",
        "**/*.test.{ts,tsx,mts,cts}",
        "**/*.spec.{ts,tsx,mts,cts}",
    )
    package: Annotated[str, "Name of the npm package that holds the integrations."] = "@valueos/integrations"
    allowed_consumers: Annotated[
        tuple[str, ...], "Folders (or globs of folders) of the packages that may import integrations.", GLOB
    ] = ("packages/backend", "packages/agents", "packages/memory")
    composition_roots: Annotated[
        tuple[str, ...],
        "Globs of the files that start a process and load what it hosts. Empty: derived from the allowed "
        "consumers' package.json and from names such as server.ts, main.ts and index.ts.",
        GLOB,
    ] = ()


class Scope(NamedTuple):
    """Code outside the providers that some categories judge too; of several that match, the last wins."""

    paths: Annotated[tuple[str, ...], "Globs of the files, relative to the root.", GLOB]
    layer: Annotated[ScopeLayer, "The layer that these files belong to."]
    categories: Annotated[tuple[Category, ...], "The categories of rules that judge these files."]


class Conventions(NamedTuple):
    """Names and places. `{Provider}` `{provider}` `{PROVIDER}` stand for HubSpot, hubspot, HUBSPOT."""

    required_files: Annotated[
        tuple[str, ...],
        "Files that every provider must have, relative to its folder; `|` separates equals.",
    ] = ("index.ts", "config.ts", "errors.ts", "health.ts", "types.ts", "{Provider}Adapter.ts|client.ts")
    base_class: Annotated[str, "The class that every adapter extends."] = "EnterpriseAdapter"
    error_class: Annotated[str, "The provider's own error class."] = "{Provider}ServiceError"
    error_wrapper: Annotated[str, "The function that maps an unknown error to the provider's."] = (
        "wrap{Provider}Error"
    )
    health_function: Annotated[tuple[str, ...], "The names a provider's health check may have."] = (
        "checkHealth",
        "check{Provider}Health",
    )
    validation: Annotated[str, "The package that validates configuration, payloads and responses."] = "zod"
    queue: Annotated[str, "The package of the job queue."] = "bullmq"
    test_runner: Annotated[str, "The package of the test runner."] = "vitest"


class Layer(NamedTuple):
    """One layer of a provider: which files belong to it and what they may import."""

    files: Annotated[
        tuple[str, ...],
        "Globs relative to the provider's folder. The first layer that matches a file owns it: new layers "
        "in the order of the configuration, then the standard's.",
        GLOB,
    ] = ()
    may_import: Annotated[
        tuple[str, ...],
        "Names of the layers that this one may import; its own too, if its files may import one another.",
    ] = ()
    may_use: Annotated[
        tuple[str, ...],
        "What no other layer may use unless it names it too: packages by pattern, groups of packages by "
        "their key in `[symbols]` (`http-modules`), `database-queries`, `service-role-clients`. The last "
        "two, `http-frameworks`, `ui-modules`, `forbidden-modules` are reserved even if no layer names them.",
    ] = ()
    infrastructure: Annotated[
        Infrastructure,
        "What it may import from outside the provider: `any` code, the `shared` code beside the providers "
        "only, or `none`. Packages that are no infrastructure are open to every layer.",
    ] = "any"


class Symbols(NamedTuple):
    """What the rules look for by name; `*` matches any text. Each key has an `extend-` twin that adds."""

    breakers: Annotated[tuple[str, ...], "Classes whose `execute` guards an external call."] = (
        "*CircuitBreaker",
    )
    health_registry: Annotated[
        tuple[str, ...], "Classes and functions that a provider's health check is registered with."
    ] = ("*HealthRegistry", "registerIntegration", "registerHealthCheck")
    verifiers: Annotated[tuple[str, ...], "Functions and fields that verify a webhook's authenticity."] = (
        "constructEvent",
        "constructEventAsync",
        "Webhook.verify",
        "validateRequest",
        "verifyWebhookSignature",
        "clientState",
    )
    rate_limiters: Annotated[
        tuple[str, ...], "Functions, objects and middlewares that limit how many requests are served."
    ] = (
        "*rateLimit*",
        "*RateLimit*",
        "*rate-limit*",
        "*limiter*",
        "*Limiter*",
        "*throttl*",
        "*Throttl*",
        "*quota*",
    )
    replay_guards: Annotated[tuple[str, ...], "Functions and stores that let one event through once."] = (
        "*nonce*",
        "*Nonce*",
        "*idempoten*",
        "*Idempoten*",
        "*dedup*",
        "*Dedup*",
        "*replay*",
        "*Replay*",
        "*processedEvent*",
        "*seenEvent*",
    )
    sdk_modules: Annotated[tuple[str, ...], "Packages whose calls leave the process for a vendor."] = (
        "@anthropic-ai/*",
        "@aws-sdk/*",
        "@azure/*",
        "@google-cloud/*",
        "@googleapis/*",
        "@hubspot/*",
        "@microsoft/microsoft-graph-client",
        "@notionhq/*",
        "@octokit/*",
        "@sendgrid/*",
        "@slack/*",
        "googleapis",
        "jsforce",
        "octokit",
        "openai",
        "stripe",
        "twilio",
    )
    http_modules: Annotated[tuple[str, ...], "General HTTP clients."] = (
        "axios",
        "cross-fetch",
        "got",
        "ky",
        "node-fetch",
        "superagent",
        "undici",
    )
    http_frameworks: Annotated[tuple[str, ...], "HTTP servers, allowed in the API layer only."] = (
        "@hapi/hapi",
        "@nestjs/*",
        "express",
        "express-rate-limit",
        "fastify",
        "hono",
        "koa",
    )
    ui_modules: Annotated[tuple[str, ...], "UI libraries, allowed in no layer."] = (
        "@angular/*",
        "preact",
        "react",
        "react-dom",
        "react/*",
        "svelte",
        "vue",
    )
    forbidden_modules: Annotated[tuple[str, ...], "Further packages that are allowed in no layer."] = ()
    infrastructure_modules: Annotated[
        tuple[str, ...],
        "Packages of the infrastructure (queue, cache, loggers, metrics), besides the queue's own; closed to "
        "the layers that may import shared code only.",
    ] = (
        "@opentelemetry/*",
        "bull",
        "bullmq",
        "ioredis",
        "opossum",
        "pino",
        "prom-client",
        "redis",
        "winston",
    )
    database_modules: Annotated[
        tuple[str, ...], "Database clients, whose queries belong to the service layer only."
    ] = (
        "@prisma/client",
        "@supabase/*",
        "drizzle-orm",
        "drizzle-orm/*",
        "knex",
        "kysely",
        "mysql2",
        "pg",
        "postgres",
    )
    scoping_wrappers: Annotated[
        tuple[str, ...], "Functions that add the tenant's filter to the query they are given."
    ] = ()
    service_role_clients: Annotated[
        tuple[str, ...], "Functions that make a database client which bypasses row-level security."
    ] = ("create*ServiceRole*", "create*ServiceSupabaseClient", "getServiceSupabase")
    base_errors: Annotated[
        tuple[str, ...], "Error classes of the shared code that count as provider errors."
    ] = ("IntegrationError",)


DATABASE_QUERIES = "database-queries"
SERVICE_ROLE_CLIENTS = "service-role-clients"
PACKAGE_GROUPS: tuple[str, ...] = tuple(
    field.replace("_", "-") for field in Symbols._fields if field.endswith(("_modules", "_frameworks"))
)
"""The keys of `[symbols]` that list packages; a layer's `may-use` may name them, and the two above."""


class Tenancy(NamedTuple):
    """How a row's tenant is recorded."""

    columns: Annotated[
        tuple[str, ...], "Names of the tenant column; an empty list switches the tenancy rules off."
    ] = ("organization_id", "tenant_id")
    fields: Annotated[tuple[str, ...], "Names of the tenant property in ORM models."] = (
        "organizationId",
        "tenantId",
    )
    schema: Annotated[
        tuple[str, ...],
        "Globs of the files that define the database; folders named archive, archived or superseded and "
        "rollback files are skipped.",
        GLOB,
    ] = ("**/migrations/**/*.sql", "**/database.types.ts", "**/schema.prisma")
    global_tables: Annotated[tuple[str, ...], "Tables that hold no tenant's data."] = ()
    root_tables: Annotated[tuple[str, ...], "Tables whose `id` is the tenant."] = ("tenants", "organizations")


class RuleSetting(NamedTuple):
    """What the configuration says about one rule."""

    severity: Annotated[Severity | None, "Severity of the rule's violations; absent: the rule's own."] = None
    include_tests: Annotated[bool, "Judge test files too."] = False
    options: Annotated[
        Mapping[str, object],
        "The rule's own options, kebab-case, as plain JSON values; validated where the rule is known.",
    ] = MappingProxyType({})


class Rules(NamedTuple):
    """What the configuration says about the rules; a rule that is not named is at its defaults."""

    protected: Annotated[tuple[str, ...], "Rules that no comment may suppress."] = ()
    settings: Annotated[Mapping[str, RuleSetting], "A rule's severity, or a table of its options."] = (
        MappingProxyType({})
    )

    def of(self, rule: str) -> RuleSetting:
        """The setting of the rule with this id; defaults where the configuration names none."""
        return self.settings.get(rule, RuleSetting())


class Override(NamedTuple):
    """Other severities for some files; of several that match, the last wins."""

    paths: Annotated[tuple[str, ...], "Globs of the files, relative to the root.", GLOB]
    rules: Annotated[Mapping[str, Severity], "Severities by rule id."]


DEFAULT_LAYERS: Mapping[str, Layer] = MappingProxyType(
    {
        "public": Layer(("index.ts",), ("api", "jobs", "service", "queue", "client", "contracts")),
        "composition": Layer(("register.ts",), ("client", "contracts")),
        "contracts": Layer(
            ("types.ts", "errors.ts", "config.ts", "schemas.ts", "constants.ts"),
            ("contracts",),
            infrastructure="shared",
        ),
        "queue": Layer(("jobs/queue.ts",), ("contracts",)),
        "jobs": Layer(
            ("jobs/**",), ("jobs", "queue", "service", "contracts"), may_use=("service-role-clients",)
        ),
        "api": Layer(
            ("handlers/**",), ("api", "service", "queue", "contracts"), may_use=("http-frameworks",)
        ),
        "service": Layer(
            ("services/**",), ("service", "client", "queue", "contracts"), may_use=("database-queries",)
        ),
        "client": Layer(("**",), ("client", "contracts")),
    }
)
"""The layers of the standard in the order in which they are tried; `client` takes every other file."""


class Settings(NamedTuple):
    """The whole effective configuration; `Settings()` is what holds without a configuration file."""

    required_version: Annotated[
        str | None,
        'Versions of fourlayer that this configuration is written for, such as ">=0.1" or ">=0.1,<2".',
    ] = None
    workspace: Annotated[Workspace, "Which folders and files are what."] = Workspace()
    scopes: Annotated[
        tuple[Scope, ...],
        "Code outside the providers that some categories judge too; the last one that matches wins.",
    ] = ()
    conventions: Annotated[Conventions, "Names and places."] = Conventions()
    layers: Annotated[
        Mapping[str, Layer],
        "Layers by name. A layer of the standard keeps what is not said; new layers are tried first.",
    ] = DEFAULT_LAYERS
    symbols: Annotated[Symbols, "What the rules look for by name."] = Symbols()
    tenancy: Annotated[Tenancy, "How a row's tenant is recorded."] = Tenancy()
    rules: Annotated[Rules, "Severities and options of rules."] = Rules()
    overrides: Annotated[tuple[Override, ...], "Other severities for some files; the last match wins."] = ()


def kebab(field: str) -> str:
    """The TOML key of a field: `may_import` -> `may-import`."""
    return field.replace("_", "-")
