/** django-allauth's headless API for browsers: sign-in with MFA, sign-out, password, authenticators. */

import { ApiError, request } from "./client";

const BASE = "/_allauth/browser/v1";

interface Flow {
  id: string;
  is_pending?: boolean;
  types?: string[];
}
interface Answer {
  status: number;
  data?: { flows?: Flow[] };
}

/** What the server wants next. */
export type SignInStep = "signed_in" | "credentials" | "mfa";

function stepOf(error: ApiError): SignInStep | null {
  if (error.status !== 401) return null;
  const flows = (error.body as Answer | null)?.data?.flows ?? [];
  if (flows.some((flow) => flow.id === "mfa_authenticate" && flow.is_pending)) return "mfa";
  return "credentials";
}

async function step(promise: Promise<unknown>): Promise<SignInStep> {
  try {
    await promise;
    return "signed_in";
  } catch (error) {
    const next = error instanceof ApiError ? stepOf(error) : null;
    if (next) return next;
    throw error;
  }
}

/** The state of this browser's session; also makes the server set its CSRF cookie. */
export const session = (signal?: AbortSignal): Promise<SignInStep> => step(request(`${BASE}/auth/session`, { signal }));

/** A password manager may send the form before the server has set its CSRF cookie: refused, asked for, sent again. */
export async function signIn(username: string, password: string): Promise<SignInStep> {
  const send = (): Promise<SignInStep> => step(request(`${BASE}/auth/login`, { method: "POST", body: { username, password } }));
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    await session();
    return send();
  }
}

export const sendMfaCode = (code: string): Promise<SignInStep> =>
  step(request(`${BASE}/auth/2fa/authenticate`, { method: "POST", body: { code } }));

/** allauth answers a sign-out with 401, which is the success here. */
export async function signOut(): Promise<void> {
  await step(request(`${BASE}/auth/session`, { method: "DELETE" }));
}

export async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
  await request(`${BASE}/account/password/change`, {
    method: "POST",
    body: { current_password: currentPassword, new_password: newPassword },
  });
}

export interface Authenticator {
  type: "totp" | "recovery_codes" | "webauthn";
  created_at: number;
  last_used_at: number | null;
  total_code_count?: number;
  unused_code_count?: number;
}
export const authenticators = (signal?: AbortSignal): Promise<Authenticator[]> =>
  request<{ data: Authenticator[] }>(`${BASE}/account/authenticators`, { signal }).then((answer) => answer.data);

export interface TotpSetup {
  secret: string;
  totp_url: string;
}
/** allauth answers 404 with a fresh secret while no authenticator app is set up. `null`: one already is. */
export async function totpSetup(signal?: AbortSignal): Promise<TotpSetup | null> {
  try {
    await request(`${BASE}/account/authenticators/totp`, { signal });
    return null;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    const meta = (error.body as { meta?: TotpSetup } | null)?.meta;
    if (!meta) throw error;
    return meta;
  }
}
export const activateTotp = (code: string): Promise<unknown> =>
  request(`${BASE}/account/authenticators/totp`, { method: "POST", body: { code } });
export const deactivateTotp = (): Promise<unknown> =>
  request(`${BASE}/account/authenticators/totp`, { method: "DELETE" });
export const recoveryCodes = (signal?: AbortSignal): Promise<string[]> =>
  request<{ data: { unused_codes?: string[] } }>(`${BASE}/account/authenticators/recovery-codes`, { signal }).then(
    (answer) => answer.data.unused_codes ?? [],
  );

/** True where the server first wants the password again (a 401 inside a session that is signed in). */
export function needsPasswordAgain(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.status !== 401) return false;
  const flows = (error.body as Answer | null)?.data?.flows ?? [];
  return flows.some((flow) => flow.id === "reauthenticate" || flow.id === "mfa_reauthenticate");
}
export const confirmPassword = (password: string): Promise<unknown> =>
  request(`${BASE}/auth/reauthenticate`, { method: "POST", body: { password } });
