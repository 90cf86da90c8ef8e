"""Every rule's metadata. Reading this table imports no rule."""

from __future__ import annotations

from fourlayer.project.queries.triggers import TRIGGERS as QUERY_TRIGGERS
from fourlayer.rule.model import FixMeta, RuleMeta

RULES: tuple[RuleMeta, ...] = (
    RuleMeta(
        id="missing-file",
        category="structure",
        severity="error",
        summary="A file that every integration must have is absent.",
        clause="Required structure",
        module="fourlayer_rules.structure.missing_file.rule",
        unit="provider",
        needs=("provider", "workspace"),
        fixes=(
            FixMeta("create-file", ("safe",), "workspace", preferred=True, needs=("provider", "workspace")),
            FixMeta("create-all", ("safe",), "workspace", needs=("provider", "workspace")),
        ),
    ),
    RuleMeta(
        id="default-export",
        category="boundaries",
        severity="error",
        summary="A provider exports something as default.",
        clause="Public surface: named exports only",
        module="fourlayer_rules.boundaries.default_export.rule",
        unit="file",
        needs=("document", "workspace"),
        fixes=(
            FixMeta("name-export", ("safe", "unsafe"), "workspace", preferred=True, needs=("workspace",)),
        ),
        triggers=(b"default", b"export =", b"export="),
    ),
    RuleMeta(
        id="deep-import",
        category="boundaries",
        severity="error",
        summary="An import reaches past a public surface.",
        clause="Nothing outside a provider imports anything but its index.ts",
        module="fourlayer_rules.boundaries.deep_import.rule",
        unit="file",
        needs=("document", "workspace"),
        fixes=(
            FixMeta(
                "use-public-surface", ("safe", "input"), "document", preferred=True, needs=("workspace",)
            ),
        ),
        anchors_outside=True,
    ),
    RuleMeta(
        id="explicit-any",
        category="types",
        severity="error",
        summary="An explicit `any` switches the type checker off.",
        clause="No any",
        module="fourlayer_rules.types.explicit_any.rule",
        unit="file",
        needs=("document",),
        fixes=(
            FixMeta("reuse-dto", ("unsafe",), "workspace", preferred=True, needs=("document", "workspace")),
            FixMeta("new-dto", ("unsafe",), "workspace", preferred=True, needs=("document", "workspace")),
            FixMeta("dto-from-fixture", ("unsafe",), "workspace", needs=("document", "workspace")),
            FixMeta("infer-from-schema", ("unsafe",), "document", needs=("document", "workspace")),
            FixMeta("use-unknown", ("safe", "unsafe"), "document"),
        ),
        triggers=(b"any",),
    ),
    RuleMeta(
        id="unvalidated-config",
        category="config",
        severity="error",
        summary="config.ts does not validate its environment with a schema.",
        clause="Zod-validated config",
        module="fourlayer_rules.config.unvalidated_config.rule",
        unit="file",
        needs=("document",),
        fixes=(FixMeta("add-schema", ("unsafe",), "document", preferred=True),),
    ),
    RuleMeta(
        id="adapter-contract",
        category="client",
        severity="error",
        summary="The adapter does not fulfil the base class's contract.",
        clause="class <Provider>Adapter extends EnterpriseAdapter",
        module="fourlayer_rules.client.adapter_contract.rule",
        unit="provider",
        needs=("provider", "workspace"),
        fixes=(
            FixMeta(
                "implement-members", ("unsafe",), "document", preferred=True, needs=("provider", "workspace")
            ),
        ),
    ),
    RuleMeta(
        id="missing-error-class",
        category="errors",
        severity="error",
        summary="errors.ts lacks the provider's error class, or the class lacks code or retryable.",
        clause="errors.ts: <Provider>ServiceError",
        module="fourlayer_rules.errors.missing_error_class.rule",
        unit="provider",
        needs=("provider", "workspace"),
        fixes=(
            FixMeta(
                "add-error-class", ("safe",), "document", preferred=True, needs=("provider", "workspace")
            ),
        ),
    ),
    RuleMeta(
        id="missing-error-wrapper",
        category="errors",
        severity="error",
        summary="errors.ts exports no idempotent error wrapper.",
        clause="errors.ts: wrap<Provider>Error(error: unknown)",
        module="fourlayer_rules.errors.missing_error_wrapper.rule",
        unit="provider",
        needs=("provider", "workspace"),
        fixes=(
            FixMeta(
                "add-error-wrapper", ("safe",), "document", preferred=True, needs=("provider", "workspace")
            ),
        ),
    ),
    RuleMeta(
        id="missing-health-check",
        category="health",
        severity="error",
        summary="health.ts exports no asynchronous health check.",
        clause="health.ts: checkHealth() or check<Provider>Health(): Promise<HealthStatus>",
        module="fourlayer_rules.health.missing_health_check.rule",
        unit="provider",
        needs=("provider", "workspace"),
        fixes=(
            FixMeta(
                "add-health-check", ("safe",), "document", preferred=True, needs=("provider", "workspace")
            ),
            FixMeta("change-signature", ("unsafe",), "document"),
        ),
    ),
    RuleMeta(
        id="missing-tenant-filter",
        category="tenancy",
        severity="error",
        summary="A query reads or changes a tenant table without naming the tenant.",
        clause="Tenant-scoped queries",
        module="fourlayer_rules.tenancy.missing_tenant_filter.rule",
        unit="file",
        needs=("document", "workspace", "schema"),
        fixes=(
            FixMeta(
                "scope-query", ("safe", "unsafe"), "document", preferred=True, needs=("document", "schema")
            ),
            FixMeta("add-parameter", ("unsafe",), "workspace", needs=("workspace", "schema")),
        ),
        triggers=QUERY_TRIGGERS,
    ),
    RuleMeta(
        id="missing-tenant-column",
        category="tenancy",
        severity="error",
        summary="A row is written to a tenant table without its tenant column.",
        clause="Tenant-scoped queries",
        module="fourlayer_rules.tenancy.missing_tenant_column.rule",
        unit="file",
        needs=("document", "workspace", "schema"),
        fixes=(
            FixMeta(
                "add-column", ("safe", "unsafe"), "document", preferred=True, needs=("document", "schema")
            ),
            FixMeta("add-parameter", ("unsafe",), "workspace", needs=("workspace", "schema")),
        ),
        triggers=QUERY_TRIGGERS,
    ),
    RuleMeta(
        id="wrong-tenant-column",
        category="tenancy",
        severity="error",
        summary="A query names a tenant column that the table does not have.",
        clause="Tenant-scoped queries",
        module="fourlayer_rules.tenancy.wrong_tenant_column.rule",
        unit="file",
        needs=("document", "workspace", "schema"),
        fixes=(
            FixMeta("rename-column", ("unsafe",), "document", preferred=True, needs=("document", "schema")),
        ),
        triggers=QUERY_TRIGGERS,
    ),
    RuleMeta(
        id="unused-suppression",
        category="suppressions",
        severity="warning",
        summary="A suppression comment suppresses nothing.",
        clause="Suppressions",
        module="fourlayer_rules.suppressions.unused_suppression.rule",
        unit="file",
        needs=("document", "provider", "workspace", "schema"),
        fixes=(FixMeta("remove-suppression", ("safe",), "document", preferred=True),),
        triggers=(b"fourlayer-ignore",),
    ),
    RuleMeta(
        id="suppression-without-reason",
        category="suppressions",
        severity="warning",
        summary="A suppression comment gives no reason.",
        clause="Suppressions",
        module="fourlayer_rules.suppressions.suppression_without_reason.rule",
        unit="file",
        needs=("document",),
        fixes=(FixMeta("add-reason", ("input",), "document"),),
        triggers=(b"fourlayer-ignore",),
    ),
    RuleMeta(
        id="unknown-rule",
        category="suppressions",
        severity="warning",
        summary="A suppression comment names a rule that does not exist.",
        clause="Suppressions",
        module="fourlayer_rules.suppressions.unknown_rule.rule",
        unit="file",
        needs=("document",),
        fixes=(FixMeta("use-closest-rule", ("unsafe",), "document", preferred=True),),
        triggers=(b"fourlayer-ignore",),
    ),
)
