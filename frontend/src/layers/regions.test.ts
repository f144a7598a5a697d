import { expect, test } from "vitest";
import { RegionsLayer } from "./regions-layer";
import { coreLabel, regionsOf } from "./regions-of";

const core = { id: "c", kind: "core", row: 3, column: 7, center_x_px: 100, center_y_px: 100, radius_px: 50, is_missing: false };
const field = { id: "f", name: "Field 1", purpose: "positive_control", x_px: 90, y_px: 90, width_px: 20, height_px: 20 };

test("cores become circles, fields rectangles, a whole section nothing", () => {
  const whole = { ...core, id: "w", kind: "whole_section", row: null, column: null, radius_px: null, center_x_px: null, center_y_px: null };
  expect(regionsOf({ specimens: [core, whole], fields_of_view: [field] })).toEqual([
    { id: "c", kind: "core", label: "C7", centre: { x: 100, y: 100 }, radiusPx: 50, isMissing: false },
    { id: "f", kind: "field_of_view", label: "Field 1", box: { x: 90, y: 90, width: 20, height: 20 }, isControl: true },
  ]);
});

test("row letters go on after Z", () => {
  expect([coreLabel(1, 1), coreLabel(26, 2), coreLabel(27, 3), coreLabel(null, 3)]).toEqual(["A1", "Z2", "AA3", ""]);
});

test("the smallest region under the pointer is the one meant", () => {
  const layer = new RegionsLayer();
  layer.setRegions(regionsOf({ specimens: [core], fields_of_view: [field] }), null);
  expect(layer.regionAt({ x: 100, y: 100 })?.id).toBe("f");
  expect(layer.regionAt({ x: 60, y: 100 })?.id).toBe("c");
  expect(layer.regionAt({ x: 60, y: 60 })).toBeNull();
});
