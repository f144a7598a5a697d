import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { Route, Routes } from "react-router";
import { describe, expect, it } from "vitest";
import type { Comparison, ShownReading } from "../../src/api/comparison-types";
import { AdjudicatorPage } from "../../src/pages/comparisons/AdjudicatorPage";
import { ComparisonPage } from "../../src/pages/comparisons/ComparisonPage";
import { ComparisonsPage } from "../../src/pages/comparisons/ComparisonsPage";
import { type Routes as Answers, serve, show } from "../render";

const reading = (change: Partial<ShownReading> = {}): ShownReading => ({
  id: "r1", who: "Reader A", name: null, is_mine: true, purpose: "primary", series: 1, stage: "unaided", scoreable: true, reason: "",
  inputs: { weak: "20", moderate: "35", strong: "15" }, value: 135, category: "positive", rule: "", comment: "", signed_at: "2026-08-20T09:00:00Z", amendments: [], ...change,
});
const COMPARISON: Comparison = {
  specimen: "sp1", case: "0217", case_id: "c1", slide: "sl1", slide_name: "ER 1", place: "C7", marker: "ER", scheme: "h-score",
  readings: [reading(), reading({ id: "r2", who: "Reader B", is_mine: false, value: 150, comment: "Patchy." })],
  algorithms: [{ run: "run1", name: "RAM-CNN", version: "1", preset: "default", scheme: "h-score", value: 141, category: "positive", scoreable: true, reason: "", percentages: null, finished_at: null }],
  mean: { value: 142.5, category: "positive", inputs: {} }, difference: 15, tolerance: 40, discordant: false,
  with_algorithm: { run: "run1", value: 142, category: "", inputs: {}, weights: { readers: 1, algorithm: 1 }, label: "Average of 2 readers (weight 1 each) and RAM-CNN 1 (weight 1)" },
  consensus: { kind: "mean", scoreable: true, reason: "", value: 142.5, category: "positive", inputs: { weak: "22", moderate: "35", strong: "16" }, rule: "mean of 2 readings", rule_version: "consensus-1", made_at: "2026-08-20T10:00:00Z" },
  history: [{ at: "2026-08-20T09:00:00Z", what: "signed", who: "Reader A" }, { at: "2026-08-20T10:00:00Z", what: "consensus", who: "" }],
};
const HIDDEN: [number, unknown] = [404, { detail: "There is no such thing, or you may not know of it." }];

function open(answers: Answers) {
  const asked = serve(answers);
  show(<Routes><Route path="/comparisons/:specimenId" element={<ComparisonPage />} /></Routes>, "/comparisons/sp1");
  return asked;
}
const columns = (): string[] => within(screen.getByRole("table")).getAllByRole("columnheader").map((header) => header.textContent ?? "");

