import { expect, test, vi } from "vitest";
import { OpenLayersViewer } from "./openlayers-viewer";
import { slideTileGrid } from "./tile-layer";
import { tileUrl } from "./tile-url";
import { PRESENTATION, viewerContract } from "./viewer-contract";

// jsdom lays nothing out and draws nothing: elements get a size here, animation is switched off, no frame is drawn.
vi.stubGlobal("ResizeObserver", class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
});
vi.stubGlobal("matchMedia", (query: string) => ({ matches: query.includes("reduced-motion") }));
vi.stubGlobal("requestAnimationFrame", () => 0);
vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
vi.spyOn(globalThis, "getComputedStyle").mockReturnValue({} as CSSStyleDeclaration);

function target(): HTMLElement {
  const element = document.createElement("div");
  Object.defineProperty(element, "offsetWidth", { value: 800 });
  Object.defineProperty(element, "offsetHeight", { value: 600 });
  document.body.append(element);
  return element;
}

viewerContract("OpenLayersViewer", () => new OpenLayersViewer(target()));

test("without WebGL it says so and why", () => {
  const viewer = new OpenLayersViewer(target());
  expect(viewer.capabilities.stainSeparationUnavailable).toMatch(/no WebGL/);
  viewer.destroy();
});

test("levels are taken as stored: steps, tile sizes, y down from 0", () => {
  const grid = slideTileGrid(PRESENTATION);
  expect(grid.getResolutions()).toEqual([4, 1]);
  expect([grid.getTileSize(0), grid.getTileSize(1)]).toEqual([[240, 240], [256, 256]]);
  expect(grid.getTileCoordExtent([1, 2, 3])).toEqual([512, -1024, 768, -768]);
  // 1000 × 750 px in tiles of 240: 5 × 4, the last ones cut by the slide's extent.
  expect(grid.getFullTileRange(0)).toMatchObject({ minX: 0, maxX: 4, minY: 0, maxY: 3 });
});

test("tile addresses", () => {
  expect(tileUrl(PRESENTATION, 1, 4, 3)).toBe("/tiles/0f8f/1/4/3");
});
