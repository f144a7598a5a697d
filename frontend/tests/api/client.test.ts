import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, csrfHeader, idempotencyKey, request, requestBytes, setCsrfToken, whenSignedOut, withQuery } from "../../src/api/client";
import { toNumber } from "../../src/api/numbers";

const fetchMock = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.stubGlobal("fetch", fetchMock);
  fetchMock.mockReset();
  document.cookie = "csrftoken=; expires=Thu, 01 Jan 1970 00:00:00 GMT";
  setCsrfToken("");
  whenSignedOut(() => {});
});
afterEach(() => vi.unstubAllGlobals());

const answer = (status: number, body: unknown, type = "application/json"): Response =>
  new Response(body === null ? null : JSON.stringify(body), { status, headers: { "Content-Type": type } });

async function refused(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

const sent = (): [string, RequestInit & { headers: Record<string, string> }] =>
  fetchMock.mock.calls[0] as [string, RequestInit & { headers: Record<string, string> }];

describe("a request", () => {
  it("reads JSON and writes only the filters that say something", async () => {
    fetchMock.mockResolvedValue(answer(200, { count: 0 }));
    expect(await request("/api/slides", { query: { search: "", page: 2, marker: "H&E", state: undefined } })).toEqual({ count: 0 });
    expect(sent()[0]).toBe("/api/slides?page=2&marker=H%26E");
    expect(sent()[1].headers["X-CSRFToken"]).toBeUndefined();
  });

  it("sends the CSRF token of the cookie, and that of /api/me where no cookie can be read", async () => {
    setCsrfToken("from-me");
    expect(csrfHeader()).toBe("from-me");
    document.cookie = "csrftoken=from-cookie";
    fetchMock.mockResolvedValue(answer(201, {}));
    await request("/api/runs", { method: "POST", body: { specimen: "x" }, idempotencyKey: "k", ifMatch: 3 });
    const { headers, body, method } = sent()[1];
    expect(method).toBe("POST");
    expect(headers).toMatchObject({ "X-CSRFToken": "from-cookie", "Idempotency-Key": "k", "If-Match": '"3"', "Content-Type": "application/json" });
    expect(body).toBe('{"specimen":"x"}');
  });

  it("leaves a form to the browser", async () => {
    fetchMock.mockResolvedValue(answer(202, {}));
    await request("/api/x", { method: "POST", body: new FormData() });
    expect(sent()[1].headers["Content-Type"]).toBeUndefined();
  });

  it("gives nothing for 204, and bytes as bytes", async () => {
    fetchMock.mockResolvedValueOnce(new Response(null, { status: 204 }));
    expect(await request("/api/tokens/1", { method: "DELETE" })).toBeUndefined();
    fetchMock.mockResolvedValueOnce(new Response(new Uint8Array([68, 67]), { status: 200 }));
    expect(new Uint8Array(await requestBytes("/api/results/1/cells"))).toEqual(new Uint8Array([68, 67]));
  });
});

describe("an error", () => {
  it("carries the problem's words, code and fields", async () => {
    fetchMock.mockResolvedValue(answer(400, { detail: "Two fields are wrong.", code: "invalid", fields: { marker: ["Unknown."], name: "Taken." } }, "application/problem+json"));
    const error = await refused(request("/api/slides"));
    expect(error).toMatchObject({ status: 400, detail: "Two fields are wrong.", code: "invalid", fields: { marker: ["Unknown."], name: ["Taken."] } });
    expect(error.mayRetry).toBe(false);
  });

  it("reads allauth's list of errors", async () => {
    fetchMock.mockResolvedValue(answer(400, { errors: [{ message: "Too short.", code: "password_too_short", param: "new_password" }] }));
    expect(await refused(request("/_allauth/x"))).toMatchObject({ code: "password_too_short", fields: { new_password: ["Too short."] } });
  });

  it("has words of its own where the answer has none", async () => {
    fetchMock.mockResolvedValue(new Response("<html>Bad gateway</html>", { status: 502 }));
    const error = await refused(request("/api/me"));
    expect(error.detail).toMatch(/502/);
    expect(error.mayRetry).toBe(true);
  });

  it("says that nothing was lost when no answer came", async () => {
    fetchMock.mockRejectedValue(new TypeError("Failed to fetch"));
    const error = await refused(request("/api/me"));
    expect(error.status).toBe(0);
    expect(error.detail).toMatch(/Nothing was lost/);
  });

  it("lets an abort be an abort", async () => {
    const abort = new AbortController();
    abort.abort();
    fetchMock.mockRejectedValue(new DOMException("Aborted", "AbortError"));
    await expect(request("/api/me", { signal: abort.signal })).rejects.toMatchObject({ name: "AbortError" });
  });

  it("tells of a lost session, but not for the sign-in itself", async () => {
    const signedOut = vi.fn();
    whenSignedOut(signedOut);
    fetchMock.mockImplementation(() => Promise.resolve(answer(401, { detail: "Sign in." })));
    await refused(request("/_allauth/browser/v1/auth/login", { method: "POST" }));
    expect(signedOut).not.toHaveBeenCalled();
    await refused(request("/api/studies"));
    expect(signedOut).toHaveBeenCalledTimes(1);
  });
});

describe("small things", () => {
  it("makes another key every time", () => {
    const keys = new Set(Array.from({ length: 50 }, idempotencyKey));
    expect(keys.size).toBe(50);
    expect([...keys].every((key) => /^[0-9a-f]{32}$/.test(key))).toBe(true);
  });

  it("keeps a path without filters as it is", () => expect(withQuery("/api/me", {})).toBe("/api/me"));

  it.each([
    [0.25, 0.25],
    ["0.290000", 0.29],
    ["", null],
    [null, null],
    [Number.NaN, null],
    ["abc", null],
    ["0", 0],
  ])("reads %j as %j", (value, expected) => expect(toNumber(value)).toBe(expected));
});
