import type { Point } from "../geometry/points";

/** Strokes and words that show on any stain: a dark halo under a light line. Screen frame, CSS px. */
export const TOOL_COLOUR = "#5EEAD4";
export const LABEL_FONT = "600 13px system-ui, sans-serif";
export const PLATE = "rgba(12, 12, 14, 0.82)";
const HALO = "rgba(12, 12, 14, 0.75)";

export function strokeWithHalo(context: CanvasRenderingContext2D, path: Path2D, width = 2): void {
  context.lineJoin = "round";
  context.lineCap = "round";
  context.lineWidth = width + 3;
  context.strokeStyle = HALO;
  context.stroke(path);
  context.lineWidth = width;
  context.strokeStyle = TOOL_COLOUR;
  context.stroke(path);
}

/** White words on a dark plate, centred at a place. */
export function drawLabel(context: CanvasRenderingContext2D, text: string, at: Point): void {
  context.font = LABEL_FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const width = context.measureText(text).width + 14;
  context.fillStyle = PLATE;
  context.beginPath();
  context.roundRect(at.x - width / 2, at.y - 11, width, 22, 5);
  context.fill();
  context.fillStyle = "#ffffff";
  context.fillText(text, at.x, at.y + 0.5);
}

export function drawCross(context: CanvasRenderingContext2D, at: Point): void {
  const path = new Path2D();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    path.moveTo(at.x + dx * 4, at.y + dy * 4);
    path.lineTo(at.x + dx * 14, at.y + dy * 14);
  }
  strokeWithHalo(context, path, 1.5);
}
