import { displayClass, RADII_PER_CELL, RADIUS_UNIT_PX, type Cells } from "../geometry/cells";
import { CLASS_STYLES, type ClassStyle, type DisplayClass } from "../geometry/classes";
import type { Affine } from "../geometry/affine";
import type { Box } from "../geometry/points";

/**
 * Nuclei as outlines in their class colour with a dark halo, close up with the class's shape or letter in the
 * middle. What is small on the screen is drawn with fewer corners, the smallest as dots.
 */
export const OUTLINE_PX = 1.5;
const HALO_PX = 3.5;
const HALO = "rgba(12, 12, 14, 0.6)";
/** On-screen mean radii (CSS px) from which on nuclei get 8 corners, 16 corners, shapes, letters. */
const EIGHT_CORNERS_FROM = 2.2;
const SIXTEEN_CORNERS_FROM = 6;
const SHAPES_FROM = 8;
const OUTLINES_A_PATH = 64;
const LETTERS_FROM = 15;

export interface NucleiStyle {
  readonly hidden: ReadonlySet<DisplayClass>;
  /** Mean radius of these nuclei, level-0 px; decides on the detail. */
  readonly meanRadiusPx: number;
}

const COS = Float64Array.from({ length: RADII_PER_CELL }, (_, k) => Math.cos((k * 2 * Math.PI) / RADII_PER_CELL));
const SIN = Float64Array.from({ length: RADII_PER_CELL }, (_, k) => Math.sin((k * 2 * Math.PI) / RADII_PER_CELL));

/** Draws the cells inside `box` (level-0 px); the context's frame is the one `transform` maps to. Returns how many. */
export function drawNuclei(
  context: CanvasRenderingContext2D,
  cells: Cells,
  transform: Affine,
  box: Box,
  style: NucleiStyle,
): number {
  const groups = visibleByClass(cells, box, style);
  const radiusOnScreen = style.meanRadiusPx * Math.hypot(transform.a, transform.b);
  let drawn = 0;
  if (radiusOnScreen < EIGHT_CORNERS_FROM) {
    for (const { look, members } of groups) {
      drawDots(context, cells, transform, members, look.colour, Math.max(2, 2 * radiusOnScreen));
      drawn += members.length;
    }
    return drawn;
  }
  const step = radiusOnScreen < SIXTEEN_CORNERS_FROM ? 2 : 1;
  const outlines = groups.map((group) => ({ ...group, paths: outlinePaths(cells, transform, group.members, step) }));
  context.lineJoin = "miter";
  context.miterLimit = 2;
  context.lineWidth = HALO_PX;
  context.strokeStyle = HALO;
  for (const { paths } of outlines) for (const path of paths) context.stroke(path);
  context.lineWidth = OUTLINE_PX;
  for (const { look, members, paths } of outlines) {
    context.strokeStyle = look.colour;
    for (const path of paths) context.stroke(path);
    drawn += members.length;
  }
  if (radiusOnScreen >= SHAPES_FROM) {
    const letters = radiusOnScreen >= LETTERS_FROM;
    for (const { look, members } of groups) drawMarks(context, cells, transform, members, look, letters);
  }
  return drawn;
}

interface Group {
  readonly look: ClassStyle;
  readonly members: number[];
}

function visibleByClass(cells: Cells, box: Box, style: NucleiStyle): Group[] {
  const groups: Group[] = CLASS_STYLES.map((look) => ({ look, members: [] }));
  const margin = style.meanRadiusPx * 2;
  const right = box.x + box.width + margin;
  const bottom = box.y + box.height + margin;
  for (let i = 0; i < cells.count; i++) {
    const x = cells.x[i] ?? 0;
    const y = cells.y[i] ?? 0;
    if (x < box.x - margin || y < box.y - margin || x > right || y > bottom) continue;
    groups[displayClass(cells, i)]?.members.push(i);
  }
  return groups.filter(({ look, members }) => members.length > 0 && !style.hidden.has(look.key));
}

function drawDots(
  context: CanvasRenderingContext2D,
  cells: Cells,
  { a, b, c, d, e, f }: Affine,
  members: readonly number[],
  colour: string,
  side: number,
): void {
  context.fillStyle = colour;
  for (const i of members) {
    const x = cells.x[i] ?? 0;
    const y = cells.y[i] ?? 0;
    context.fillRect(a * x + c * y + e - side / 2, b * x + d * y + f - side / 2, side, side);
  }
}

/** Several paths: one path of thousands of outlines takes the browser many times as long to stroke. */
function outlinePaths(
  cells: Cells,
  { a, b, c, d, e, f }: Affine,
  members: readonly number[],
  step: number,
): readonly Path2D[] {
  const paths: Path2D[] = [];
  let path = new Path2D();
  for (const [n, i] of members.entries()) {
    if (n % OUTLINES_A_PATH === 0) {
      path = new Path2D();
      paths.push(path);
    }
    const x = cells.x[i] ?? 0;
    const y = cells.y[i] ?? 0;
    for (let k = 0; k < RADII_PER_CELL; k += step) {
      const radius = (cells.radii[i * RADII_PER_CELL + k] ?? 0) * RADIUS_UNIT_PX;
      const px = x + radius * (COS[k] ?? 0);
      const py = y + radius * (SIN[k] ?? 0);
      if (k === 0) path.moveTo(a * px + c * py + e, b * px + d * py + f);
      else path.lineTo(a * px + c * py + e, b * px + d * py + f);
    }
    path.closePath();
  }
  return paths;
}

function drawMarks(
  context: CanvasRenderingContext2D,
  cells: Cells,
  { a, b, c, d, e, f }: Affine,
  members: readonly number[],
  look: ClassStyle,
  letters: boolean,
): void {
  context.fillStyle = look.colour;
  context.strokeStyle = "rgba(12, 12, 14, 0.85)";
  context.lineWidth = letters ? 3 : 2;
  context.font = "600 11px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const i of members) {
    const x = cells.x[i] ?? 0;
    const y = cells.y[i] ?? 0;
    const sx = a * x + c * y + e;
    const sy = b * x + d * y + f;
    if (letters) {
      context.strokeText(look.letter, sx, sy + 0.5);
      context.fillText(look.letter, sx, sy + 0.5);
    } else {
      context.beginPath();
      traceShape(context, look, sx, sy, 3.2);
      context.stroke();
      context.fill();
    }
  }
}

function traceShape(path: CanvasPath, { shape }: ClassStyle, x: number, y: number, r: number): void {
  switch (shape) {
    case "circle":
      path.arc(x, y, r, 0, 2 * Math.PI);
      break;
    case "triangle":
      path.moveTo(x, y - r * 1.2);
      path.lineTo(x + r * 1.1, y + r * 0.8);
      path.lineTo(x - r * 1.1, y + r * 0.8);
      path.closePath();
      break;
    case "square":
      path.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
      break;
    case "diamond":
      path.moveTo(x, y - r * 1.3);
      path.lineTo(x + r * 1.3, y);
      path.lineTo(x, y + r * 1.3);
      path.lineTo(x - r * 1.3, y);
      path.closePath();
      break;
    case "cross":
      path.rect(x - r * 1.2, y - r * 0.35, r * 2.4, r * 0.7);
      path.rect(x - r * 0.35, y - r * 1.2, r * 0.7, r * 2.4);
      break;
  }
}
