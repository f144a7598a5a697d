import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Agreement, Block, Statistic } from "../../src/api/agreement-types";
import type { Study } from "../../src/api/types";
import { AgreementTab } from "../../src/pages/study/AgreementTab";
import { type Asked, type Routes as Answers, serve, show } from "../render";

const ADDRESS = "GET /api/studies/s1/agreement";
const REVEAL = "POST /api/studies/s1/agreement/reveal";
const figure = (value: number | null, more: Partial<Statistic> = {}): Statistic => ({ value, ci95: value === null ? null : [value - 0.1, value + 0.1], n: 3, ...more });
const block = (more: Partial<Block> = {}): Block => ({
  first: "First reader", second: "Second reader", n: 3, n_specimens: 3,
  statistics: { mae: figure(20), icc2: figure(0.93), pearson: figure(null, { undefined: "all 3 values of the first reader are 0" }), kappa_quadratic: figure(0.62) },
  points: [[0, 100, 120], [1, 10, 70], [2, 0, 0]],
  bland_altman: { bias: figure(-26), lower: figure(-80), upper: figure(28) }, sloping: null,
  groups: [{ group: "0–49", mae: figure(30) }],
  confusion: { first: "First reader", second: "Second reader", categories: ["negative", "positive"], counts: [[1, 0], [0, 2]] },
  specific_agreement: { negative: figure(1), positive: figure(1) }, ...more,
});
const agreement = (more: Partial<Agreement> = {}): Agreement => ({
  marker: "ER", scheme: "h-score", pair: [], since: null, until: null, unseen: 0, with_names: true, markers: [{ marker: "ER", scheme: "h-score" }],
  people: [{ key: "u1", name: "Dr Ana Reyes" }, { key: "u2", name: "Dr Ben Okoye" }, { key: "u3", name: "Dr Cy Marsh" }],
  specimens: [{ id: "sp1", name: "C-1" }, { id: "sp2", name: "C-2 · A1" }, { id: "sp3", name: "C-3" }], n_specimens: 3, n_cases: 3, n_readings: 6, categories: ["negative", "positive"],
  human: block(), algorithms: [], pairs: [], by_marker: [], versions: { pairs: [], months: [] },
  standing: {
    readers: [{ reader: "u1", name: "Dr Ana Reyes", n: 3, not_scoreable: 0, positive: { ...figure(0.9), limits: [0.2, 0.8], is_out: true }, median_seconds: 31.6, n_timed: 3, bias: figure(4) }],
    positive: ["positive"], months: [], intra: [], aided: [], qa: { concordant: 3, minor: 1, major: 0 },
  },
  ...more,
});
const study: Study = { id: "s1", name: "ER", description: "", my_roles: ["administrator"], case_count: 3, slide_count: 1, protocol: null };

function open(answers: Answers, at = "/"): Asked[] {
  const asked = serve(answers);
  show(<AgreementTab study={study} />, at);
  return asked;
}

