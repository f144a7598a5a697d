import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { ModelCard, Result, Run, SlideSpecimen } from "../../src/api/types";
import { classPercentages, provenanceRows, ruleText, valueText } from "../../src/components/runs/result-words";
import { ResultView } from "../../src/components/runs/ResultView";
import { RunDetail } from "../../src/components/runs/RunDetail";
import { percentDone, phaseWords } from "../../src/components/runs/RunProgress";
import { batchWords } from "../../src/components/runs/BatchProgress";
import { defaultMethod, unsuitable } from "../../src/components/runs/methods";
import { StartRun, type StartRunProps } from "../../src/components/runs/StartRun";
import { cards, notScoreable, result, runs } from "../mock/fixtures.mjs";
import { serve, show } from "../render";

const found = result("r1") as Result;
const done = runs[1] as Run;
const running = runs[0] as Run;

describe("the result", () => {
  it("shows the number, the category with its rule, and every class with percentage and count", () => {
    show(<ResultView result={found} />);
    expect(screen.getByTestId("score").textContent).toBe("213.4");
    expect(screen.getByText("positive")).toBeTruthy();
    expect(screen.getByText(/ER ≥ 1 % is positive/)).toBeTruthy();
    const rows = within(screen.getByRole("table")).getAllByRole("row").slice(1);
    expect(rows.map((row) => within(row).getAllByRole("cell").map((cell) => cell.textContent))).toEqual([
      ["11.8", "914"],
      ["15.7", "1\u202f210"],
      ["32.1", "2\u202f480"],
      ["40.4", "3\u202f120"],
      ["100", "7\u202f724"],
    ]);
    expect(screen.getByRole("img").getAttribute("aria-label")).toBe("Share of the classes: negative 11.8 %, weak 15.7 %, moderate 32.1 %, strong 40.4 %");
  });

  it("says that it is for research, and offers the three files", () => {
    show(<ResultView result={found} />);
    expect(screen.getByText(/Research use only: not for diagnosis/)).toBeTruthy();
    const links = within(screen.getByRole("group", { name: "Download the result" })).getAllByRole("link");
    expect(links.map((link) => link.getAttribute("href"))).toEqual(["json", "csv", "geojson"].map((form) => `/api/results/r1/export?as=${form}`));
  });

  it("folds where it comes from, and unfolds it", () => {
    show(<ResultView result={found} />);
    const fold = screen.getByRole("button", { name: "Where this comes from" });
    expect(fold.getAttribute("aria-expanded")).toBe("false");
    fireEvent.click(fold);
    expect(fold.getAttribute("aria-expanded")).toBe("true");
    expect(screen.getByText("no weights: a rule-based method")).toBeTruthy();
  });

  it("gives a reason and no number where nothing could be scored", () => {
    show(<ResultView result={notScoreable("r2") as Result} />);
    expect(screen.getByText("Not scoreable")).toBeTruthy();
    expect(screen.getByText(/lies outside the nuclei/)).toBeTruthy();
    expect(screen.queryByTestId("score")).toBeNull();
    expect(screen.queryByRole("img")).toBeNull();
  });
});

describe("the result of a network", () => {
  const network: Result = {
    ...found,
    percentages: null,
    provenance: {
      ...found.provenance,
      weights_sha256: "3f9ac2d41b77".padEnd(64, "0"),
      tumour_fraction: 0.42,
      qc: { flags: [{ code: "blur", severity: "review", message: "A fifth of the tissue is out of focus." }, { code: "fold", severity: "refuse", message: "Folded." }] },
      windows: [{ h_score: 201.2, tumour_nuclei: 812 }, { h_score: null, tumour_nuclei: 3 }],
    },
  };

  it("says that it was trained on synthetic tissue, and gives no percentages it does not have", () => {
    show(<ResultView result={network} />);
    expect(screen.getByText("Trained on synthetic tissue. Research use only.")).toBeTruthy();
    expect(screen.getByText(/not given by an end-to-end network/)).toBeTruthy();
    expect(screen.queryByRole("img", { name: /Share of the classes/ })).toBeNull();
    const cells = within(screen.getByRole("table", { name: "Nuclei by class" })).getAllByRole("row").slice(1).map((row) => within(row).getAllByRole("cell")[0]?.textContent);
    expect(new Set(cells)).toEqual(new Set(["—"]));
  });

  it("shows the tumour against 15 %, and what quality control says in sentences", () => {
    show(<ResultView result={network} />);
    expect(screen.getByText(/Tumour: 42 % of the tissue/)).toBeTruthy();
    const quality = screen.getByRole("region", { name: "Quality" });
    expect(quality.textContent).toMatch(/For review: A fifth of the tissue is out of focus\..*Refused: Folded\./);
  });

  it("folds its windows and the digest of its weights", () => {
    show(<ResultView result={network} />);
    const rows = within(screen.getByRole("table", { name: "Windows of the core", hidden: true })).getAllByRole("row", { hidden: true });
    expect(rows.map((row) => row.textContent)).toEqual(["WindowHTumour nuclei", "1201.2812", "2left out3"]);
    expect(screen.getByText("3f9ac2d41b77…")).toBeTruthy();
  });

  it("of a rule-based method is said to be of no network", () => {
    show(<ResultView result={found} />);
    expect(screen.queryByText(/Trained on synthetic/)).toBeNull();
    expect(screen.queryByText(/not given by an end-to-end/)).toBeNull();
  });
});

