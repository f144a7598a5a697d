import { beforeEach, describe, expect, test, vi } from "vitest";
import type { CanvasLayer, Viewer, ViewerPresentation } from "./viewer";

/** What every viewer must do, whoever draws it: run against the real one and against the test double. */
export const PRESENTATION: ViewerPresentation = {
  id: "0f8f",
  width_px: 4000,
  height_px: 3000,
  um_per_px: 0.5,
  um_per_px_source: "file",
  objective_power: 20,
  rotation_deg: 0,
  flipped: false,
  levels: [
    { width_px: 4000, height_px: 3000, tile_width_px: 256, tile_height_px: 256 },
    { width_px: 1000, height_px: 750, tile_width_px: 240, tile_height_px: 240 },
  ],
  tile_url: "/tiles/{id}/{level}/{column}/{row}",
};

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function watchedLayer(id: string): CanvasLayer {
  return { id, zIndex: 5, draw: vi.fn(), attached: vi.fn(), detached: vi.fn() };
}

export function viewerContract(name: string, make: () => Viewer): void {
  describe(name, () => {
    let viewer: Viewer;
    beforeEach(() => {
      viewer = make();
      viewer.open(PRESENTATION);
      return () => viewer.destroy();
    });

    test("opens the whole slide, centred, turned as the presentation says", () => {
      const { centre, rotationDeg, flipped } = viewer.getView();
      expect(centre).toEqual({ x: 2000, y: 1500 });
      expect(rotationDeg).toBe(0);
      expect(flipped).toBe(false);
      viewer.open({ ...PRESENTATION, id: "1", rotation_deg: 90, flipped: true });
      expect(viewer.getView()).toMatchObject({ rotationDeg: 90, flipped: true });
      expect(viewer.presentation?.id).toBe("1");
    });

    test("sets what is named and keeps the rest", () => {
      viewer.setView({ centre: { x: 100, y: 200 }, resolution: 2 });
      viewer.setView({ rotationDeg: -90 });
      expect(viewer.getView()).toEqual({ centre: { x: 100, y: 200 }, resolution: 2, rotationDeg: 270, flipped: false });
    });

    test("keeps the centre on the slide and the zoom within its limits", () => {
      viewer.setView({ centre: { x: -50, y: 99999 }, resolution: 1e-6 });
      expect(viewer.getView()).toMatchObject({ centre: { x: 0, y: 3000 } });
      expect(viewer.getView().resolution).toBeCloseTo(1 / 8, 9);
      viewer.setView({ resolution: 1e9 });
      expect(viewer.getView().resolution).toBe(25);
    });

    test("screen and slide coordinates agree, rotated and mirrored", () => {
      viewer.setView({ centre: { x: 1000, y: 800 }, resolution: 2, rotationDeg: 30, flipped: true });
      const { width, height } = viewer.getSize();
      expect(viewer.toScreen({ x: 1000, y: 800 })).toEqual({ x: width / 2, y: height / 2 });
      const back = viewer.toSlide(viewer.toScreen({ x: 1234, y: 567 }));
      expect(back.x).toBeCloseTo(1234);
      expect(back.y).toBeCloseTo(567);
    });

    test("magnification is true to µm/px, and impossible without it", () => {
      viewer.setView({ resolution: 2 });
      expect(viewer.getMagnification()).toBe(10);
      expect(viewer.zoomToMagnification(40)).toBe(true);
      viewer.open({ ...PRESENTATION, id: "2", um_per_px: null });
      expect(viewer.getMagnification()).toBeNull();
      const before = viewer.getView();
      expect(viewer.zoomToMagnification(40)).toBe(false);
      expect(viewer.getView()).toEqual(before);
    });

    test("pans by screen pixels in the direction asked for", () => {
      viewer.setView({ centre: { x: 2000, y: 1500 }, resolution: 2 });
      viewer.panBy(10, 0);
      expect(viewer.getView().centre).toEqual({ x: 2020, y: 1500 });
      viewer.setView({ flipped: true });
      viewer.panBy(10, 0);
      expect(viewer.getView().centre.x).toBeCloseTo(2000);
    });

    test("tells of a changed view once, however many calls it took", async () => {
      await settled();
      const listener = vi.fn();
      const stop = viewer.onViewChange(listener);
      viewer.setView({ resolution: 3 });
      viewer.setView({ centre: { x: 5, y: 6 } });
      await settled();
      expect(listener).toHaveBeenCalledTimes(1);
      expect(listener.mock.lastCall?.[0]).toMatchObject({ view: { resolution: 3, centre: { x: 5, y: 6 } } });
      stop();
      viewer.setView({ resolution: 4 });
      await settled();
      expect(listener).toHaveBeenCalledTimes(1);
    });

    test("a display outside its range is brought into it", () => {
      const listener = vi.fn();
      viewer.onDisplayChange(listener);
      viewer.setDisplay({ brightness: 7, gamma: NaN });
      expect(viewer.getDisplay()).toMatchObject({ brightness: 1, gamma: 1, contrast: 0 });
      expect(listener).toHaveBeenCalledTimes(1);
    });

    test("stains can be separated exactly where the viewer says so", () => {
      viewer.setDisplay({ stain: "dab" });
      const possible = viewer.capabilities.stainSeparationUnavailable === null;
      expect(viewer.getDisplay().stain).toBe(possible ? "dab" : "original");
    });

    test("layers are attached, replaced by id and detached", () => {
      const first = watchedLayer("a");
      const second = watchedLayer("a");
      viewer.addLayer(first);
      viewer.addLayer(second);
      expect(first.detached).toHaveBeenCalledTimes(1);
      expect(second.attached).toHaveBeenCalledTimes(1);
      viewer.removeLayer("a");
      viewer.removeLayer("a");
      expect(second.detached).toHaveBeenCalledTimes(1);
    });

    test("a destroyed viewer lets go of its layers and stays silent", async () => {
      const detached = vi.fn();
      const listener = vi.fn();
      viewer.addLayer({ id: "a", zIndex: 1, draw: () => undefined, detached });
      viewer.onViewChange(listener);
      await settled();
      listener.mockClear();
      viewer.destroy();
      viewer.destroy();
      viewer.setView({ resolution: 9 });
      await settled();
      expect(detached).toHaveBeenCalledTimes(1);
      expect(listener).not.toHaveBeenCalled();
    });
  });
}
