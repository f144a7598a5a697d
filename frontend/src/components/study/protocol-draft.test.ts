import { describe, expect, it } from "vitest";
import type { ProtocolVersion } from "../../api/administration";
import { changeOf, draftOf, problemsOf, schemesWithTolerance, withUsualMarkers } from "./protocol-draft";

export const PROTOCOL: ProtocolVersion = {
  version: 3,
  readers_per_specimen: 2,
  mode: "independent",
  reveal_to_readers: "after_all_readings",
  marker_schemes: { ER: "h-score" },
  algorithms: ["nnp@1"],
  frozen: true,
  tolerances: { "h-score": "40", allred: "1", "ki-67": "10" },
  readings_shown_to_adjudicator: false,
  algorithm_weight: "1.00",
  design: "balanced",
  workload_cap: null,
  reading_days: 14,
  qa_share: "0.050",
  re_read_series: 0,
  re_reads_turned: false,
  washout_days: 14,
  qualification_share: "0.000",
  core_rule: "mean",
};

describe("a protocol's draft", () => {
  it("holds nothing new until something is changed, however the server writes its decimals", () => {
    expect(changeOf(draftOf(PROTOCOL), PROTOCOL)).toBeNull();
    expect(draftOf(PROTOCOL).qaPercent).toBe(5);
  });

  it("names only what changed, shares as parts of one and an emptied cap as none", () => {
    const draft = { ...draftOf({ ...PROTOCOL, workload_cap: 40 }), qaPercent: 12.5, cap: "" };
    expect(changeOf(draft, { ...PROTOCOL, workload_cap: 40 })).toEqual({ qa_share: "0.125", workload_cap: null });
  });

  it("sends all tolerances together, as decimal text", () => {
    const draft = draftOf(PROTOCOL);
    const change = changeOf({ ...draft, tolerances: { ...draft.tolerances, "h-score": 30 } }, PROTOCOL);
    expect(change).toEqual({ tolerances: { "h-score": "30", allred: "1", "ki-67": "10" } });
  });

  it("brings all five markers by their usual schemes and keeps what was chosen before", () => {
    const draft = withUsualMarkers({ ...draftOf(PROTOCOL), schemes: { ER: "allred" } });
    expect(draft.schemes).toEqual({ ER: "allred", PR: "h-score", p53: "h-score", HER2: "her2-ihc", "Ki-67": "ki-67" });
    expect(schemesWithTolerance(draft)).toEqual(["h-score", "allred", "ki-67"]);
  });
});

describe("a draft's problems", () => {
  it("are said at the fields, and there are none in what the server gave", () => {
    const draft = draftOf(PROTOCOL);
    expect(problemsOf(draft)).toEqual({});
    expect(Object.keys(problemsOf({ ...draft, readers: 6, qaPercent: 101, washoutDays: 1.5, tolerances: { "h-score": 301 } }))).toEqual([
      "readers_per_specimen",
      "tolerances.h-score",
      "qa_share",
      "washout_days",
    ]);
  });

  it("re-reads that would be shown the first results are one", () => {
    const draft = { ...draftOf(PROTOCOL), reReads: 1 };
    expect(problemsOf(draft).reveal_to_readers).toMatch(/re-reads/);
    expect(problemsOf({ ...draft, reveal: "never" })).toEqual({});
  });

  it("an empty field is no zero", () => {
    expect(problemsOf({ ...draftOf(PROTOCOL), readers: "" }).readers_per_specimen).toBeTruthy();
    expect(problemsOf({ ...draftOf(PROTOCOL), qaPercent: "" }).qa_share).toBeTruthy();
  });
});