describe("a batch", () => {
  const counts = { queued: 50, running: 1, done: 12, failed: 1, cancelled: 0 };

  it("says in words how far it is", () => {
    expect(batchWords({ counts, total: 64 })).toBe("12 of 64 done, 1 running, 50 waiting, 1 failed");
    expect(batchWords({ counts: { ...counts, queued: 0, running: 0, failed: 0, done: 64 }, total: 64 })).toBe("64 of 64 done");
  });
});

describe("numbers of a result", () => {
  it("makes negative the rest, and never less than nothing", () => {
    expect(classPercentages({ weak: "20", moderate: 30, strong: 10 })).toEqual({ negative: 40, weak: 20, moderate: 30, strong: 10 });
    expect(classPercentages({ weak: 40, moderate: 40.001, strong: 20 })?.negative).toBe(0);
    expect(classPercentages({ weak: 20, moderate: 30 })).toBeNull();
    expect(classPercentages(null)).toBeNull();
  });

  it.each([
    ["213.4000", "213.4"],
    [135, "135"],
    [0, "0"],
    [null, null],
  ])("%s is shown as %s", (value, text) => expect(valueText({ value })).toBe(text));

  it("finds the rule wherever it is, and invents none", () => {
    expect(ruleText({ qc: { rule: "a" } })).toBe("a");
    expect(ruleText({ rule: "b", qc: { rule: "a" } })).toBe("b");
    expect(ruleText({})).toBeNull();
  });

  it("lists all of the provenance once", () => {
    const rows = provenanceRows(found);
    expect(rows.find(([name]) => name === "qc: dab nuclear correlation")?.[1]).toBe("0.61");
    expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length);
  });
});

