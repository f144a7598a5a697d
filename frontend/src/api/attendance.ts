/**
 * Whether somebody sits at this page. The server signs out whoever has not worked for a while; requests that the page
 * makes by itself (renewing the tile cookie, refetching after a change) must not keep a deserted workstation signed in.
 */

const ATTENDED_MS = 60_000;
const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"] as const;

let lastSign = Date.now();

for (const sign of SIGNS) {
  globalThis.addEventListener?.(sign, () => { lastSign = Date.now(); }, { passive: true, capture: true });
}

/** The header of a request nobody at the page had a part in; none while somebody works. */
export function attendanceHeader(now = Date.now()): Record<string, string> {
  return now - lastSign > ATTENDED_MS ? { "X-Unattended": "1" } : {};
}
