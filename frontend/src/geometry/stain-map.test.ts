import { expect, test } from "vitest";
import { heatColour, NO_SCORE_COLOUR } from "./heat";
import { rgbOf } from "./classes";
import { tilesInBox, type MapGrid } from "./map-grid";
import { INTENSITY_STOPS, legendRamp, maskedGrey, NUCLEI_COLOUR, OVERLAY_KINDS, paintMap, representationOf, type MapKind } from "./stain-map";

/** Four stored pixels: strong brown in a tumour nucleus, unstained in a nucleus, strong blue outside, brown outside. */
const STORED = [0, 255, 255, 255, 128, 255, 0, 255, 255, 0, 0, 255, 40, 0, 0, 255];
const painted = (kind: MapKind, representation: "paper" | "inverted" = "inverted"): number[][] => {
  const pixels = new Uint8ClampedArray(STORED);
  paintMap(kind, representation, pixels);
  return [0, 4, 8, 12].map((at) => [...pixels.slice(at, at + 4)]);
};

test("stain intensity goes from strong brown through pale to strong blue, everywhere", () => {
  const [brown, middle, blue, other] = painted("intensity");
  expect(brown).toEqual([...rgbOf(INTENSITY_STOPS[0] ?? ""), 255]);
  expect(blue).toEqual([...rgbOf(INTENSITY_STOPS.at(-1) ?? ""), 255]);
  expect(Math.min(...(middle ?? []))).toBeGreaterThan(200);
  expect(other?.[0]).toBeGreaterThan(other?.[2] ?? 255);
});

test("a mask is one colour inside and nothing outside", () => {
  expect(painted("nuclei-mask").map(([, , , alpha]) => alpha)).toEqual([255, 255, 0, 0]);
  expect(painted("tumour-mask").map(([, , , alpha]) => alpha)).toEqual([255, 0, 0, 0]);
  expect(painted("nuclei-mask")[0]?.slice(0, 3)).toEqual(rgbOf(NUCLEI_COLOUR));
});

test("SINI and SITI are what the network sees: black outside their mask", () => {
  expect(painted("sini")).toEqual([[255, 255, 255, 255], [146, 146, 146, 255], [0, 0, 0, 255], [0, 0, 0, 255]]);
  expect(painted("siti").map(([grey]) => grey)).toEqual([255, 0, 0, 0]);
});

test("inverted keeps the faintest nucleus apart from the background, paper does not keep the strongest apart", () => {
  expect(maskedGrey(255, "inverted")).toBe(38); // 0.15 of 255
  expect(maskedGrey(0, "inverted")).toBe(255);
  expect(maskedGrey(0, "paper")).toBe(0);
  expect(maskedGrey(255, "paper")).toBe(255);
  expect(painted("sini", "paper").map(([grey]) => grey)).toEqual([0, 128, 0, 0]);
  expect([representationOf("paper"), representationOf("")]).toEqual(["paper", "inverted"]);
});

test("ramps say what their ends are; masks and outlines have none", () => {
  const named = OVERLAY_KINDS.filter((kind) => legendRamp(kind, "inverted") !== null);
  expect(named).toEqual(["intensity", "sini", "siti"]);
  expect(legendRamp("siti", "inverted")).toMatchObject({ low: "strong brown", high: "strong blue", background: expect.stringContaining("rgb(255 255 255), rgb(38 38 38)") });
});

test("heat is even from 0 to 300, grey without a score, and never beyond its ends", () => {
  expect([heatColour(0), heatColour(150), heatColour(300)]).toEqual(["#440154", "#21918C", "#FDE725"]);
  expect([heatColour(-5), heatColour(400)]).toEqual([heatColour(0), heatColour(300)]);
  expect([heatColour(null), heatColour(NaN)]).toEqual([NO_SCORE_COLOUR, NO_SCORE_COLOUR]);
});

const GRID: MapGrid = { originX: 100, originY: 50, tilePx: 200, columns: 3, rows: 2, present: new Set(["0/0", "1/0", "2/0", "1/1"]) };

test("only tiles that are there and in the box are named, with their place", () => {
  expect(tilesInBox(GRID, { x: 0, y: 0, width: 1000, height: 1000 }, 16).map(({ key }) => key)).toEqual(["0/0", "1/0", "2/0", "1/1"]);
  expect(tilesInBox(GRID, { x: 300, y: 250, width: 1, height: 1 }, 16)).toEqual([{ key: "1/1", column: 1, row: 1, box: { x: 300, y: 250, width: 200, height: 200 } }]);
  // A box that ends where a tile begins does not touch it.
  expect(tilesInBox(GRID, { x: 100, y: 50, width: 200, height: 200 }, 16).map(({ key }) => key)).toEqual(["0/0"]);
  expect(tilesInBox(GRID, { x: -500, y: -500, width: 100, height: 100 }, 16)).toEqual([]);
});

test("too many tiles are found out without listing them all", () => {
  const vast: MapGrid = { originX: 0, originY: 0, tilePx: 10, columns: 1000, rows: 1000, present: { has: () => true } as unknown as Set<string> };
  expect(tilesInBox(vast, { x: 0, y: 0, width: 1e4, height: 1e4 }, 16)).toHaveLength(17);
});
