import { expect, test } from "vitest";
import { RegionsLayer, type Region } from "./regions-layer";

const core: Region = { id: "c", kind: "core", label: "C7", centre: { x: 100, y: 100 }, radiusPx: 50, isMissing: false };
const field: Region = {
  id: "f",
  kind: "field_of_view",
  label: "Field 1",
  box: { x: 90, y: 90, width: 20, height: 20 },
  isControl: true,
};

test("the smallest region under the pointer is the one meant", () => {
  const layer = new RegionsLayer();
  layer.setRegions([core, field], null);
  expect(layer.regionAt({ x: 100, y: 100 })?.id).toBe("f");
  expect(layer.regionAt({ x: 60, y: 100 })?.id).toBe("c");
  expect(layer.regionAt({ x: 60, y: 60 })).toBeNull();
});
