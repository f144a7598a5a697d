import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DraftCopies } from "../../src/state/draft-copy";
import { DraftSaver, draftWords, type Outcome, type SaverOptions } from "../../src/state/draft-saver";
import { EMPTY_FORM, type ReadingForm } from "../../src/state/reading-form";

const weak = (text: string): ReadingForm => ({ ...EMPTY_FORM, inputs: { weak: text } });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function make(answers: Outcome[] | ((form: ReadingForm, version: number) => Promise<Outcome>), more: Partial<SaverOptions> = {}) {
  const sent: [string, number][] = [];
  const kept: [string, number][] = [];
  const forget = vi.fn();
  const saver = new DraftSaver({
    version: 1,
    saved: EMPTY_FORM,
    send: (form, version) => {
      sent.push([form.inputs.weak ?? "", version]);
      return typeof answers === "function" ? answers(form, version) : Promise.resolve(answers.shift() ?? { kind: "offline" });
    },
    keep: (form, version) => {
      kept.push([form.inputs.weak ?? "", version]);
      return true;
    },
    forget,
    ...more,
  });
  return { saver, sent, kept, forget };
}

describe("autosave", () => {
  it("waits until typing pauses, and builds on the version it got back", async () => {
    const { saver, sent } = make([{ kind: "saved", version: 2, at: 0 }, { kind: "saved", version: 3, at: 0 }]);
    saver.change(weak("2"));
    await vi.advanceTimersByTimeAsync(500);
    saver.change(weak("20"));
    await vi.advanceTimersByTimeAsync(799);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    saver.change(weak("25"));
    await vi.advanceTimersByTimeAsync(800);
    expect(sent).toEqual([["20", 1], ["25", 2]]);
    expect(saver.get().kind).toBe("saved");
  });

  it("sends one request at a time; what changed meanwhile follows", async () => {
    const answers: ((outcome: Outcome) => void)[] = [];
    const { saver, sent } = make(() => new Promise((resolve) => answers.push(resolve)));
    saver.change(weak("2"));
    await vi.advanceTimersByTimeAsync(800);
    saver.change(weak("20"));
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toEqual([["2", 1]]);
    answers[0]?.({ kind: "saved", version: 2, at: 0 });
    await vi.advanceTimersByTimeAsync(800);
    expect(sent).toEqual([["2", 1], ["20", 2]]);
  });

  it("keeps a copy on this computer while the server is away, and tries again by itself", async () => {
    const { saver, sent, kept, forget } = make([{ kind: "offline" }, { kind: "offline" }, { kind: "saved", version: 2, at: 5 }]);
    saver.change(weak("20"));
    await vi.advanceTimersByTimeAsync(800);
    expect(draftWords(saver.get(), 0)).toBe("offline, kept on this computer");
    expect(kept.at(-1)).toEqual(["20", 1]);
    await vi.advanceTimersByTimeAsync(2000 + 4000);
    expect(sent.length).toBe(3);
    expect(saver.get()).toEqual({ kind: "saved", at: 5 });
    expect(forget).toHaveBeenCalled();
  });

  it("overwrites nobody: after a conflict nothing is sent until it was compared", async () => {
    const { saver, sent } = make([{ kind: "conflict" }, { kind: "saved", version: 8, at: 0 }]);
    saver.change(weak("20"));
    await vi.advanceTimersByTimeAsync(800);
    expect(draftWords(saver.get(), 0)).toBe("someone else changed this: compare");
    saver.change(weak("21"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent.length).toBe(1);
    saver.goOn(7, weak("99"), weak("21"));
    await vi.advanceTimersByTimeAsync(800);
    expect(sent.at(-1)).toEqual(["21", 7]);
  });

  it("sends nothing while the reading is being signed", async () => {
    const { saver, sent } = make([{ kind: "saved", version: 2, at: 0 }]);
    saver.change(weak("20"));
    saver.hold(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toEqual([]);
    saver.hold(false);
    await vi.advanceTimersByTimeAsync(800);
    expect(sent).toEqual([["20", 1]]);
  });

  it("going to the next specimen sends what is not saved yet, once", async () => {
    const { saver, sent } = make([{ kind: "offline" }]);
    saver.change(weak("20"));
    saver.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([["20", 1]]);
  });

  it("typed and taken back is nothing to save", async () => {
    const { saver, sent } = make([]);
    saver.change(weak("2"));
    saver.change(EMPTY_FORM);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toEqual([]);
    expect(draftWords(saver.get(), 0)).toBe("");
  });

  it("says when it was saved", () => {
    expect([2000, 59_000, 120_000, 7_200_000].map((now) => draftWords({ kind: "saved", at: 0 }, now))).toEqual([
      "saved 2 s ago", "saved 59 s ago", "saved 2 min ago", "saved 2 h ago",
    ]);
  });
});

describe("the copy on this computer", () => {
  const copies = new DraftCopies(() => window.localStorage);
  const copy = { version: 3, form: weak("20"), at: "2026-01-01T00:00:00Z" };

  it("is of one person and one assignment", () => {
    copies.keep("ann", "a1", copy);
    expect(copies.find("ann", "a1")).toEqual(copy);
    expect([copies.find("ann", "a2"), copies.find("bob", "a1")]).toEqual([null, null]);
  });

  it("goes after signing, at sign-out, and when somebody else signs in", () => {
    copies.keep("ann", "a1", copy);
    copies.keep("ann", "a2", copy);
    copies.keep("bob", "a1", copy);
    copies.drop("ann", "a1");
    expect([copies.find("ann", "a1"), copies.find("ann", "a2")]).toEqual([null, copy]);
    copies.wipeOthers("bob");
    expect([copies.find("ann", "a2"), copies.find("bob", "a1")]).toEqual([null, copy]);
    window.localStorage.setItem("duoscope.preferences", "{}");
    copies.wipe();
    expect(Object.keys(window.localStorage)).toEqual(["duoscope.preferences"]);
  });

  it("says so where the browser keeps nothing, and does not break on what it cannot read", () => {
    const none = new DraftCopies(() => {
      throw new Error("forbidden");
    });
    expect(none.keep("ann", "a1", copy)).toBe(false);
    expect(none.find("ann", "a1")).toBeNull();
    window.localStorage.setItem("duoscope.draft.ann.a1", "{half");
    expect(copies.find("ann", "a1")).toBeNull();
  });
});