describe("the agreement of a study", () => {
  it("shows value, interval and n, and a word only beside the number", async () => {
    open({ [ADDRESS]: () => [200, agreement()] });
    const cards = within(await screen.findByRole("group", { name: "Readers with each other" }));
    expect(cards.getByText("0.93")).toBeTruthy();
    expect(cards.getAllByText(/95 % CI .* · n = 3/)).toHaveLength(3);
    expect(cards.getByText("excellent (Koo & Li)")).toBeTruthy();
    expect(cards.getByText("substantial (Landis & Koch)")).toBeTruthy();
  });

  it("writes out why a figure is undefined", async () => {
    open({ [ADDRESS]: () => [200, agreement()] });
    expect((await screen.findAllByText("undefined: all 3 values of the first reader are 0")).length).toBeGreaterThan(0);
    expect(document.body.textContent).not.toMatch(/NaN/);
  });

  it("links every point, and the largest differences for the keyboard, to the specimen", async () => {
    open({ [ADDRESS]: () => [200, agreement()] });
    const table = within(await screen.findByRole("table", { name: "Largest differences of readers" }));
    expect(table.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual(["/comparisons/sp2", "/comparisons/sp1", "/comparisons/sp3"]);
    expect(table.getByText("−60.0")).toBeTruthy();
    const plot = screen.getByRole("group", { name: "First reader against Second reader" });
    const dots = [...plot.querySelectorAll("a")];
    expect(dots.map((dot) => dot.getAttribute("href"))).toEqual(["/comparisons/sp1", "/comparisons/sp2", "/comparisons/sp3"]);
    expect(dots.every((dot) => dot.getAttribute("tabindex") === "-1")).toBe(true);
  });

  it("marks who is outside the control limits in words", async () => {
    open({ [ADDRESS]: () => [200, agreement()] });
    const table = within(await screen.findByRole("table", { name: "Readers" }));
    expect(table.getByText(/outside its limits/)).toBeTruthy();
    expect(table.getByText("20 % to 80 %")).toBeTruthy();
    expect(table.getByText("32 s (n = 3)")).toBeTruthy();
  });

  it("asks for what the address says", async () => {
    const asked = open({ [ADDRESS]: () => [200, agreement()] }, "/?kind=PR%7Ch-score&readers=u1%2Cu2");
    await screen.findByRole("group", { name: "What is shown" });
    expect(new URLSearchParams(asked[0]?.search).get("marker")).toBe("PR");
    expect(new URLSearchParams(asked[0]?.search).get("readers")).toBe("u1,u2");
    fireEvent.change(screen.getByLabelText("Period"), { target: { value: "30" } });
    await waitFor(() => expect(new URLSearchParams(asked.at(-1)?.search).get("since")).toMatch(/^\d{4}-\d\d-\d\d$/));
  });

  it("shows what is over in steps, by one's own act", async () => {
    let left = 600;
    const asked = open({
      [ADDRESS]: () => [200, agreement({ unseen: left, human: { ...block(), n: 0, points: [] }, n_readings: 0, markers: [] })],
      [REVEAL]: () => {
        left -= 250;
        return [200, { unseen: Math.max(0, left) }];
      },
    });
    expect(await screen.findByText(/600 finished specimens you have not looked at are not counted/)).toBeTruthy();
    expect(asked.filter((call) => call.method === "POST")).toHaveLength(0);
    fireEvent.click(screen.getByRole("button", { name: "Show and count them" }));
    await waitFor(() => expect(asked.filter((call) => call.method === "POST")).toHaveLength(3));
    await waitFor(() => expect(asked.at(-1)?.method).toBe("GET"));
  });

  it("stops where the server shows nothing more", async () => {
    const asked = open({ [ADDRESS]: () => [200, agreement({ unseen: 2 })], [REVEAL]: () => [200, { unseen: 2 }] });
    fireEvent.click(await screen.findByRole("button", { name: "Show and count them" }));
    await waitFor(() => expect(asked.at(-1)?.method).toBe("GET"));
    expect(asked.filter((call) => call.method === "POST")).toHaveLength(1);
  });

  it("says what belongs here where nothing is over yet", async () => {
    open({ [ADDRESS]: () => [200, agreement({ human: { ...block(), n: 0, points: [] }, n_readings: 0, markers: [] })] });
    expect(await screen.findByText("Nothing to compare yet")).toBeTruthy();
  });

  it("offers no export and no pairs to a reader", async () => {
    open({ [ADDRESS]: () => [200, agreement({ with_names: false, people: [{ key: "me", name: "You" }, { key: "others", name: "Others" }] })] });
    const readers = within(await screen.findByLabelText("Which readers")).getAllByRole("option");
    expect(readers.map((option) => option.textContent)).toEqual(["you and others"]);
    expect(screen.queryByRole("button", { name: "Export" })).toBeNull();
  });
});
