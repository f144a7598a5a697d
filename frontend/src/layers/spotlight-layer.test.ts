import { expect, test, vi } from "vitest";
import { FakeViewer } from "../viewer/fake-viewer";
import { PRESENTATION } from "../viewer/viewer-contract";
import { SpotlightLayer } from "./spotlight-layer";

function drawn(layer: SpotlightLayer) {
  const viewer = new FakeViewer({ width: 800, height: 600 });
  viewer.open({ ...PRESENTATION, rotation_deg: 90, flipped: true });
  viewer.addLayer(layer);
  viewer.setView({ centre: { x: 1000, y: 900 }, resolution: 2 });
  const context = { rect: vi.fn(), arc: vi.fn(), fill: vi.fn(), stroke: vi.fn(), beginPath: vi.fn(), setLineDash: vi.fn() };
  viewer.draw(context as unknown as CanvasRenderingContext2D);
  return context;
}

test("the circle lies where the core is, turned and mirrored too; everything else is dimmed", () => {
  const layer = new SpotlightLayer({ centre: { x: 1000, y: 900 }, radiusPx: 300 });
  const { rect, arc, fill, stroke } = drawn(layer);
  expect(rect).toHaveBeenCalledWith(0, 0, 800, 600);
  expect(arc).toHaveBeenCalledWith(400, 300, 150, 0, 2 * Math.PI);
  expect(fill).toHaveBeenCalledWith("evenodd");
  expect(stroke).toHaveBeenCalledTimes(2);
});
