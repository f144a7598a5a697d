import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { Route, Routes } from "react-router";
import { describe, expect, it } from "vitest";
import type { ProtocolVersion } from "../../src/api/administration";
import type { Study } from "../../src/api/types";
import { AssignmentsTab } from "../../src/pages/study/AssignmentsTab";
import { ProgressTab } from "../../src/pages/study/ProgressTab";
import { ProtocolTab } from "../../src/pages/study/ProtocolTab";
import { RequestsTab } from "../../src/pages/study/RequestsTab";
import { StudyPage } from "../../src/pages/study/StudyPage";
import * as data from "../mock/fixtures.mjs";
import { type Asked, serve, show } from "../render";

const listed = (results: unknown[]) => ({ count: results.length, next: null, previous: null, results });
const study = (roles: string[], change: object = {}): Study => ({ ...(data.studies(roles)[0] as unknown as Study), my_roles: roles as Study["my_roles"], closed_at: null, locked_at: null, ...change });
const PROTOCOL: ProtocolVersion = {
  version: 3, readers_per_specimen: 2, mode: "independent", reveal_to_readers: "after_all_readings", marker_schemes: { ER: "h-score" }, algorithms: [], frozen: true,
  tolerances: { "h-score": "40" }, readings_shown_to_adjudicator: false, algorithm_weight: "1.00", design: "balanced", workload_cap: null, reading_days: null,
  qa_share: "0.000", re_read_series: 0, re_reads_turned: false, washout_days: 14, qualification_share: "0.000", core_rule: "mean", created_at: "2026-08-18T09:12:05Z",
};
const protocol = { "GET /api/studies/s1/protocol": (): [number, unknown] => [200, { in_force: PROTOCOL, versions: [PROTOCOL, { ...PROTOCOL, version: 2, frozen: false }] }] };
const cards = { "GET /api/model-cards": (): [number, unknown] => [200, data.cards] };
const sent = (asked: Asked[], path: string): Asked[] => asked.filter((call) => call.method !== "GET" && call.path === path);