describe("the reveal", () => {
  it("asks nothing of the result before somebody wants to look, and says that looking is recorded", async () => {
    const asked = serve({
      "GET /api/results/r1": () => [404, { detail: "There is no such thing." }],
      "POST /api/results/r1/reveal": () => [200, found],
    });
    show(<RunDetail run={done} />);
    const button = await screen.findByRole("button", { name: "Show result" });
    expect(screen.getByText("This will be recorded: you will have seen the algorithm’s score of this specimen.")).toBeTruthy();
    expect(screen.queryByTestId("score")).toBeNull();
    expect(asked.filter((call) => call.method === "POST")).toEqual([]);
    fireEvent.click(button);
    expect((await screen.findByTestId("score")).textContent).toBe("213.4");
    expect(asked.filter((call) => call.method === "POST").map((call) => call.path)).toEqual(["/api/results/r1/reveal"]);
  });

  it("is not asked again of somebody who has looked", async () => {
    serve({ "GET /api/results/r1": () => [200, found] });
    show(<RunDetail run={done} />);
    expect(await screen.findByTestId("score")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Show result" })).toBeNull();
  });

  it("says why it was refused", async () => {
    serve({
      "GET /api/results/r1": () => [404, {}],
      "POST /api/results/r1/reveal": () => [403, { detail: "You may still have to read this specimen." }],
    });
    show(<RunDetail run={done} />);
    fireEvent.click(await screen.findByRole("button", { name: "Show result" }));
    expect((await screen.findByRole("alert")).textContent).toBe("You may still have to read this specimen.");
  });
});

describe("a run", () => {
  it("shows its progress in words and can be cancelled", async () => {
    const asked = serve({ "POST /api/runs/r3/cancel": () => [200, { ...running, state: "cancelled" }] });
    show(<RunDetail run={running} />);
    expect(screen.getByText(/Finding and scoring nuclei · 17 of 48 tiles/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(asked.map((call) => call.path)).toEqual(["/api/runs/r3/cancel"]));
  });

  it("that failed says why and what is safe; a cancelled one is not called failed", () => {
    show(<RunDetail run={runs[2] as Run} />);
    expect(screen.getByRole("alert").textContent).toMatch(/ran out of memory.*untouched/s);
    show(<RunDetail run={runs[3] as Run} />);
    expect(screen.getByText("This run was cancelled. It has no result.")).toBeTruthy();
  });

  it("has no percentage before there is a total", () => {
    expect(percentDone({ ...running, progress_total: 0 })).toBeNull();
    expect(percentDone(running)).toBeCloseTo(35.417, 2);
    expect(percentDone({ ...running, state: "done" })).toBe(100);
    expect(phaseWords({ state: "queued", phase: "", attempt: 1 })).toMatch(/again/);
    expect(phaseWords({ state: "running", phase: "a new phase", attempt: 1 })).toBe("a new phase");
  });
});

describe("starting a run", () => {
  const specimen: SlideSpecimen = { id: "sp1", kind: "whole_section", case: { id: "c1", code: "0217" }, row: null, column: null, center_x_px: null, center_y_px: null, radius_px: null, is_missing: false };
  const props: StartRunProps = { marker: "ER", preferred: ["nnp@1", "nap@1"], needsPixelSize: false, umPerPx: 0.29, specimen, cores: [], fields: [], onDraw: null, drawing: false, field: null, onField: () => {}, onStarted: () => {}, onBatch: () => {} };
  const start = () => screen.findByRole<HTMLButtonElement>("button", { name: "Start the run" });

  it("asks for the protocol's method with the slide's marker, and keeps its key when the answer is lost", async () => {
    let answers = 0;
    const asked = serve({
      "GET /api/model-cards": () => [200, cards],
      "POST /api/runs": () => {
        answers += 1;
        return answers === 1 ? [503, { detail: "The database did not answer in time." }] : [201, running];
      },
    });
    const started = vi.fn();
    show(<StartRun {...props} onStarted={started} />);
    fireEvent.click(await start());
    expect((await screen.findByRole("alert")).textContent).toMatch(/did not answer/);
    fireEvent.click(await start());
    await waitFor(() => expect(started).toHaveBeenCalledWith("r3"));
    const posts = asked.filter((call) => call.method === "POST");
    expect(posts[0]?.body).toEqual({ specimen: "sp1", algorithm: "nnp", version: "1", preset: "default", parameters: { marker: "ER" } });
    expect(posts[0]?.headers["Idempotency-Key"]).toBeTruthy();
    expect(posts[1]?.headers["Idempotency-Key"]).toBe(posts[0]?.headers["Idempotency-Key"]);
  });

  it.each<[string, Partial<StartRunProps>, RegExp]>([
    ["µm/px is not known", { needsPixelSize: true }, /µm\/px is not known/],
    ["no method suits the marker", { marker: "HER2" }, /No method suits HER2/],
    ["there is no specimen", { specimen: null }, /belongs to no case/],
    ["the core is missing", { specimen: { ...specimen, kind: "core", row: 3, column: 7, is_missing: true } }, /missing/],
  ])("says why not when %s", async (_name, change, words) => {
    serve({ "GET /api/model-cards": () => [200, cards] });
    show(<StartRun {...props} {...change} />);
    expect((await start()).disabled).toBe(true);
    expect(screen.getByText(words)).toBeTruthy();
  });

  it("runs all cores that are there as one batch", async () => {
    const core = (n: number, missing: boolean): SlideSpecimen => ({ ...specimen, id: `core${n}`, kind: "core", row: 1, column: n, is_missing: missing });
    const asked = serve({ "GET /api/model-cards": () => [200, cards], "POST /api/batches": () => [201, { id: "b1", runs: [running] }] });
    const asBatch = vi.fn();
    show(<StartRun {...props} onBatch={asBatch} specimen={core(1, false)} cores={[core(1, false), core(2, true), core(3, false)]} />);
    fireEvent.click(await screen.findByLabelText("All cores (2)"));
    fireEvent.click(screen.getByRole("button", { name: "Start 2 runs" }));
    await waitFor(() => expect(asked.at(-1)?.body).toMatchObject({ specimens: ["core1", "core3"], algorithm: "nnp" }));
    await waitFor(() => expect(asBatch).toHaveBeenCalledWith("b1"));
  });

  it("offers the protocol's method, else the scheme's default, else any that suits", () => {
    const [nap, nnp] = cards as [ModelCard, ModelCard];
    const ram: ModelCard = { ...nap, key: "ram-cnn", default_for: ["h-score"] };
    expect(defaultMethod([nap, nnp, ram], ["nnp@1"], "ER", 0.5)?.key).toBe("nnp");
    expect(defaultMethod([nap, nnp, ram], ["nnp@9"], "ER", 0.5)?.key).toBe("ram-cnn");
    expect(defaultMethod([nap, nnp, { ...ram, max_um_per_px: 0.3 }], [], "ER", 0.5)?.key).toBe("nap");
    expect(defaultMethod([nap, nnp, ram], ["nnp@1"], "HER2", 0.5)).toBeNull();
  });

  it("knows which card suits a slide", () => {
    const card = cards[0] as ModelCard;
    expect(unsuitable(card, "ER", 0.29)).toBeNull();
    expect(unsuitable(card, "HER2", 0.29)).toMatch(/made for ER, PR, p53/);
    expect(unsuitable(card, "ER", 2)).toMatch(/1 µm\/px or finer/);
    expect(unsuitable(card, "ER", 0.05)).toMatch(/at least 0.1/);
    expect(unsuitable({ ...card, installed: false }, "ER", 0.29)).toMatch(/weights are not installed/);
  });
});
