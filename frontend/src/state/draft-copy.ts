/**
 * The copy of a draft on this computer, for when the server cannot be reached. Bound to person, assignment and version;
 * wiped after signing and at sign-out, and another person's as soon as somebody else signs in.
 */

import { formFromDraft, type ReadingForm } from "./reading-form";

const PREFIX = "duoscope.draft.";

export interface LocalDraft {
  /** The server's version that it was built on. */
  readonly version: number;
  readonly form: ReadingForm;
  /** ISO time of the last change. */
  readonly at: string;
}

export class DraftCopies {
  constructor(private readonly storage: () => Storage) {}

  /** False where the browser keeps nothing (private window, full disk). */
  keep(person: string, assignment: string, draft: LocalDraft): boolean {
    try {
      this.storage().setItem(keyOf(person, assignment), JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  }

  find(person: string, assignment: string): LocalDraft | null {
    try {
      const kept = JSON.parse(this.storage().getItem(keyOf(person, assignment)) ?? "null") as Partial<LocalDraft> | null;
      if (kept === null || typeof kept.version !== "number") return null;
      return { version: kept.version, form: formFromDraft(kept.form), at: typeof kept.at === "string" ? kept.at : "" };
    } catch {
      return null;
    }
  }

  drop(person: string, assignment: string): void {
    this.remove((key) => key === keyOf(person, assignment));
  }

  /** At sign-out: nothing of anybody stays on this computer. */
  wipe(): void {
    this.remove(() => true);
  }

  /** At sign-in: what somebody else left is gone. */
  wipeOthers(person: string): void {
    this.remove((key) => !key.startsWith(`${PREFIX}${person}.`));
  }

  private remove(which: (key: string) => boolean): void {
    try {
      const storage = this.storage();
      const held = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
      for (const key of held.filter((one) => one.startsWith(PREFIX) && which(one))) storage.removeItem(key);
    } catch {
      // What could not be kept need not be removed.
    }
  }
}

const keyOf = (person: string, assignment: string): string => `${PREFIX}${person}.${assignment}`;

export const draftCopies = new DraftCopies(() => window.localStorage);
