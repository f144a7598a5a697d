/** Typed fetch: session cookie and CSRF, problem+json to `ApiError`, preconditions, idempotency, abort, bytes. */

import { attendanceHeader } from "./attendance";

export type FieldErrors = Record<string, string[]>;

/** The server's answer to a refused request. `status` 0 means that no answer came. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly code: string = "",
    readonly fields: FieldErrors = {},
    readonly body: unknown = null,
  ) {
    super(detail);
    this.name = "ApiError";
  }

  /** Nothing wrong with the request itself: asking again may help. */
  get mayRetry(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface RequestOptions {
  method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  query?: Record<string, string | number | boolean | null | undefined>;
  /** JSON, or FormData sent as it is. */
  body?: unknown;
  /** Sent as If-Match: the version of the object that was edited. */
  ifMatch?: number | string;
  idempotencyKey?: string;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

let csrfToken = "";
let onSignedOut: () => void = () => {};

/** The token of /api/me, for servers whose CSRF cookie the page cannot read. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Called whenever the server says that nobody is signed in (401). */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

export function csrfHeader(): string {
  const cookie = /(?:^|;\s*)(?:__Host-csrf|csrftoken)=([^;]+)/.exec(document.cookie)?.[1];
  return cookie ? decodeURIComponent(cookie) : csrfToken;
}

export function withQuery(path: string, query: RequestOptions["query"] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/** A key that makes a repeated POST harmless; works on plain http too, where randomUUID is absent. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const WORDS: Record<number, string> = {
  0: "The server did not answer. Nothing was lost; check the connection and try again.",
  401: "You are signed out. Sign in again to go on.",
  403: "You may see this, but not change it.",
  404: "This does not exist, or is not shown to you.",
  409: "Somebody else changed this in the meantime. Look at the new state and try again.",
  412: "Somebody else changed this in the meantime. Look at the new state and try again.",
  413: "The file is too large to be sent this way. Put it in the inbox folder instead.",
  429: "Too many requests. Wait a moment and try again.",
};

function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return value === null || value === undefined ? [] : [String(value)];
}

/** Reads problem+json (RFC 9457) as well as allauth's `errors` list. */
export async function errorFrom(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const fallback = WORDS[response.status] ?? `The server could not do this (error ${response.status}). Nothing was changed.`;
  if (typeof body !== "object" || body === null) return new ApiError(response.status, fallback);
  const problem = body as Record<string, unknown>;
  const fields: FieldErrors = {};
  let detail = typeof problem.detail === "string" ? problem.detail : "";
  let code = typeof problem.code === "string" ? problem.code : "";
  if (typeof problem.fields === "object" && problem.fields !== null) {
    for (const [name, value] of Object.entries(problem.fields)) fields[name] = listOf(value);
  }
  if (Array.isArray(problem.errors)) {
    for (const entry of problem.errors as { message?: string; code?: string; param?: string }[]) {
      if (entry.param && entry.message) (fields[entry.param] ??= []).push(entry.message);
      detail ||= entry.message ?? "";
      code ||= entry.code ?? "";
    }
  }
  return new ApiError(response.status, detail || fallback, code, fields, body);
}

/** Sends a request and returns the raw response when it is a success; throws ApiError otherwise. */
export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const method = options.method ?? "GET";
  const headers: Record<string, string> = { Accept: "application/json", ...attendanceHeader(), ...options.headers };
  let body: BodyInit | undefined;
  if (options.body instanceof FormData) body = options.body;
  else if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(options.body);
  }
  if (method !== "GET") headers["X-CSRFToken"] = csrfHeader();
  if (options.ifMatch !== undefined) headers["If-Match"] = `"${options.ifMatch}"`;
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  let response: Response;
  try {
    response = await fetch(withQuery(path, options.query), {
      method,
      headers,
      body,
      credentials: "same-origin",
      signal: options.signal,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, WORDS[0] ?? "");
  }
  if (response.ok) return response;
  const problem = await errorFrom(response);
  if (response.status === 401 && !path.startsWith("/_allauth/")) onSignedOut();
  throw problem;
}

export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  if (response.status === 204 || response.headers.get("Content-Length") === "0") return undefined as T;
  return (await response.json()) as T;
}

export async function requestBytes(path: string, options: RequestOptions = {}): Promise<ArrayBuffer> {
  const response = await send(path, { ...options, headers: { Accept: "application/octet-stream", ...options.headers } });
  return response.arrayBuffer();
}

/** Sends a form with upload progress (fetch has none). `onProgress` gets a fraction 0–1. */
export function upload<T>(path: string, form: FormData, onProgress: (fraction: number) => void, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const transfer = new XMLHttpRequest();
    transfer.open("POST", path);
    transfer.setRequestHeader("Accept", "application/json");
    transfer.setRequestHeader("X-CSRFToken", csrfHeader());
    transfer.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    transfer.addEventListener("error", () => reject(new ApiError(0, WORDS[0] ?? "")));
    transfer.addEventListener("abort", () => reject(new DOMException("Upload cancelled", "AbortError")));
    transfer.addEventListener("load", () => {
      if (transfer.status >= 200 && transfer.status < 300) {
        resolve(JSON.parse(transfer.responseText) as T);
        return;
      }
      const answer = new Response(transfer.responseText || null, { status: Math.max(transfer.status, 200) });
      if (transfer.status === 401) onSignedOut();
      void errorFrom(answer).then(reject, reject);
    });
    signal?.addEventListener("abort", () => transfer.abort());
    transfer.send(form);
  });
}
