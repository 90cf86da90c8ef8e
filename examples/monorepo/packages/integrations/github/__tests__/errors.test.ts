import { describe, expect, it } from "vitest";

import { AuthError, ConnectionError, RateLimitError } from "../../base/index.js";
import { GitHubResponseError, GitHubServiceError, wrapGitHubError } from "../errors.js";

describe("wrapGitHubError", () => {
  it("returns errors of ours unchanged", () => {
    const error = new RateLimitError("github", 5);
    expect(wrapGitHubError(error)).toBe(error);
    expect(wrapGitHubError(wrapGitHubError(new Error("boom")))).toBeInstanceOf(GitHubServiceError);
  });

  it.each([
    [401, AuthError, false],
    [429, RateLimitError, true],
    [500, GitHubServiceError, true],
    [418, GitHubServiceError, false],
  ] as const)("maps the status %i", (status, type, retryable) => {
    const wrapped = wrapGitHubError(new GitHubResponseError(status));
    expect(wrapped).toBeInstanceOf(type);
    expect(wrapped.retryable).toBe(retryable);
  });

  it("keeps the time the vendor asks for", () => {
    expect(wrapGitHubError(new GitHubResponseError(429, 1500))).toMatchObject({ retryAfter: 1500 });
  });

  it("calls a time-out a connection error", () => {
    const timeout = new DOMException("late", "TimeoutError");
    expect(wrapGitHubError(timeout)).toBeInstanceOf(ConnectionError);
  });
});