describe("a comparison", () => {
  it("is shown only after the act of looking, which is a POST", async () => {
    const asked = open({ "GET /api/comparisons/sp1": () => HIDDEN, "POST /api/comparisons/sp1/reveal": () => [200, COMPARISON], "GET /api/comparisons": () => HIDDEN });
    const button = await screen.findByRole("button", { name: "Show the readings" });
    expect(screen.getByText(/This is recorded for good/)).toBeTruthy();
    expect(screen.queryByText("135")).toBeNull();
    expect(asked.filter((call) => call.method === "POST")).toEqual([]);
    fireEvent.click(button);
    expect(await screen.findByText("135")).toBeTruthy();
    expect(asked.filter((call) => call.method === "POST").map((call) => call.path)).toEqual(["/api/comparisons/sp1/reveal"]);
  });

  it("puts readers, algorithm and decision beside each other, the algorithm labelled", async () => {
    open({ "GET /api/comparisons/sp1": () => [200, COMPARISON] });
    await screen.findByText("135");
    expect(columns()).toEqual(["Reader Ayour reading", "Reader Bwithout the algorithm", "RAM-CNNalgorithm, version 1 · default", "ConsensusMean of the readings"]);
    expect(screen.getByText("|Δ| 15 ≤ 40")).toBeTruthy();
    expect(screen.getByText("Category: same")).toBeTruthy();
    expect(screen.getByText(/RAM-CNN 1 \(weight 1\)\. Never part of the consensus/)).toBeTruthy();
    expect(screen.getByText(/Decided: 142\.5, positive\. Mean of 2 readings\. Rule version consensus-1\./)).toBeTruthy();
    expect(screen.getByText("“Patchy.”")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Overlay on the slide" }).getAttribute("href")).toBe("/slides/sl1?specimen=sp1&run=run1");
    expect(screen.getAllByRole("img", { name: "negative 30 %, weak 20 %, moderate 35 %, strong 15 %" })).toHaveLength(2);
    expect(screen.getByText("Reader A signed the reading")).toBeTruthy();
  });

  it("says names only where the server sends them", async () => {
    open({ "GET /api/comparisons/sp1": () => [200, { ...COMPARISON, readings: COMPARISON.readings.map((one) => ({ ...one, is_mine: false, name: `Dr ${one.who}` })) }] });
    await screen.findByText("135");
    expect(columns()[0]).toBe("Reader ADr Reader A");
  });

  it("keeps an amendment beside the reading it corrects, and says when it does not count", async () => {
    const amendment = { number: 1, counts: false, why: "Misread the edge", scoreable: true, reason: "", inputs: {}, value: 120, category: "positive", rule: "", comment: "", signed_at: "2026-08-21T09:00:00Z" };
    open({ "GET /api/comparisons/sp1": () => [200, { ...COMPARISON, readings: [reading({ amendments: [amendment] })] }] });
    expect(await screen.findByText("Amended to 120, positive")).toBeTruthy();
    expect(screen.getByText(/does not count/)).toBeTruthy();
    expect(screen.getByText("135")).toBeTruthy();
  });

  it("that is not to be looked at yet can be unblinded by an administrator, with a reason", async () => {
    const asked = open({
      "GET /api/comparisons/sp1": () => HIDDEN,
      "POST /api/comparisons/sp1/reveal": () => [409, { detail: "This specimen is still being read." }],
      "POST /api/comparisons/sp1/unblind": () => [200, COMPARISON],
    });
    fireEvent.click(await screen.findByRole("button", { name: "Show the readings" }));
    fireEvent.click(await screen.findByRole("button", { name: "Unblind this specimen" }));
    fireEvent.change(screen.getByLabelText("Why it has to be now"), { target: { value: "Patient asks" } });
    fireEvent.click(screen.getByRole("button", { name: "Unblind and look" }));
    await waitFor(() => expect(asked.find((call) => call.path.endsWith("/unblind"))?.body).toEqual({ reason: "Patient asks" }));
  });

  it("that does not exist for this person offers nothing of the kind", async () => {
    open({ "GET /api/comparisons/sp1": () => HIDDEN, "POST /api/comparisons/sp1/reveal": () => HIDDEN });
    fireEvent.click(await screen.findByRole("button", { name: "Show the readings" }));
    expect(await screen.findByRole("alert")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Unblind this specimen" })).toBeNull();
  });
});

describe("the adjudicator's view", () => {
  it("shows the readings that disagree, no algorithm and no decision", async () => {
    serve({ "POST /api/assignments/a1/readings/reveal": () => [200, { ...COMPARISON, discordant: true, consensus: null }] });
    show(<Routes><Route path="/adjudications/:assignmentId/readings" element={<AdjudicatorPage />} /></Routes>, "/adjudications/a1/readings");
    fireEvent.click(screen.getByRole("button", { name: "Show the readings" }));
    expect(await screen.findByText("135")).toBeTruthy();
    expect(columns().map((text) => text.slice(0, 8))).toEqual(["Reader A", "Reader B"]);
  });
});

describe("the list of comparisons", () => {
  it("holds states and no scores, and marks what is not to be looked at yet", async () => {
    const row = { specimen: "sp1", study: "s1", case: "0217", marker: "ER", slide: "sl1", slide_name: "ER 1", place: "C7", state: "discordant", can_reveal: false, decided_at: null };
    const asked = serve({ "GET /api/comparisons": () => [200, { count: 1, next: null, previous: null, results: [row] }], "GET /api/studies": () => [200, { count: 0, next: null, previous: null, results: [] }] });
    show(<ComparisonsPage />, "/comparisons?state=discordant");
    expect((await screen.findByRole("link", { name: "0217" })).getAttribute("href")).toBe("/comparisons/sp1");
    expect(screen.getByLabelText("Not to be looked at yet")).toBeTruthy();
    expect(asked.find((call) => call.path === "/api/comparisons")?.search).toBe("?state=discordant&page=1");
  });
});
