export const INTERCOM_ERROR_CODES = {
  unauthorized: "INTERCOM_UNAUTHORIZED",
  rateLimited: "INTERCOM_RATE_LIMITED",
  unknown: "INTERCOM_UNKNOWN",
} as const;

export type IntercomErrorCode = (typeof INTERCOM_ERROR_CODES)[keyof typeof INTERCOM_ERROR_CODES];

export function isRetryable(code: IntercomErrorCode): boolean {
  return code === INTERCOM_ERROR_CODES.rateLimited;
}
