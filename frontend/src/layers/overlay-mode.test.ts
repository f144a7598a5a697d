import { expect, test } from "vitest";
import { chooseMode, type ModeQuestion } from "./overlay-mode";

const question: ModeQuestion = { resolution: 1, umPerPx: 0.25, expected: 100, limit: 20000, before: "cells" };

test("too many, or too small to see, becomes a raster", () => {
  expect(chooseMode(question)).toBe("cells");
  expect(chooseMode({ ...question, expected: 20001 })).toBe("density");
  expect(chooseMode({ ...question, resolution: 14 })).toBe("density");
  expect(chooseMode({ ...question, resolution: 14, umPerPx: null })).toBe("density");
});

test("at the border it keeps what it was", () => {
  expect(chooseMode({ ...question, expected: 19000 })).toBe("cells");
  expect(chooseMode({ ...question, expected: 19000, before: "density" })).toBe("density");
  expect(chooseMode({ ...question, expected: 17000, before: "density" })).toBe("cells");
});

test("without a density the cells are drawn, thinned by the server", () => {
  expect(chooseMode({ ...question, expected: null, resolution: 100 })).toBe("cells");
});
