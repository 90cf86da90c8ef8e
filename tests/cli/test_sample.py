"""The sample monorepo shows every registered rule, in the places that are meant to show it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from fourlayer.app import App
from fourlayer_rules.registry import RULES

SAMPLE = Path(__file__).parents[2] / "examples/monorepo"
SHOWN: dict[str, dict[str, int]] = {
    "adapter-contract": {
        "packages/integrations/intercom/IntercomAdapter.ts": 1,
    },
    "coerced-env-boolean": {
        "packages/integrations/notion/config.ts": 1,
    },
    "config-key-mismatch": {
        "packages/integrations/jira/oauth.ts": 2,
        "packages/integrations/notion/config.ts": 1,
        "packages/integrations/stripe/config.ts": 1,
    },
    "cross-provider-import": {
        "packages/integrations/notion/services/SearchService.ts": 1,
    },
    "deep-import": {
        "packages/backend/src/integrations/adapters.ts": 2,
        "packages/integrations/notion/NotionAdapter.ts": 1,
        "packages/integrations/notion/errors.ts": 1,
    },
    "default-export": {
        "packages/integrations/google-calendar/index.ts": 1,
        "packages/integrations/jira/JiraAdapter.ts": 1,
        "packages/integrations/jira/index.ts": 1,
    },
    "double-assertion": {
        "packages/integrations/google-calendar/eventMapper.ts": 1,
    },
    "droppable-tenant-filter": {
        "packages/backend/src/services/UsageService.ts": 2,
    },
    "eager-client": {
        "packages/integrations/google-calendar/GoogleCalendarAdapter.ts": 1,
    },
    "env-outside-config": {
        "packages/integrations/jira/oauth.ts": 2,
        "packages/integrations/notion/services/WorkspaceService.ts": 1,
    },
    "expired-suppression": {
        "packages/integrations/jira/oauth.ts": 1,
    },
    "explicit-any": {
        "packages/integrations/jira/JiraAdapter.ts": 10,
        "packages/integrations/jira/errors.ts": 1,
        "packages/integrations/jira/jiraMapper.ts": 18,
        "packages/integrations/jira/oauth.ts": 1,
    },
    "fire-and-forget": {
        "packages/integrations/intercom/handlers/webhooks.ts": 1,
        "packages/integrations/intercom/health.ts": 1,
        "packages/integrations/jira/JiraAdapter.ts": 1,
    },
    "forbidden-consumer": {
        "apps/web/src/pages/IntegrationsPage.tsx": 1,
    },
    "hardcoded-secret": {
        "packages/integrations/intercom/config.ts": 1,
    },
    "health-check-without-timeout": {
        "packages/integrations/notion/health.ts": 1,
    },
    "hollow-health-check": {
        "packages/integrations/jira/health.ts": 1,
    },
    "import-cycle": {
        "packages/integrations/google-calendar/GoogleCalendarAdapter.ts": 1,
        "packages/integrations/jira/JiraAdapter.ts": 1,
    },
    "layer-violation": {
        "packages/integrations/intercom/handlers/webhooks.ts": 1,
        "packages/integrations/intercom/jobs/pollConversations.ts": 1,
    },
    "leaked-internal": {
        "packages/integrations/google-calendar/index.ts": 2,
        "packages/integrations/jira/index.ts": 2,
        "packages/integrations/notion/index.ts": 1,
        "packages/integrations/stripe/index.ts": 3,
    },
    "misplaced-health-check": {
        "packages/integrations/notion/NotionAdapter.ts": 1,
    },
    "misplaced-test": {
        "packages/integrations/zendesk/ZendeskAdapter.test.ts": 1,
    },
    "missing-error-class": {
        "packages/integrations/intercom/errors.ts": 1,
    },
    "missing-error-wrapper": {
        "packages/integrations/intercom/errors.ts": 1,
        "packages/integrations/jira/errors.ts": 1,
    },
    "missing-file": {
        "packages/integrations/google-calendar/index.ts": 4,
        "packages/integrations/zendesk/index.ts": 4,
    },
    "missing-health-check": {
        "packages/integrations/intercom/health.ts": 1,
    },
    "missing-health-registry": {
        "packages/integrations/index.ts": 1,
    },
    "missing-rate-limit": {
        "packages/integrations/google-calendar/GoogleCalendarAdapter.ts": 1,
        "packages/integrations/intercom/IntercomAdapter.ts": 2,
        "packages/integrations/jira/JiraAdapter.ts": 1,
    },
    "missing-rate-limit-key": {
        "packages/backend/src/handlers/zendeskWebhook.ts": 1,
        "packages/integrations/intercom/handlers/webhooks.ts": 1,
    },
    "missing-tenant-column": {
        "packages/backend/src/handlers/zendeskWebhook.ts": 1,
        "packages/backend/src/services/AccountService.ts": 1,
        "packages/backend/src/services/ContractService.ts": 1,
        "packages/integrations/notion/services/PageService.ts": 1,
    },
    "missing-tenant-filter": {
        "packages/backend/src/services/AccountService.ts": 2,
        "packages/backend/src/services/AuditService.ts": 2,
        "packages/backend/src/services/BaseRepository.ts": 2,
        "packages/backend/src/services/ConnectionService.ts": 2,
        "packages/backend/src/services/ContractService.ts": 2,
        "packages/backend/src/services/DealService.ts": 1,
        "packages/backend/src/services/ExportService.ts": 2,
        "packages/backend/src/services/ReportService.ts": 1,
        "packages/backend/src/services/TaskService.ts": 2,
        "packages/backend/src/workers/cleanupTimer.ts": 1,
        "packages/backend/src/workers/reportWorker.ts": 1,
        "packages/integrations/notion/services/PageService.ts": 2,
        "packages/integrations/notion/services/SearchService.ts": 1,
        "packages/integrations/notion/services/WorkspaceService.ts": 1,
    },
    "missing-test": {
        "packages/integrations/google-calendar/index.ts": 1,
        "packages/integrations/intercom/index.ts": 2,
        "packages/integrations/jira/index.ts": 2,
        "packages/integrations/stripe/index.ts": 2,
    },
    "missing-timeout": {
        "packages/integrations/google-calendar/GoogleCalendarAdapter.ts": 1,
        "packages/integrations/intercom/IntercomAdapter.ts": 1,
        "packages/integrations/jira/JiraAdapter.ts": 1,
        "packages/integrations/jira/oauth.ts": 1,
    },
    "network-on-import": {
        "packages/integrations/google-calendar/GoogleCalendarAdapter.ts": 1,
    },
    "non-bullmq-job": {
        "packages/backend/src/workers/cleanupTimer.ts": 1,
        "packages/integrations/intercom/jobs/pollConversations.ts": 1,
    },
    "non-strict-tsconfig": {
        "packages/integrations/jira/tsconfig.json": 1,
    },
    "parsed-body-signature": {
        "packages/backend/src/handlers/zendeskWebhook.ts": 1,
        "packages/integrations/intercom/handlers/webhooks.ts": 1,
    },
    "provider-name-mismatch": {
        "packages/integrations/google-calendar/GoogleCalendarAdapter.ts": 1,
    },
    "raw-error-escape": {
        "packages/integrations/google-calendar/GoogleCalendarAdapter.ts": 3,
        "packages/integrations/intercom/IntercomAdapter.ts": 1,
        "packages/integrations/jira/oauth.ts": 1,
        "packages/integrations/notion/NotionAdapter.ts": 2,
        "packages/integrations/stripe/client.ts": 1,
        "packages/integrations/zendesk/ZendeskAdapter.ts": 3,
    },
    "raw-error-throw": {
        "packages/integrations/intercom/IntercomAdapter.ts": 1,
        "packages/integrations/jira/JiraAdapter.ts": 1,
        "packages/integrations/jira/oauth.ts": 1,
        "packages/integrations/zendesk/ZendeskAdapter.ts": 1,
    },
    "replayable-webhook": {
        "packages/backend/src/handlers/zendeskWebhook.ts": 1,
        "packages/integrations/intercom/handlers/webhooks.ts": 1,
    },
    "service-role-in-request": {
        "packages/backend/src/services/AdminService.ts": 2,
    },
    "suppression-without-reason": {
        "packages/integrations/notion/services/WorkspaceService.ts": 1,
    },
    "tenant-from-input": {
        "packages/backend/src/handlers/accounts.ts": 2,
    },
    "throwing-health-check": {
        "packages/integrations/notion/health.ts": 1,
    },
    "timing-unsafe-compare": {
        "packages/backend/src/handlers/zendeskWebhook.ts": 1,
        "packages/integrations/intercom/handlers/webhooks.ts": 1,
    },
    "type-suppression": {
        "packages/integrations/google-calendar/GoogleCalendarAdapter.ts": 1,
        "packages/integrations/google-calendar/eventMapper.ts": 1,
    },
    "undocumented-integration": {
        "packages/integrations/intercom/index.ts": 1,
    },
    "unguarded-call": {
        "packages/integrations/google-calendar/GoogleCalendarAdapter.ts": 1,
        "packages/integrations/jira/oauth.ts": 1,
    },
    "unknown-rule": {
        "packages/integrations/notion/services/WorkspaceService.ts": 1,
    },
    "unmocked-sdk": {
        "packages/integrations/notion/__tests__/adapter.test.ts": 1,
    },
    "unobserved-worker": {
        "packages/backend/src/workers/reportWorker.ts": 1,
    },
    "unpublished-integration": {
        "packages/integrations/google-calendar/index.ts": 1,
        "packages/integrations/stripe/index.ts": 1,
    },
    "unreachable-entry": {
        "packages/integrations/intercom/handlers/webhooks.ts": 1,
        "packages/integrations/intercom/jobs/pollConversations.ts": 1,
        "packages/integrations/jira/register.ts": 1,
    },
    "unregistered-health-check": {
        "packages/integrations/stripe/health.ts": 1,
    },
    "unreset-singleton": {
        "packages/integrations/notion/shared.ts": 1,
    },
    "unscoped-job": {
        "packages/backend/src/workers/reportWorker.ts": 1,
    },
    "unscoped-memory-access": {
        "packages/backend/src/services/CacheService.ts": 2,
    },
    "unscoped-rpc": {
        "packages/integrations/notion/services/SearchService.ts": 1,
    },
    "untested-tenant-isolation": {
        "packages/integrations/notion/services/PageService.ts": 1,
    },
    "untyped-boundary": {
        "packages/integrations/google-calendar/GoogleCalendarAdapter.ts": 2,
        "packages/integrations/jira/JiraAdapter.ts": 2,
    },
    "unused-suppression": {
        "packages/integrations/notion/services/WorkspaceService.ts": 1,
    },
    "unvalidated-config": {
        "packages/integrations/jira/config.ts": 1,
    },
    "unvalidated-input": {
        "packages/backend/src/handlers/accounts.ts": 2,
        "packages/integrations/intercom/handlers/webhooks.ts": 1,
    },
    "unvalidated-response": {
        "packages/integrations/intercom/IntercomAdapter.ts": 1,
        "packages/integrations/jira/JiraAdapter.ts": 1,
        "packages/integrations/jira/oauth.ts": 1,
    },
    "unvalidated-webhook": {
        "packages/backend/src/handlers/zendeskWebhook.ts": 1,
        "packages/integrations/intercom/handlers/webhooks.ts": 1,
    },
    "unverified-webhook": {
        "packages/backend/src/handlers/zendeskWebhook.ts": 1,
        "packages/integrations/intercom/handlers/webhooks.ts": 1,
    },
    "upsert-conflict-without-tenant": {
        "packages/backend/src/services/AccountService.ts": 1,
        "packages/backend/src/services/ConnectionService.ts": 1,
    },
    "webhook-in-client": {
        "packages/integrations/google-calendar/GoogleCalendarAdapter.ts": 1,
    },
    "wildcard-export": {
        "packages/integrations/google-calendar/index.ts": 1,
        "packages/integrations/notion/index.ts": 2,
    },
    "wrong-tenant-column": {
        "packages/backend/src/services/DealService.ts": 2,
        "packages/backend/src/services/UsageService.ts": 2,
        "packages/integrations/notion/services/PageService.ts": 1,
    },
}
"""By rule, in which files it reports how often. A new rule plants a fault and adds its row."""


def test_each_registered_rule_is_shown() -> None:
    assert sorted(meta.id for meta in RULES) == sorted(SHOWN)
    assert all(SHOWN.values())


def test_each_rule_reports_where_it_is_meant_to() -> None:
    app = App.open(str(SAMPLE))
    outcome = app.check(app.snapshot())
    assert [trouble for trouble in outcome.troubles if trouble.kind != "inert-rule"] == []
    found: dict[str, Counter[str]] = {}
    for one in outcome.findings:
        found.setdefault(one.finding.rule, Counter())[one.finding.path] += 1
    assert {rule: dict(places) for rule, places in found.items()} == SHOWN
