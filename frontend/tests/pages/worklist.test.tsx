import { fireEvent, screen, waitFor } from "@testing-library/react";
import { Route, Routes, useLocation } from "react-router";
import { describe, expect, it } from "vitest";
import { refetchOnChange } from "../../src/api/query-client";
import { LiveSocket } from "../../src/api/socket";
import { CommandProvider } from "../../src/components/commands/CommandProvider";
import { dueWords } from "../../src/components/reading/words-due";
import { WorklistPage } from "../../src/pages/worklist/WorklistPage";
import { item } from "../reading-fixtures";
import { type Routes as Answers, serve, show } from "../render";

const listed = (results: unknown[]) => ({ count: results.length, next: null, previous: null, results });
const counts = { to_read: 2, drafts: 1, deferred: 0, signed: 7, overdue: 1, adjudication: 0, qa: 0 };
const usual: Answers = {
  "GET /api/worklist/counts": () => [200, counts],
  "GET /api/studies": () => [200, listed([])],
  "GET /api/worklist": () => [200, listed([item("a1"), item("a2", { position: 1, is_core: true, purpose: "qa" })])],
};

function Arrived() {
  return <p>arrived at {useLocation().pathname}</p>;
}

function open(answers: Answers = {}, at = "/worklist") {
  const asked = serve({ ...usual, ...answers });
  const shown = show(
    <CommandProvider>
      <Routes>
        <Route path="/worklist" element={<WorklistPage />} />
        <Route path="*" element={<Arrived />} />
      </Routes>
    </CommandProvider>,
    at,
  );
  return { asked, ...shown };
}

const press = (key: string): boolean => fireEvent.keyDown(document.activeElement ?? document.body, { key });

describe("the worklist", () => {
  it("shows what is to be read, under aliases, with counts and progress", async () => {
    open();
    expect((await screen.findByRole("link", { name: "K7QA1" })).getAttribute("href")).toBe("/read/a1");
    expect(screen.getByText("QA second read")).toBeTruthy();
    expect(await screen.findByText("70 % signed")).toBeTruthy();
    expect(screen.getByText(/1 overdue/)).toBeTruthy();
    expect(screen.getByRole("tab", { name: /^To read ?2$/ })).toBeTruthy();
  });

  it("moves by J, K and arrows, and opens the next by N", async () => {
    open();
    const first = await screen.findByRole("link", { name: "K7QA1" });
    press("j");
    expect(document.activeElement).toBe(first);
    press("ArrowDown");
    expect(document.activeElement?.textContent).toBe("K7QA2");
    press("k");
    expect(document.activeElement).toBe(first);
    press("n");
    expect(await screen.findByText("arrived at /read/a1")).toBeTruthy();
  });

  it("keeps its filters in the address and asks the server for them", async () => {
    const { asked } = open({}, "/worklist?tab=signed&marker=PR&search=K7");
    await screen.findByRole("link", { name: "K7QA1" });
    expect(asked.some((call) => call.path === "/api/worklist" && call.search === "?state=signed&marker=PR&search=K7&page=1")).toBe(true);
  });

  it("says what belongs here when it is empty, and takes filters away again", async () => {
    open({ "GET /api/worklist": () => [200, listed([])] });
    expect(await screen.findByText("Nothing to read")).toBeTruthy();
  });

  it("with filters that match nothing gives the way back", async () => {
    const { asked } = open({ "GET /api/worklist": () => [200, listed([])] }, "/worklist?marker=PR");
    fireEvent.click(await screen.findByRole("button", { name: "Show everything" }));
    await waitFor(() => expect(asked.filter((call) => call.path === "/api/worklist").at(-1)?.search).not.toContain("PR"));
  });

  it("says how one stands with the qualification", async () => {
    open({ "GET /api/worklist/counts": () => [200, { ...counts, qualification: { needed: 10, done: 6, passed: false } }] });
    expect((await screen.findByRole("alert")).textContent).toMatch(/6 of 10 qualification specimens signed/);
  });

  it("takes up a waiting round without a word of why it waits", async () => {
    open(
      {
        "GET /api/worklist/counts": () => [200, { ...counts, adjudication: 1 }],
        "GET /api/worklist": () => [200, listed([])],
        "GET /api/adjudications": () => [200, listed([{ round: "ro1", marker: "ER", scheme: "h-score", study: { id: "s1", name: "ER study" }, is_core: true }])],
        "POST /api/adjudications/ro1/claim": () => [201, item("a9")],
      },
      "/worklist?tab=adjudication",
    );
    fireEvent.click(await screen.findByRole("button", { name: "Take it up" }));
    expect(await screen.findByText("arrived at /read/a9")).toBeTruthy();
  });

  it("is fetched again when the live channel says that it changed", async () => {
    const { asked, client } = open();
    await screen.findByRole("link", { name: "K7QA1" });
    const listeners: ((event: { data: string }) => void)[] = [];
    const fake = { addEventListener: (kind: string, listener: never) => void (kind === "message" && listeners.push(listener)), close: () => {}, send: () => {}, readyState: 1 };
    const socket = new LiveSocket({ url: "ws://x", make: () => fake as unknown as WebSocket });
    refetchOnChange(socket, client);
    socket.start();
    const before = asked.length;
    listeners[0]?.({ data: JSON.stringify({ changed: "worklist", id: "me" }) });
    await waitFor(() => expect(asked.slice(before).map((call) => call.path)).toEqual(expect.arrayContaining(["/api/worklist", "/api/worklist/counts"])));
    socket.stop();
  });
});

it.each([
  ["2026-03-10T08:00:00", "overdue since today", true],
  ["2026-03-07T12:00:00", "overdue by 3 days", true],
  ["2026-03-10T23:00:00", "due today", false],
  ["2026-03-11T01:00:00", "due tomorrow", false],
  ["2026-03-15T12:00:00", "due in 5 days", false],
  ["2026-05-01T12:00:00", "due 1 May 2026", false],
])("what is due %s is %s", (iso, words, isOverdue) => {
  expect(dueWords(iso, new Date("2026-03-10T12:00:00").getTime())).toEqual({ words, isOverdue });
});
