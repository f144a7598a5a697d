import { beforeEach, expect, test, vi } from "vitest";
import { commandFor } from "../../commands/shortcuts";
import { FakeViewer } from "../../viewer/fake-viewer";
import { PRESENTATION } from "../../viewer/viewer-contract";
import { UNKNOWN_UM_PER_PX, viewerCommands, type ViewerCommand } from "./viewer-commands";
import { ViewerSession } from "./viewer-session";

let viewer: FakeViewer;
let session: ViewerSession;
let commands: ViewerCommand[];
beforeEach(() => {
  viewer = new FakeViewer();
  viewer.open(PRESENTATION);
  viewer.setView({ resolution: 2 });
  session = new ViewerSession(viewer);
  commands = viewerCommands(session);
});

function press(key: string, more: { altKey?: boolean; shiftKey?: boolean; code?: string } = {}): void {
  const event = { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more };
  const command = commandFor(commands, event);
  if (command === null) throw new Error(`no command for ${key}`);
  if (command.disabled() === null) command.run();
}

test("every id and every key is used once", () => {
  const keys = commands.flatMap((command) => command.keys);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
});

test("Alt+1 to Alt+6 are the magnifications", () => {
  const seen = [1, 2, 3, 4, 5, 6].map((digit) => {
    press(String(digit), { altKey: true, code: `Digit${digit}` });
    return viewer.getMagnification();
  });
  // 1.25× and 2.5× of this small slide lie beyond its farthest zoom or at it.
  expect(seen.slice(1)).toEqual([2.5, 5, 10, 20, 40]);
});

test("without µm/px the magnifications say why not", () => {
  viewer.open({ ...PRESENTATION, id: "n", um_per_px: null });
  expect(commands.find(({ id }) => id === "viewer.magnification.40")?.disabled()).toBe(UNKNOWN_UM_PER_PX);
});

test("arrows pan, + and - zoom, R turns, F fits", () => {
  const { x } = viewer.getView().centre;
  press("ArrowRight");
  expect(viewer.getView().centre.x).toBe(x + 200);
  press("+", { shiftKey: true });
  expect(viewer.getView().resolution).toBeCloseTo(2 / 1.5);
  press("-");
  press("r");
  expect(viewer.getView().rotationDeg).toBe(90);
  press("R", { shiftKey: true });
  expect(viewer.getView().rotationDeg).toBe(0);
  press("F", { shiftKey: true });
  expect(viewer.getView().flipped).toBe(true);
  press("f");
  expect(viewer.getView().centre).toEqual({ x: 2000, y: 1500 });
});

test("O goes round the stains; not without WebGL", () => {
  const seen = [1, 2, 3].map(() => {
    press("o");
    return viewer.getDisplay().stain;
  });
  expect(seen).toEqual(["haematoxylin", "dab", "original"]);
  const blind = new FakeViewer(undefined, { stainSeparationUnavailable: "no WebGL" });
  expect(viewerCommands(new ViewerSession(blind)).find(({ id }) => id === "viewer.stain")?.disabled()).toBe("no WebGL");
});

test("Space holds the overlay off; without an overlay it says so", () => {
  const hold = commands.find(({ id }) => id === "viewer.overlay-off");
  expect(hold?.disabled()).toMatch(/No result/);
  const layer = { setSettings: vi.fn(), holdOff: vi.fn() };
  session.setNuclei(layer as never);
  expect(hold?.disabled()).toBeNull();
  hold?.run();
  hold?.release?.();
  expect(layer.holdOff.mock.calls).toEqual([[true], [false]]);
});

test("H hides the controls, V the overview, L is the ruler", () => {
  press("h");
  press("v");
  press("l");
  expect(session.get()).toMatchObject({ chromeHidden: true, overviewShown: false, tool: session.ruler });
  press("l");
  expect(session.get().tool).toBeNull();
});

test("a class is hidden and shown again, and a new result takes the settings over", () => {
  session.toggleClass("weak");
  expect([...session.get().overlay.hidden]).toEqual(["weak"]);
  const layer = { setSettings: vi.fn(), holdOff: vi.fn() };
  session.setNuclei(layer as never);
  expect(layer.setSettings).toHaveBeenCalledWith(session.get().overlay);
  session.toggleClass("weak");
  expect(session.get().overlay.hidden.size).toBe(0);
});

test("Shift+1 to Shift+6 choose an overlay, K goes round them; a result without layers says why not", () => {
  const nuclei = { setSettings: vi.fn(), holdOff: vi.fn() };
  const map = { setSettings: vi.fn(), holdOff: vi.fn(), hasTumour: true };
  session.setNuclei(nuclei as never);
  const siti = commands.find(({ id }) => id === "viewer.overlay.siti");
  expect(siti?.disabled()).toMatch(/does not have it/);
  session.setMap(map as never);
  press("^", { shiftKey: true, code: "Digit6" });
  expect(session.shownKind()).toBe("siti");
  expect(map.setSettings).toHaveBeenLastCalledWith({ kind: "siti", opacity: 1 });
  expect(nuclei.setSettings.mock.lastCall?.[0]).toMatchObject({ visible: false });
  press("k");
  expect(session.shownKind()).toBe("nuclei");
  expect(map.setSettings).toHaveBeenLastCalledWith({ kind: null, opacity: 1 });
  press("k");
  expect(session.shownKind()).toBe("nuclei-mask");
});

test("[ and ] change the opacity within its limits, and Space holds every overlay off", () => {
  const map = { setSettings: vi.fn(), holdOff: vi.fn() };
  session.setNuclei({ setSettings: vi.fn(), holdOff: vi.fn() } as never);
  session.setMap(map as never);
  session.chooseOverlay("intensity");
  press("[");
  press("[");
  expect(map.setSettings).toHaveBeenLastCalledWith({ kind: "intensity", opacity: 0.8 });
  for (let i = 0; i < 5; i++) press("]");
  expect(session.get().overlay.opacity).toBe(1);
  commands.find(({ id }) => id === "viewer.overlay-off")?.run();
  expect(map.holdOff).toHaveBeenCalledWith(true);
});

test("a result without layers shows its outlines, whatever was chosen before", () => {
  const nuclei = { setSettings: vi.fn(), holdOff: vi.fn() };
  session.setMap({ setSettings: vi.fn(), holdOff: vi.fn() } as never);
  session.chooseOverlay("sini");
  session.setMap(null);
  session.setNuclei(nuclei as never);
  expect(nuclei.setSettings.mock.lastCall?.[0]).toMatchObject({ visible: true });
});

test("without a tumour network there is no tumour mask and no SITI", () => {
  session.setNuclei({ setSettings: vi.fn(), holdOff: vi.fn() } as never);
  session.setMap({ setSettings: vi.fn(), holdOff: vi.fn(), hasTumour: false } as never);
  expect(session.get().overlayKinds).toEqual(["nuclei", "nuclei-mask", "intensity", "sini"]);
  expect(commands.find(({ id }) => id === "viewer.overlay.siti")?.disabled()).toMatch(/does not have it/);
  expect(commands.find(({ id }) => id === "viewer.overlay.sini")?.disabled()).toBeNull();
});
