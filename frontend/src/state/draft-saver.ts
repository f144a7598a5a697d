/**
 * Saves a form by itself: a pause after the last change, one request at a time, each naming the version it builds on.
 * Framework-free; whoever makes it says how to send and where to keep the copy.
 */

import { sameForm, type ReadingForm } from "./reading-form";

export type DraftState =
  | { readonly kind: "clean" }
  | { readonly kind: "unsaved" }
  | { readonly kind: "saving" }
  | { readonly kind: "saved"; readonly at: number }
  /** The server did not answer; `kept` says whether this computer holds a copy. */
  | { readonly kind: "offline"; readonly kept: boolean }
  | { readonly kind: "conflict" }
  | { readonly kind: "refused"; readonly why: string };

export type Outcome =
  | { readonly kind: "saved"; readonly version: number; readonly at: number }
  | { readonly kind: "offline" }
  | { readonly kind: "conflict" }
  | { readonly kind: "refused"; readonly why: string };

export interface SaverOptions {
  readonly version: number;
  /** What the server holds. */
  readonly saved: ReadingForm;
  readonly send: (form: ReadingForm, version: number) => Promise<Outcome>;
  /** Keeps a copy on this computer; false where that is impossible. */
  readonly keep: (form: ReadingForm, version: number) => boolean;
  readonly forget: () => void;
  readonly pauseMs?: number;
  readonly retryMs?: readonly number[];
}

const RETRY_MS = [2000, 4000, 8000, 15_000, 30_000] as const;

export class DraftSaver {
  private state: DraftState = { kind: "clean" };
  private version: number;
  private saved: ReadingForm;
  private wanted: ReadingForm;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private underway = false;
  private held = false;
  private closed = false;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly options: SaverOptions) {
    this.version = options.version;
    this.saved = options.saved;
    this.wanted = options.saved;
  }

  readonly get = (): DraftState => this.state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  get currentVersion(): number {
    return this.version;
  }

  change(form: ReadingForm): void {
    this.wanted = form;
    if (this.state.kind === "conflict" || this.state.kind === "refused") {
      this.options.keep(form, this.version);
      return;
    }
    if (sameForm(form, this.saved) && !this.underway) {
      clearTimeout(this.timer);
      this.options.forget();
      if (this.state.kind === "unsaved" || this.state.kind === "offline") this.set({ kind: "clean" });
      return;
    }
    const kept = this.options.keep(form, this.version);
    if (this.state.kind === "offline") this.set({ kind: "offline", kept });
    else this.set({ kind: "unsaved" });
    this.schedule(this.options.pauseMs ?? 800);
  }

  /** The network is back, or the page is about to go: save now what is not saved. */
  flush(): void {
    if (this.state.kind === "unsaved" || this.state.kind === "offline") this.schedule(0);
  }

  /** While signing: no draft follows the signature. */
  hold(on: boolean): void {
    this.held = on;
    if (on) clearTimeout(this.timer);
    else if (!sameForm(this.wanted, this.saved)) this.change(this.wanted);
  }

  /** After a conflict was looked at: goes on from the server's version, saving `form` if it differs from `theirs`. */
  goOn(version: number, theirs: ReadingForm, form: ReadingForm): void {
    this.version = version;
    this.saved = theirs;
    this.failures = 0;
    this.held = false;
    this.set({ kind: "clean" });
    this.change(form);
  }

  start(): void {
    this.closed = false;
  }

  /** The form goes away: what is not saved yet is sent at once, and nothing is tried again. */
  close(): void {
    clearTimeout(this.timer);
    this.closed = true;
    if (this.state.kind === "unsaved" && !this.held) void this.save();
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    if (!this.held && !this.closed) this.timer = setTimeout(() => void this.save(), ms);
  }

  private async save(): Promise<void> {
    if (this.underway || this.held) return;
    this.underway = true;
    const form = this.wanted;
    const before = this.state;
    if (before.kind !== "offline") this.set({ kind: "saving" });
    const outcome = await this.options.send(form, this.version).catch((): Outcome => ({ kind: "offline" }));
    this.underway = false;
    this.settle(form, outcome);
  }

  private settle(form: ReadingForm, outcome: Outcome): void {
    if (outcome.kind === "saved") {
      this.version = outcome.version;
      this.saved = form;
      this.failures = 0;
      if (sameForm(this.wanted, form)) {
        this.options.forget();
        this.set({ kind: "saved", at: outcome.at });
      } else if (this.closed) {
        void this.save();
      } else {
        this.options.keep(this.wanted, this.version);
        this.set({ kind: "unsaved" });
        this.schedule(this.options.pauseMs ?? 800);
      }
      return;
    }
    const kept = this.options.keep(this.wanted, this.version);
    if (outcome.kind === "offline") {
      this.set({ kind: "offline", kept });
      const pauses = this.options.retryMs ?? RETRY_MS;
      this.schedule(pauses[Math.min(this.failures, pauses.length - 1)] ?? 2000);
      this.failures += 1;
    } else this.set(outcome);
  }

  private set(state: DraftState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

/** The draft's state in words, for `now` in ms. */
export function draftWords(state: DraftState, now: number): string {
  switch (state.kind) {
    case "clean":
      return "";
    case "unsaved":
    case "saving":
      return "saving…";
    case "saved":
      return `saved ${ago(now - state.at)}`;
    case "offline":
      return state.kept ? "offline, kept on this computer" : "offline, not saved: leave this page open";
    case "conflict":
      return "someone else changed this: compare";
    case "refused":
      return `not saved: ${state.why}`;
  }
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`;
}
