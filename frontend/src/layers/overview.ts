import { apply, invert, viewTransform, type View } from "../geometry/affine";
import type { Point, Size } from "../geometry/points";

/** The overview: the whole slide, unrotated, with the part that is on the screen. */
const DIMMED = "rgba(12, 12, 14, 0.45)";
const EDGE = "#5EEAD4";
const HALO = "rgba(12, 12, 14, 0.8)";
/** A view smaller than this (CSS px) is marked by a cross, so that it can still be found. */
const SMALLEST_PX = 10;

/** The largest picture of the slide's shape inside `room`. */
export function overviewSize(slide: Size, room: Size): Size {
  const scale = Math.min(room.width / slide.width, room.height / slide.height);
  return { width: Math.max(1, Math.round(slide.width * scale)), height: Math.max(1, Math.round(slide.height * scale)) };
}

/** The four corners of the viewport in overview px, in order. */
export function viewOutline(view: View, viewport: Size, slide: Size, overview: Size): Point[] {
  const toSlide = invert(viewTransform(view, viewport));
  const scale = overview.width / slide.width;
  const { width, height } = viewport;
  return [
    { x: 0, y: 0 },
    { x: width, y: 0 },
    { x: width, y: height },
    { x: 0, y: height },
  ].map((corner) => {
    const at = apply(toSlide, corner);
    return { x: at.x * scale, y: at.y * scale };
  });
}

export function drawOverview(
  context: CanvasRenderingContext2D,
  overview: Size,
  picture: CanvasImageSource | null,
  outline: readonly Point[],
): void {
  context.clearRect(0, 0, overview.width, overview.height);
  context.fillStyle = "#f4f4f5";
  context.fillRect(0, 0, overview.width, overview.height);
  if (picture !== null) {
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, overview.width, overview.height);
  }
  context.beginPath();
  context.rect(0, 0, overview.width, overview.height);
  trace(context, outline);
  context.fillStyle = DIMMED;
  context.fill("evenodd");
  const path = new Path2D();
  trace(path, outline);
  const xs = outline.map(({ x }) => x);
  const ys = outline.map(({ y }) => y);
  const width = Math.max(...xs) - Math.min(...xs);
  const height = Math.max(...ys) - Math.min(...ys);
  if (width < SMALLEST_PX || height < SMALLEST_PX) {
    const x = Math.min(...xs) + width / 2;
    const y = Math.min(...ys) + height / 2;
    path.moveTo(x - SMALLEST_PX, y);
    path.lineTo(x + SMALLEST_PX, y);
    path.moveTo(x, y - SMALLEST_PX);
    path.lineTo(x, y + SMALLEST_PX);
  }
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = HALO;
  context.stroke(path);
  context.lineWidth = 1.5;
  context.strokeStyle = EDGE;
  context.stroke(path);
}

function trace(path: CanvasPath, outline: readonly Point[]): void {
  outline.forEach(({ x, y }, index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  path.closePath();
}
