import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { ApiError } from "../../api/client";
import { keys } from "../../api/keys";
import { fetchAssignment, saveDraft } from "../../api/queries/reading";
import { markInOrder } from "../../api/queries/worklist";
import type { Assignment } from "../../api/reading-types";
import { draftCopies } from "../../state/draft-copy";
import { DraftSaver, type Outcome } from "../../state/draft-saver";
import { formFromDraft, isEmptyForm, type ReadingForm, sameForm } from "../../state/reading-form";
import type { Conflict } from "./DraftLine";

export interface Draft {
  form: ReadingForm;
  change: (change: Partial<ReadingForm>) => void;
  saver: DraftSaver;
  /** Another window saved meanwhile: what it holds. */
  conflict: Conflict | null;
  resolve: (form: ReadingForm) => void;
}

/** The form of one assignment, saved by itself. Give the component a key of the assignment: it begins only once. */
export function useDraft(assignment: Assignment, person: string): Draft {
  const client = useQueryClient();
  const { id } = assignment;
  const [begin] = useState(() => beginning(assignment, person));
  const [form, setForm] = useState(begin.form);
  const [conflict, setConflict] = useState<Conflict | null>(begin.conflict);
  const [saver] = useState(
    () =>
      new DraftSaver({
        version: assignment.version,
        saved: begin.theirs,
        send: async (wanted, version) => {
          const draft = isEmptyForm(wanted) ? {} : wanted;
          const outcome = await sent(id, draft, version);
          if (outcome.kind === "saved") {
            if (assignment.state !== "deferred") markInOrder(client, id, isEmptyForm(wanted) ? "to_read" : "draft");
            // The form is shown from here when the reader comes back to it.
            client.setQueryData<Assignment>(keys.assignment(id), (old) =>
              old ? { ...old, draft, version: outcome.version, saved_at: new Date(outcome.at).toISOString() } : old,
            );
          }
          return outcome;
        },
        keep: (wanted, version) => draftCopies.keep(person, id, { version, form: wanted, at: new Date().toISOString() }),
        forget: () => draftCopies.drop(person, id),
      }),
  );
  useEffect(() => {
    saver.start();
    if (begin.conflict !== null) saver.hold(true);
    else if (!sameForm(begin.form, begin.theirs)) saver.change(begin.form);
    const now = (): void => saver.flush();
    window.addEventListener("online", now);
    window.addEventListener("pagehide", now);
    return () => {
      window.removeEventListener("online", now);
      window.removeEventListener("pagehide", now);
      saver.close();
    };
  }, [saver, begin]);

  const { kind } = useSyncExternalStore(saver.subscribe, saver.get);
  useEffect(() => {
    if (kind !== "conflict") return;
    fetchAssignment(client, id).then(
      (found) => {
        if (found.reading === null) setConflict({ theirs: formFromDraft(found.draft), version: found.version });
      },
      () => {},
    );
  }, [kind, client, id]);

  const change = useCallback(
    (part: Partial<ReadingForm>) =>
      setForm((old) => {
        const next = { ...old, ...part };
        // Not while rendering: the saver tells others.
        queueMicrotask(() => saver.change(next));
        return next;
      }),
    [saver],
  );
  const resolve = useCallback(
    (chosen: ReadingForm) => {
      if (conflict === null) return;
      setConflict(null);
      setForm(chosen);
      saver.goOn(conflict.version, conflict.theirs, chosen);
    },
    [conflict, saver],
  );
  return { form, change, saver, conflict, resolve };
}

/** The server's draft, or the copy of this computer where it is newer; both where somebody else went on from there. */
function beginning(assignment: Assignment, person: string): { form: ReadingForm; theirs: ReadingForm; conflict: Conflict | null } {
  const theirs = formFromDraft(assignment.draft);
  const kept = draftCopies.find(person, assignment.id);
  if (kept === null || sameForm(kept.form, theirs)) return { form: theirs, theirs, conflict: null };
  const conflict = kept.version === assignment.version ? null : { theirs, version: assignment.version };
  return { form: kept.form, theirs, conflict };
}

async function sent(id: string, draft: object, version: number): Promise<Outcome> {
  try {
    const saved = await saveDraft(id, draft, version);
    return { kind: "saved", version: saved.version, at: Date.now() };
  } catch (error) {
    if (!(error instanceof ApiError) || error.mayRetry) return { kind: "offline" };
    return error.status === 412 ? { kind: "conflict" } : { kind: "refused", why: error.detail };
  }
}
