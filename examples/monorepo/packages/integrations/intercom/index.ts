export { loadIntercomConfig } from "./config.js";
export type { IntercomConfig } from "./config.js";
export { INTERCOM_ERROR_CODES } from "./errors.js";
export type { IntercomErrorCode } from "./errors.js";
export { handleIntercomCanvas, handleIntercomWebhook } from "./handlers/webhooks.js";
export { lastStatus, refreshStatus } from "./health.js";
export { IntercomAdapter } from "./IntercomAdapter.js";
export { startPolling, stopPolling } from "./jobs/pollConversations.js";
export type { IntercomContact, IntercomConversation, IntercomEvent } from "./types.js";
