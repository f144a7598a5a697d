import { MantineProvider } from "@mantine/core";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeViewer } from "../../viewer/fake-viewer";
import { PRESENTATION } from "../../viewer/viewer-contract";
import type { ViewerSession } from "./viewer-session";
import { SlideViewer, type SlideViewerProps } from "./SlideViewer";

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal("ResizeObserver", class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  });
  vi.stubGlobal("fetch", async () => new Response("", { status: 404 }));
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const plain = (text: string | null): string => (text ?? "").replace(/[\u00a0\u202f]/g, " ");

async function show(props: Partial<SlideViewerProps> = {}, fake = new FakeViewer()) {
  const sessions: (ViewerSession | null)[] = [];
  const onSession = (session: ViewerSession | null): void => void sessions.push(session);
  const createViewer = (): FakeViewer => fake;
  const page = (more: Partial<SlideViewerProps>) => (
    <MantineProvider>
      <SlideViewer presentation={PRESENTATION} createViewer={createViewer} onSession={onSession} {...props} {...more} />
    </MantineProvider>
  );
  const view = render(page({}));
  await act(async () => undefined);
  return { fake, sessions, ...view, again: (more: Partial<SlideViewerProps>) => view.rerender(page(more)) };
}

test("begins with the view of the address and says where it is", async () => {
  const initialView = { centre: { x: 1000, y: 900 }, resolution: 2, stain: "dab" as const };
  const { fake } = await show({ initialView });
  expect(fake.getView()).toMatchObject({ centre: { x: 1000, y: 900 }, resolution: 2 });
  expect(fake.getDisplay().stain).toBe("dab");
  expect(plain(screen.getByLabelText("View").textContent)).toMatch(/0\.5 µm\/px \(file\)10×x 1 000 y 900/);
  expect([...fake.layers.keys()]).toEqual(["scale-bar", "regions"]);
});

test("the same slide fetched again keeps the view, another slide opens anew", async () => {
  const { fake, again } = await show();
  await act(async () => fake.setView({ centre: { x: 1, y: 2 }, resolution: 1 }));
  await act(async () => again({ presentation: { ...PRESENTATION } }));
  expect(fake.getView().centre).toEqual({ x: 1, y: 2 });
  await act(async () => again({ presentation: { ...PRESENTATION, id: "other" } }));
  expect(fake.getView().centre).toEqual({ x: 2000, y: 1500 });
});

test("unknown µm/px: distances in px, zoom in percent, magnifications off with the reason", async () => {
  const { fake } = await show({ presentation: { ...PRESENTATION, um_per_px: null, um_per_px_source: "unknown" } });
  await act(async () => fake.setView({ resolution: 2 }));
  expect(plain(screen.getByLabelText("View").textContent)).toMatch(/µm\/px unknown: distances in px50 %/);
  expect(screen.getByLabelText("Magnification 40 times").getAttribute("aria-disabled")).toBe("true");
});

test("trouble with the tiles is said in place, with the way out", async () => {
  const { fake } = await show();
  await act(async () => fake.setTileStatus({ loading: 0, failed: 3, trouble: "offline" }));
  expect(screen.getByText(/^Offline:/)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Try now" }));
  expect(fake.tileRetries).toBe(1);
  await act(async () => fake.setTileStatus({ loading: 0, failed: 0, trouble: "none" }));
  expect(screen.queryByText(/^Offline:/)).toBeNull();
});

test("without WebGL the reason is shown and can be put away", async () => {
  await show({}, new FakeViewer(undefined, { stainSeparationUnavailable: "No WebGL here." }));
  expect(screen.getByRole("note").textContent).toContain("No WebGL here.");
  fireEvent.click(screen.getByRole("button", { name: "Close this notice" }));
  expect(screen.queryByRole("note")).toBeNull();
});

test("the legend lists the counts and filters the classes; hiding the controls hides it", async () => {
  const overlay = {
    cells: async () => new ArrayBuffer(0),
    density: null,
    counts: { negative: 1200, weak: 30, moderate: 4, strong: 0 },
  };
  const { sessions } = await show({ overlay });
  const session = sessions.at(-1);
  if (!session) throw new Error("no session was handed out");
  const legend = screen.getByLabelText("Nuclei");
  expect(plain(legend.textContent)).toMatch(/negative1 200weak30moderate4strong0all1 234/);
  fireEvent.click(screen.getByRole("checkbox", { name: "weak" }));
  expect([...session.get().overlay.hidden]).toEqual(["weak"]);
  act(() => session.toggleChrome());
  expect(screen.queryByLabelText("Nuclei")).toBeNull();
  expect(screen.queryByRole("toolbar")).toBeNull();
});

test("an active tool has the keys before the page, but not while text is typed", async () => {
  const { sessions } = await show();
  const session = sessions.at(-1);
  if (!session) throw new Error("no session was handed out");
  act(() => session.toggleRuler());
  const field = document.createElement("input");
  document.body.append(field);
  expect(fireEvent.keyDown(field, { key: "Escape" })).toBe(true);
  expect(session.get().tool).toBe(session.ruler);
  expect(fireEvent.keyDown(document.body, { key: "Escape" })).toBe(false);
  expect(session.get().tool).toBeNull();
  field.remove();
});

test("going away destroys the viewer and takes the session back", async () => {
  const { fake, sessions, unmount } = await show();
  const destroy = vi.spyOn(fake, "destroy");
  unmount();
  expect(destroy).toHaveBeenCalledTimes(1);
  expect(sessions.at(-1)).toBeNull();
});

test("a click on a core's circle chooses it; elsewhere nothing is chosen", async () => {
  const onCore = vi.fn();
  const core = { id: "c7", kind: "core" as const, label: "C7", centre: { x: 500, y: 500 }, radiusPx: 100, isMissing: false };
  const { fake } = await show({ regions: [core], onCore });
  await act(async () => fake.click({ x: 540, y: 500 }));
  await act(async () => fake.click({ x: 900, y: 500 }));
  expect(onCore.mock.calls).toEqual([["c7"]]);
});

test("a result with layers brings the picker with its legend", async () => {
  const grid = { originX: 0, originY: 0, tilePx: 1000, columns: 1, rows: 1, present: new Set(["0/0"]) };
  const overlay = { cells: async () => new ArrayBuffer(0), density: null, counts: { negative: 1, weak: 1, moderate: 1, strong: 1 } };
  const { sessions, fake } = await show({ overlay, maps: { grid, representation: "inverted", hasTumour: true, source: async () => new Blob() } });
  expect([...fake.layers.keys()]).toEqual(expect.arrayContaining(["nuclei", "stain-map"]));
  await act(async () => sessions.at(-1)?.chooseOverlay("intensity"));
  const legend = screen.getByRole("region", { name: "Stain intensity" });
  expect(legend.textContent).toMatch(/strong brown.*strong blue.*an order of DAB, not of blue/);
});