describe("the protocol's screen", () => {
  it("saves only what was changed, as the next version", async () => {
    const asked = serve({ ...protocol, ...cards, "POST /api/studies/s1/protocol": () => [201, { ...PROTOCOL, version: 4 }] });
    show(<ProtocolTab study={study(["administrator"])} />);
    const save = await screen.findByRole("button", { name: "Save as version 4" });
    expect((save as HTMLButtonElement).disabled).toBe(true);
    expect(screen.getByText("Version 2")).toBeTruthy();
    fireEvent.change(screen.getByLabelText("Tolerance of H-score"), { target: { value: "30" } });
    expect(screen.getByText(/Reading has started, so this version is frozen/)).toBeTruthy();
    fireEvent.click(save);
    await waitFor(() => expect(sent(asked, "/api/studies/s1/protocol")).toHaveLength(1));
    expect(sent(asked, "/api/studies/s1/protocol")[0]?.body).toEqual({ tolerances: { "h-score": "30" } });
  });

  it("says what is wrong at the field and sends nothing", async () => {
    const asked = serve({ ...protocol, ...cards });
    show(<ProtocolTab study={study(["administrator"])} />);
    const readers = await screen.findByLabelText("Readers per specimen");
    fireEvent.change(readers, { target: { value: "7" } });
    expect(await screen.findByText("A whole number from 0 to 5.")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Save as version 4" }));
    expect(screen.getByText(/it is said at the field/)).toBeTruthy();
    expect(asked.every((call) => call.method === "GET")).toBe(true);
  });

  it("shows the server's own complaint at the field it names", async () => {
    serve({ ...protocol, ...cards, "POST /api/studies/s1/protocol": () => [400, { detail: "The protocol is not acceptable.", fields: { washout_days: ["Longer than the study."] } }] });
    show(<ProtocolTab study={study(["administrator"])} />);
    fireEvent.change(await screen.findByLabelText("Washout"), { target: { value: "30" } });
    fireEvent.click(screen.getByRole("button", { name: "Save as version 4" }));
    expect(await screen.findByText("Longer than the study.")).toBeTruthy();
  });

  it("is words for everybody else, and asks for no versions", async () => {
    const asked = serve({});
    show(<ProtocolTab study={study(["pathologist"])} />);
    expect(screen.getByRole("table", { name: /Protocol, version 2/ })).toBeTruthy();
    expect(asked).toEqual([]);
  });
});

describe("assigning", () => {
  const preview = {
    specimens: 8, per_specimen: 2, readers: [{ id: "u2", name: "Dr Ana Reyes", count: 8, held: 2, cap: 12 }, { id: "u3", name: "Dr Bo Lindqvist", count: 8, held: 0, cap: null }],
    unassignable: [{ specimen: "x9", why: "The core is missing." }],
  };
  const routes = {
    ...protocol,
    "GET /api/studies/s1/members": (): [number, unknown] => [200, listed(data.members)],
    "GET /api/studies/s1/slides": (): [number, unknown] => [200, listed([])],
    "GET /api/studies/s1/assignments": (): [number, unknown] => [200, listed([])],
    "POST /api/studies/s1/allocations/preview": (): [number, unknown] => [200, preview],
    "POST /api/studies/s1/allocations": (): [number, unknown] => [201, preview],
  };

  it("shows loads and what cannot be assigned before anything is assigned", async () => {
    const asked = serve(routes);
    show(<AssignmentsTab study={study(["administrator"])} />);
    fireEvent.click(await screen.findByRole("checkbox", { name: "Dr Ana Reyes" }));
    fireEvent.click(screen.getByRole("checkbox", { name: "Dr Bo Lindqvist" }));
    expect(screen.queryByRole("button", { name: "Assign" })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Preview" }));
    const assign = await screen.findByRole("button", { name: "Assign" });
    expect(screen.getByText(/This would assign 8 specimens, 2 readings each/)).toBeTruthy();
    expect(within(screen.getByRole("table", { name: "Load of each reader" })).getAllByRole("row")[1]?.textContent).toBe("Dr Ana Reyes8212");
    expect(screen.getByText("The core is missing. (1)")).toBeTruthy();
    expect(sent(asked, "/api/studies/s1/allocations")).toEqual([]);
    fireEvent.click(assign);
    expect(await screen.findByText(/Assigned: 8 specimens/)).toBeTruthy();
    expect(sent(asked, "/api/studies/s1/allocations")[0]?.body).toEqual({ purpose: "primary", marker: "ER", readers: ["u2", "u3"], design: "balanced" });
  });

  it("forgets the preview when the choice changes: what is assigned is what was looked at", async () => {
    serve(routes);
    show(<AssignmentsTab study={study(["administrator"])} />);
    fireEvent.click(await screen.findByRole("checkbox", { name: "Dr Ana Reyes" }));
    fireEvent.click(screen.getByRole("button", { name: "Preview" }));
    await screen.findByRole("button", { name: "Assign" });
    fireEvent.click(screen.getByRole("checkbox", { name: "Dr Bo Lindqvist" }));
    expect(screen.queryByRole("button", { name: "Assign" })).toBeNull();
  });

  it("is over in a closed study", async () => {
    serve(routes);
    show(<AssignmentsTab study={study(["administrator"], { closed_at: "2026-09-01T00:00:00Z" })} />);
    expect(await screen.findByText("This study is closed")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Preview" })).toBeNull();
  });

  it("withdraws what is not signed yet, with a reason", async () => {
    const row = { id: "a1", reader: { id: "u2", name: "Dr Ana Reyes" }, purpose: "primary", series: 1, specimen: "x", slide_name: "ER 1", marker: "ER", place: "C7", case: "0217", state: "waiting", due_at: "2020-01-01T00:00:00Z" };
    const asked = serve({ ...routes, "GET /api/studies/s1/assignments": () => [200, listed([row, { ...row, id: "a2", state: "signed" }])], "POST /api/assignments/a1/withdraw": () => [200, row] });
    show(<AssignmentsTab study={study(["administrator"])} />);
    fireEvent.click(await screen.findByRole("button", { name: "Withdraw ER 1 · C7 · case 0217 from Dr Ana Reyes" }));
    // Only what is not signed can be withdrawn or moved.
    expect(screen.getAllByRole("button", { name: /^Withdraw ER 1/ })).toHaveLength(1);
    expect(screen.getByText("overdue")).toBeTruthy();
    const form = screen.getByRole("form", { name: "Withdraw ER 1 · C7 · case 0217" });
    expect((within(form).getByRole("button", { name: "Withdraw" }) as HTMLButtonElement).disabled).toBe(true);
    fireEvent.change(within(form).getByLabelText("Why"), { target: { value: "Wrong block" } });
    fireEvent.click(within(form).getByRole("button", { name: "Withdraw" }));
    await waitFor(() => expect(sent(asked, "/api/assignments/a1/withdraw")[0]?.body).toEqual({ reason: "Wrong block" }));
  });
});

describe("progress", () => {
  const reader = { id: "u2", name: "Dr Ana Reyes", purpose: "primary", series: 1, assigned: 10, signed: 4, drafts: 1, deferred: 0, overdue: 2, due_at: null, last_signed_at: null };
  it("counts work, and never a score", async () => {
    serve({ "GET /api/studies/s1/progress": () => [200, { readers: [reader], rounds: { open: 6, discordant: 1, decided: 3, closed: 0 }, by_marker: [] }] });
    show(<ProgressTab study={study(["administrator"])} />);
    expect((await screen.findByRole("table", { name: "Readers" })).textContent).toMatch(/Dr Ana Reyes.*4 \/ 10 40 %/);
    expect(screen.getByText("specimens waiting for an adjudicator").getAttribute("href")).toBe("/comparisons?study=s1&state=discordant");
  });

  it("closes the study only after saying what that means", async () => {
    const asked = serve({ "GET /api/studies/s1/progress": () => [200, { readers: [], rounds: { open: 0, discordant: 0, decided: 0, closed: 0 }, by_marker: [] }], "POST /api/studies/s1/close": () => [200, {}] });
    show(<ProgressTab study={study(["administrator"])} />);
    fireEvent.click(screen.getByRole("button", { name: "Close the study" }));
    const form = screen.getByRole("form", { name: "Close the study" });
    expect(form.textContent).toMatch(/Nobody can open or sign/);
    expect(asked.some((call) => call.method === "POST")).toBe(false);
    fireEvent.keyDown(within(form).getByRole("button", { name: "Close the study" }), { key: "Escape" });
    expect(screen.queryByRole("form", { name: "Close the study" })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Close the study" }));
    fireEvent.click(within(screen.getByRole("form", { name: "Close the study" })).getByRole("button", { name: "Close the study" }));
    await waitFor(() => expect(sent(asked, "/api/studies/s1/close")).toHaveLength(1));
  });

  it("opens a closed study again, and offers nothing once its data are locked", () => {
    serve({ "GET /api/studies/s1/progress": () => [200, { readers: [], rounds: {}, by_marker: [] }] });
    const closed = show(<ProgressTab study={study(["administrator"], { closed_at: "2026-09-01T00:00:00Z" })} />);
    expect(screen.getByRole("button", { name: "Open the study again" })).toBeTruthy();
    closed.unmount();
    show(<ProgressTab study={study(["administrator"], { closed_at: "2026-09-01T00:00:00Z", locked_at: "2026-09-02T00:00:00Z" })} />);
    expect(screen.queryByRole("button", { name: /Close the study|Open the study/ })).toBeNull();
  });
});

describe("slide requests", () => {
  it("are settled with what was done", async () => {
    const request = { id: "q1", study: { id: "s1", name: "x" }, marker: "ER", kind: "rescan", note: "Out of focus", created_at: "2026-08-20T09:00:00Z", settled_at: null, answer: "", place: { slide: "sl1", slide_name: "ER 1", case_code: "0217", row: 3, column: 7 } };
    const asked = serve({ "GET /api/slide-requests": () => [200, listed([request])], "POST /api/slide-requests/q1/settle": () => [200, request] });
    show(<RequestsTab study={study(["technician"])} />);
    expect((await screen.findByRole("table", { name: "Requests" })).textContent).toMatch(/Scan again.*ER 1.*C7 · case 0217.*Out of focus/);
    fireEvent.change(screen.getByLabelText("What was done"), { target: { value: "Scanned again" } });
    fireEvent.click(screen.getByRole("button", { name: "Settle" }));
    await waitFor(() => expect(sent(asked, "/api/slide-requests/q1/settle")[0]?.body).toEqual({ answer: "Scanned again" }));
  });
});

describe("a study's tabs", () => {
  const tabsFor = async (roles: string[]): Promise<(string | null)[]> => {
    serve({ "GET /api/me": () => [200, data.me("technician")], "GET /api/studies/s1": () => [200, study(roles)], "GET /api/studies/s1/cases": () => [200, listed([])] });
    const page = show(<Routes><Route path="/studies/:studyId" element={<StudyPage />} /></Routes>, "/studies/s1");
    await screen.findByRole("tab", { name: "Cases" });
    const names = screen.getAllByRole("tab").map((tab) => tab.textContent);
    page.unmount();
    return names;
  };
  it("are for administrators and technicians what each does", async () => {
    expect(await tabsFor(["administrator"])).toEqual(["Cases", "Slides", "Runs", "Assignments", "Progress", "Quality", "Orders", "People", "Protocol"]);
    expect(await tabsFor(["technician"])).toEqual(["Cases", "Slides", "Runs", "Orders", "Slide requests", "Protocol"]);
  });
});
