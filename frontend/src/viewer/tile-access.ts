import { Listeners } from "./listeners";
import type { TileStatus, TileTrouble, Unsubscribe } from "./viewer";

/**
 * Fetches tiles with the session's cookies and knows how they are doing. Access is short-lived: the first answer
 * 401, 403 or 404 asks the page once to renew it (all waiting tiles share that), then each tile is tried once more.
 * What fails for other reasons is kept in a list and tried again with growing pauses, at once when the network returns.
 */
export type TileFault = "denied" | "missing" | "server" | "network";

export class TileError extends Error {
  override name = "TileError";
  constructor(
    readonly fault: TileFault,
    message: string,
  ) {
    super(message);
  }
}

/** Renews the tile cookie; rejects where that is impossible. */
export type RenewAccess = () => Promise<void>;

export interface TileAccessOptions {
  readonly renewAccess?: RenewAccess;
  readonly fetchTile?: (url: string, init: RequestInit) => Promise<Response>;
  /** Pauses before trying failed tiles again, ms; the last one repeats. */
  readonly pausesMs?: readonly number[];
}

const PAUSES_MS = [1000, 2000, 4000, 8000, 15000];
const ACCESS_STATUSES = new Set([401, 403, 404]);

interface Failure {
  readonly fault: TileFault;
  readonly retry: () => void;
}

export class TileAccess {
  private readonly listeners = new Listeners<TileStatus>();
  private readonly failures = new Map<string, Failure>();
  private loading = 0;
  private renewal: Promise<boolean> | null = null;
  private renewedAt = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private pause = 0;
  private closed = false;

  constructor(private readonly options: TileAccessOptions = {}) {}

  /** One tile's bytes. Throws TileError, or what `fetch` throws when `signal` aborts. */
  async load(url: string, signal: AbortSignal): Promise<Blob> {
    this.loading += 1;
    this.tell();
    try {
      const answer = await this.answer(url, signal);
      const blob = await answer.blob();
      this.pause = 0;
      return blob;
    } finally {
      this.loading -= 1;
      this.tell();
    }
  }

  /** Remembers a tile that failed, with what loads it again. */
  failed(key: string, error: unknown, retry: () => void): void {
    if (this.closed || isAbort(error)) return;
    const fault = error instanceof TileError ? error.fault : "network";
    this.failures.set(key, { fault, retry });
    this.tell();
    if (fault === "server" || fault === "network") this.schedule();
  }

  loaded(key: string): void {
    if (!this.failures.delete(key)) return;
    this.tell();
    // One tile came through again: the others need not wait for their pause.
    if ([...this.failures.values()].some(({ fault }) => fault === "server" || fault === "network")) {
      this.clearTimer();
      this.schedule();
    }
  }

  /** Tries failed tiles again at once, those without access and missing ones too. */
  retryAll(): void {
    this.pause = 0;
    this.renewedAt = 0;
    this.retry(() => true);
  }

  status(): TileStatus {
    return { loading: this.loading, failed: this.failures.size, trouble: this.trouble() };
  }

  onStatus(listener: (status: TileStatus) => void): Unsubscribe {
    return this.listeners.add(listener);
  }

  /** Forgets failures, as when another slide is opened. */
  reset(): void {
    this.failures.clear();
    this.clearTimer();
    this.pause = 0;
    this.tell();
  }

  close(): void {
    this.closed = true;
    this.failures.clear();
    this.clearTimer();
    this.listeners.clear();
  }

  private async answer(url: string, signal: AbortSignal): Promise<Response> {
    const asked = Date.now();
    const first = await this.ask(url, signal);
    if (!ACCESS_STATUSES.has(first.status)) return checked(first);
    if (!(await this.renew(asked))) throw new TileError("denied", `access to the tiles ended (${first.status})`);
    const second = await this.ask(url, signal);
    if (second.status === 404) throw new TileError("missing", "the slide has no such tile (404)");
    if (ACCESS_STATUSES.has(second.status)) {
      throw new TileError("denied", `access to the tiles was refused after renewing it (${second.status})`);
    }
    return checked(second);
  }

  private async ask(url: string, signal: AbortSignal): Promise<Response> {
    const fetchTile = this.options.fetchTile ?? ((input, init) => fetch(input, init));
    try {
      return await fetchTile(url, { signal, credentials: "same-origin" });
    } catch (error) {
      if (isAbort(error)) throw error;
      throw new TileError("network", "the server did not answer");
    }
  }

  /** True when access is (again) there for a tile asked for at `asked`. */
  private renew(asked: number): Promise<boolean> {
    if (this.renewal !== null) return this.renewal;
    if (this.renewedAt > asked) return Promise.resolve(true);
    const renewAccess = this.options.renewAccess;
    if (renewAccess === undefined) return Promise.resolve(false);
    this.renewal = renewAccess()
      .then(
        () => {
          this.renewedAt = Date.now() + 1;
          return true;
        },
        () => false,
      )
      .finally(() => {
        this.renewal = null;
      });
    return this.renewal;
  }

  private schedule(): void {
    if (this.timer !== null || this.closed) return;
    const pauses = this.options.pausesMs ?? PAUSES_MS;
    const wait = pauses[Math.min(this.pause, pauses.length - 1)] ?? 1000;
    this.pause += 1;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.retry((fault) => fault === "server" || fault === "network");
    }, wait);
  }

  private retry(which: (fault: TileFault) => boolean): void {
    this.clearTimer();
    for (const [key, failure] of this.failures) {
      if (!which(failure.fault)) continue;
      this.failures.delete(key);
      failure.retry();
    }
    this.tell();
  }

  private clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private trouble(): TileTrouble {
    const faults = new Set([...this.failures.values()].map(({ fault }) => fault));
    if (faults.has("denied")) return "denied";
    if (faults.has("network")) return "offline";
    if (faults.has("server")) return "retrying";
    return faults.has("missing") ? "incomplete" : "none";
  }

  private tell(): void {
    this.listeners.tell(this.status());
  }
}

function checked(response: Response): Response {
  if (!response.ok) throw new TileError("server", `the server answered ${response.status} for a tile`);
  return response;
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
