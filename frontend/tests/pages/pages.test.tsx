import { fireEvent, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { Route, Routes } from "react-router";
import { describe, expect, it, vi } from "vitest";
import type { Case } from "../../src/api/types";
import { utcText } from "../../src/components/common/Time";
import { bytes, coreName, counted } from "../../src/components/common/words";
import { slidesOf } from "../../src/components/slides/slides-of";
import { ErrorBoundary } from "../../src/components/common/ErrorBoundary";
import { PeoplePage } from "../../src/pages/people/PeoplePage";
import { StudiesPage } from "../../src/pages/studies/StudiesPage";
import { sortCases } from "../../src/pages/study/CasesTab";
import { StudyPage } from "../../src/pages/study/StudyPage";
import { mayKnowOfRuns } from "../../src/pages/study/roles";
import * as data from "../mock/fixtures.mjs";
import { type Routes as Answers, serve, show } from "../render";

const listed = (results: unknown[]) => ({ count: results.length, next: null, previous: null, results });
const me = (role = "technician"): Answers => ({ "GET /api/me": () => [200, data.me(role)] });

function showStudy(answers: Answers, at: string) {
  serve({ ...me(), ...answers });
  return show(
    <Routes>
      <Route path="/studies/:studyId" element={<StudyPage />} />
    </Routes>,
    at,
  );
}

describe("studies", () => {
  it("are shown with roles and counts, each one link", async () => {
    serve({ ...me(), "GET /api/studies": () => [200, listed(data.studies(["technician"]))], "GET /api/studies/s1/slides": () => [200, listed([])], "GET /api/studies/s2/slides": () => [200, listed([])] });
    show(<StudiesPage />);
    expect((await screen.findByRole("link", { name: "ER and PR, demonstration" })).getAttribute("href")).toBe("/studies/s1");
    expect(screen.getByText("Technician")).toBeTruthy();
    expect(screen.getByText(/12 cases · 9 slides/)).toBeTruthy();
  });

  it("say what belongs here when there are none", async () => {
    serve({ ...me(), "GET /api/studies": () => [200, listed([])] });
    show(<StudiesPage />);
    expect(await screen.findByText("You belong to no study yet")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Create/ })).toBeNull();
  });

  it("give a search without a hit the way back", async () => {
    const asked = serve({ ...me(), "GET /api/studies": () => [200, listed([])] });
    show(<StudiesPage />, "/studies?search=zzz");
    fireEvent.click(await screen.findByRole("button", { name: "Show all studies" }));
    await waitFor(() => expect(asked.filter((call) => call.path === "/api/studies").at(-1)?.search).toBe("?page=1"));
  });

  it("say what happened, what is safe, and try again when asked", async () => {
    let broken = true;
    serve({ ...me(), "GET /api/studies": () => (broken ? [500, null] : [200, listed([])]) });
    show(<StudiesPage />);
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toMatch(/The studies could not be loaded/);
    expect(alert.textContent).toMatch(/Nothing was changed/);
    broken = false;
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("You belong to no study yet")).toBeTruthy();
  });
});

describe("a study", () => {
  it("that is not shown to one looks like one that does not exist", async () => {
    showStudy({ "GET /api/studies/s9": () => [404, { detail: "There is no such thing, or you may not know of it." }] }, "/studies/s9");
    expect((await screen.findByRole("alert")).textContent).toMatch(/Nothing is shown here/);
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });

  it("shows a blinded reader no tab of runs and no tab of people", async () => {
    const study = { ...data.studies(["pathologist"])[1] };
    showStudy({ "GET /api/studies/s2": () => [200, study], "GET /api/studies/s2/cases": () => [200, listed([])] }, "/studies/s2");
    await screen.findByRole("tab", { name: "Cases" });
    expect(screen.getAllByRole("tab").map((tab) => tab.textContent)).toEqual(["Cases", "Slides", "Agreement", "Protocol"]);
  });

  it("asks a technician for the µm/px that the file does not say, and sends it with the slide's version", async () => {
    const slide = { ...data.slides[4], version: 4 };
    const study = data.studies(["technician"])[0];
    const asked = serve({
      ...me(),
      "GET /api/studies/s1": () => [200, study],
      "GET /api/studies/s1/slides": () => [200, listed([slide])],
      "PATCH /api/slides/sl5": () => [200, { ...slide, um_per_px: "0.29", needs_um_per_px: false }],
    });
    show(
      <Routes>
        <Route path="/studies/:studyId" element={<StudyPage />} />
      </Routes>,
      "/studies/s1?tab=slides",
    );
    fireEvent.change(await screen.findByLabelText("µm/px"), { target: { value: "0.29" } });
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(asked.some((call) => call.method === "PATCH")).toBe(true));
    const patch = asked.find((call) => call.method === "PATCH");
    expect(patch?.body).toEqual({ um_per_px: 0.29 });
    expect(patch?.headers["If-Match"]).toBe('"4"');
  });

  it("tells a technician why a slide was refused, and lets it be read again", async () => {
    const asked = serve({
      ...me(),
      "GET /api/studies/s1": () => [200, data.studies(["technician"])[0]],
      "GET /api/studies/s1/slides": () => [200, listed([data.slides[6]])],
      "POST /api/slides/sl7/retry": () => [202, data.slides[8]],
    });
    show(
      <Routes>
        <Route path="/studies/:studyId" element={<StudyPage />} />
      </Routes>,
      "/studies/s1?tab=slides&state=refused",
    );
    expect(await screen.findByText(/not copied completely/)).toBeTruthy();
    expect(asked.find((call) => call.path.endsWith("/slides"))?.search).toBe("?state=refused&page=1");
    fireEvent.click(screen.getByRole("button", { name: "Try to read it again" }));
    await waitFor(() => expect(asked.some((call) => call.path === "/api/slides/sl7/retry")).toBe(true));
  });
});

