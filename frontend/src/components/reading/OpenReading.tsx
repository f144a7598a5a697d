import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { idempotencyKey } from "../../api/client";
import { keys } from "../../api/keys";
import { useDefer, useSign } from "../../api/queries/reading";
import type { Assignment, SignBody } from "../../api/reading-types";
import { READING_COMMANDS } from "../../commands/reading";
import { draftCopies } from "../../state/draft-copy";
import { asksControl, checkForm, type InternalControl, type ReadingForm } from "../../state/reading-form";
import { useCommands } from "../commands/CommandProvider";
import { DeskMenu } from "./DeskMenu";
import { digitEffect } from "./digit";
import { DraftConflict, DraftLine } from "./DraftLine";
import { focusField } from "./fields";
import { counted } from "./ki67-count";
import classes from "./reading.module.css";
import type { ReadingDesk } from "./reading-desk";
import { ScoreForm } from "./ScoreForm";
import { scoreWords } from "./ScoreView";
import { SignBar } from "./SignBar";
import { useDigits } from "./use-digits";
import type { Draft } from "./use-draft";
import { useSigning } from "./use-signing";

const CONTROLS: readonly InternalControl[] = ["present", "absent", "not_seen"];

export interface OpenReadingProps {
  assignment: Assignment;
  person: string;
  desk: ReadingDesk;
  form: ReadingForm;
  onChange: (change: Partial<ReadingForm>) => void;
  /** Null for a revised reading, which has no draft. */
  draft: Draft | null;
  children?: React.ReactNode;
}

/** The form while it is open: keys, digits, draft and signature. */
export function OpenReading({ assignment, person, desk, form, onChange, draft, children }: OpenReadingProps) {
  const root = useRef<HTMLDivElement>(null);
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const { scheme, marker } = assignment;
  const revised = draft === null;
  const signing = useReadingSignature({ assignment, person, desk, form, draft, setProblems, root });
  const defer = useDefer(assignment.id);
  const counts = useRef<boolean[]>([]);
  const change = (part: Partial<ReadingForm>): void => {
    setProblems({});
    onChange(part);
  };
  const setAside = (): void => {
    if (revised || defer.isPending) return;
    defer.mutate(undefined, { onSuccess: () => desk.next?.() });
  };
  useDigits((digit) => {
    if (signing.confirmed !== null) return false;
    const effect = digitEffect(form, scheme, digit, Object.keys(assignment.reasons), assignment.her2_sentences);
    if (effect === null) return false;
    if (scheme === "ki-67" && form.scoreable) counts.current.push(digit === "1");
    // At once, not with the next frame: a second digit typed quickly belongs to the same field.
    flushSync(() => change(effect.change));
    if (effect.focus !== null) focusAtEnd(root.current, effect.focus);
    return true;
  });
  useCommands(READING_COMMANDS, {
    scheme,
    marker,
    isOpen: signing.confirmed === null,
    isScoreable: form.scoreable,
    asksControl: asksControl(form, scheme, marker),
    hasNext: desk.next !== null,
    hasPrevious: desk.previous !== null,
    sign: signing.submit,
    focusInput: (name) => void focusField(root.current, name),
    toggleScoreable: () => change(form.scoreable ? { scoreable: false } : { scoreable: true, reason: "" }),
    focusComment: () => void focusField(root.current, "comment"),
    defer: setAside,
    next: () => desk.next?.(),
    previous: () => desk.previous?.(),
    nextControl: () => change({ internalControl: CONTROLS[(CONTROLS.indexOf(form.internalControl) + 1) % CONTROLS.length] ?? "present" }),
    undoCount: () => {
      const last = counts.current.pop();
      if (last !== undefined) change({ inputs: { ...form.inputs, ...counted(form.inputs, last, -1) } });
    },
    showReference: desk.showReference,
    fit: desk.fit,
  });
  const fieldKeys = {
    focusInput: (name: string) => void focusField(root.current, name),
    leave: desk.leave,
    ...(desk.arrow ? { arrow: desk.arrow } : {}),
  };
  return (
    <>
      <div className={classes.scroll} ref={root}>
        {children}
        {draft?.conflict && <DraftConflict mine={form} conflict={draft.conflict} onKeep={draft.resolve} />}
        <ScoreForm assignment={assignment} form={form} onChange={change} problems={problems} keys={fieldKeys} />
      </div>
      <div className={classes.foot}>
        {draft !== null && (
          <div style={{ display: "flex", alignItems: "center", justifyContent: "space-between", minHeight: 30, marginBottom: 4 }}>
            {signing.confirmed === null ? <DraftLine saver={draft.saver} /> : <span />}
            <DeskMenu assignment={assignment} onDefer={setAside} onAway={() => desk.next?.()} />
          </div>
        )}
        <SignBar signing={signing} label={revised ? "Sign the revised reading" : desk.next === null ? "Sign" : "Sign and next"} />
      </div>
    </>
  );
}

function useReadingSignature({ assignment, person, desk, form, draft, setProblems, root }: {
  assignment: Assignment;
  person: string;
  desk: ReadingDesk;
  form: ReadingForm;
  draft: Draft | null;
  setProblems: (problems: Readonly<Record<string, string>>) => void;
  root: RefObject<HTMLDivElement | null>;
}) {
  const client = useQueryClient();
  const sign = useSign(assignment.id);
  const [key] = useState(idempotencyKey);
  const [wrong, setWrong] = useState<{ first: string } | null>(null);
  // After the problems are shown: a field that only now appears can then take the keyboard.
  useEffect(() => {
    if (wrong !== null) focusField(root.current, wrong.first);
  }, [wrong, root]);
  const tell = (problems: Readonly<Record<string, string>>): void => {
    setProblems(problems);
    const [first] = Object.keys(problems);
    if (first !== undefined) setWrong({ first });
  };
  return useSigning({
    needsPassword: assignment.needs_password,
    prepare: () => {
      if (draft?.conflict) {
        tell({ comment: "First choose one of the two versions above." });
        return null;
      }
      const checked = checkForm(form, assignment.scheme, assignment.marker);
      if ("problems" in checked) {
        tell(checked.problems);
        return null;
      }
      const details = {
        ...desk.details(),
        ...(form.confidence === "" ? {} : { confidence: form.confidence }),
        ...(form.internalControl === "" || !asksControl(form, assignment.scheme, assignment.marker) ? {} : { internal_control: form.internalControl }),
      };
      draft?.saver.hold(true);
      return { ...checked.body, details };
    },
    send: (body) => sign.mutateAsync({ body: body as SignBody, key, revised: draft === null }),
    words: (reading) => `Signed · ${scoreWords(reading, reading.scheme, assignment.reasons)}`,
    onSigned: () => {
      draftCopies.drop(person, assignment.id);
      desk.prepareNext();
    },
    onDone: desk.onSigned,
    onRefused: (error) => {
      draft?.saver.hold(false);
      if (error.status === 409) void client.invalidateQueries({ queryKey: keys.assignment(assignment.id) });
      tell(Object.fromEntries(Object.entries(error.fields).map(([name, said]) => [name, said.join(" ")])));
    },
  });
}

/** The field takes what is typed next behind the digit that is there. */
function focusAtEnd(root: HTMLElement | null, name: string): void {
  if (!focusField(root, name)) return;
  const input = document.activeElement;
  if (input instanceof HTMLInputElement && input.type === "text") input.setSelectionRange(input.value.length, input.value.length);
}