describe("people", () => {
  it("are not for everybody", async () => {
    serve({ ...me(), "GET /api/users": () => [403, { detail: "Only system administrators see the list of people." }] });
    show(<PeoplePage />);
    expect((await screen.findByRole("alert")).textContent).toMatch(/not yours to open.*Only system administrators/s);
  });

  it("cannot deactivate themselves, and ask before they deactivate another", async () => {
    const other = { ...data.people[1], id: "other", is_active: true, username: "reader.x" };
    const self = { ...data.people[0], id: data.me("system").id };
    const asked = serve({ ...me("system"), "GET /api/users": () => [200, listed([self, other])], "PATCH /api/users/other": () => [200, { ...other, is_active: false }] });
    show(<PeoplePage />);
    fireEvent.click(await screen.findByRole("button", { name: "Deactivate" }));
    expect(screen.getByText("you")).toBeTruthy();
    expect(asked.some((call) => call.method === "PATCH")).toBe(false);
    fireEvent.click(screen.getByRole("button", { name: "Sign out and deactivate" }));
    await waitFor(() => expect(asked.find((call) => call.method === "PATCH")?.body).toEqual({ is_active: false }));
  });
});

describe("a page that breaks", () => {
  it("says so, and comes back with another page", () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const Breaks = (): never => {
      throw new Error("a bug");
    };
    function Pages() {
      const [page, setPage] = useState("/a");
      return (
        <>
          <button type="button" onClick={() => setPage("/b")}>
            another page
          </button>
          <ErrorBoundary resetKey={page}>{page === "/a" ? <Breaks /> : <p>fine</p>}</ErrorBoundary>
        </>
      );
    }
    show(<Pages />);
    expect(screen.getByRole("alert").textContent).toMatch(/stopped working.*safe on the server/s);
    fireEvent.click(screen.getByText("another page"));
    expect(screen.getByText("fine")).toBeTruthy();
  });
});

describe("words and rules", () => {
  it.each([
    [["pathologist"], 2, false],
    [["pathologist"], 0, true],
    [["technician"], 2, true],
    [["technician", "pathologist"], 2, false],
    [["administrator"], 2, true],
    [["adjudicator"], 0, false],
    [[], 0, false],
  ] as const)("%j with %i readers may know of runs: %s", (roles, readers, expected) => expect(mayKnowOfRuns(roles, readers)).toBe(expected));

  it("names cores, counts, sizes and times", () => {
    expect([coreName(3, 7), coreName(27, 1), coreName(null, null)]).toEqual(["C7", "R27-1", "whole section"]);
    expect([counted(1, "case"), counted(12040, "case")]).toEqual(["1 case", "12\u202f040 cases"]);
    expect([bytes(999), bytes(1_938_955), bytes(2.1e9)]).toEqual(["999 B", "1.9 MB", "2.1 GB"]);
    expect(utcText("2026-08-20T09:12:05.123Z")).toBe("2026-08-20 09:12:05 UTC");
  });

  it("sorts cases by number, not by letters, and groups their slides", () => {
    const make = (code: string, specimens: number): Case => ({ id: code, code, specimens: Array.from({ length: specimens }, (_, i) => ({ id: `${code}${i}`, kind: "core", row: 1, column: i, slide: { id: "s", name: "TMA", marker: "ER", state: "ready", has_thumbnail: true } })) });
    const cases = [make("10", 1), make("9", 3), make("100", 2)];
    expect(sortCases(cases, "code").map((item) => item.code)).toEqual(["9", "10", "100"]);
    expect(sortCases(cases, "-specimens").map((item) => item.code)).toEqual(["9", "100", "10"]);
    expect(slidesOf(make("9", 3))).toMatchObject([{ cores: 3 }]);
  });
});
